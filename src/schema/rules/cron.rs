//! Schedules of CronJobs, read as the CronJob controller reads them: five fields or a name such as `@daily`.

use std::ops::RangeInclusive;

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const NAMED: [&str; 7] = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

/// What is wrong with a schedule.
pub(crate) fn problem(schedule: &str) -> Option<String> {
    if schedule.contains("TZ") {
        return Some("contains a time zone, which belongs into timeZone".to_owned());
    }
    if let Some(duration) = schedule.strip_prefix("@every ") {
        return (!is_duration(duration)).then(|| "@every needs a duration such as 1h30m".to_owned());
    }
    if schedule.starts_with('@') {
        return (!NAMED.contains(&schedule)).then(|| format!("is not one of {}", NAMED.join(", ")));
    }
    let fields: Vec<&str> = schedule.split_whitespace().collect();
    let [minute, hour, day, month, weekday] = fields.as_slice() else {
        return Some(format!("needs 5 fields, has {}: minute hour day month weekday", fields.len()));
    };
    let parts = [
        ("minute", minute, 0..=59, &[][..], 0),
        ("hour", hour, 0..=23, &[][..], 0),
        ("day", day, 1..=31, &[][..], 0),
        ("month", month, 1..=12, &MONTHS[..], 1),
        ("weekday", weekday, 0..=6, &DAYS[..], 0),
    ];
    parts.into_iter().find_map(|(name, field, range, names, first)| {
        let good = field.split(',').all(|part| fits(part, &range, names, first));
        (!good).then(|| format!("the {name} must be between {} and {}", range.start(), range.end()))
    })
}

/// `*`, `5`, `1-5`, each with an optional `/step`.
fn fits(part: &str, range: &RangeInclusive<u32>, names: &[&str], first: u32) -> bool {
    let (span, step) = match part.split_once('/') {
        Some((span, step)) => (span, Some(step)),
        None => (part, None),
    };
    let number = |text: &str| {
        let named =
            || names.iter().zip(first..).find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, n)| n);
        let plain = !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
        (if plain { text.parse().ok() } else { named() }).filter(|number| range.contains(number))
    };
    let span_fits = match span.split_once('-') {
        _ if matches!(span, "*" | "?") => true,
        Some((from, to)) => number(from).zip(number(to)).is_some_and(|(from, to)| from <= to),
        None => number(span).is_some(),
    };
    span_fits && step.is_none_or(|step| step.parse::<u32>().is_ok_and(|step| step > 0))
}

/// A duration of Go: `1h30m`.
fn is_duration(text: &str) -> bool {
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').len();
        let after = &rest[digits..];
        let unit = ["ns", "us", "ms", "s", "m", "h"].into_iter().find(|unit| after.starts_with(unit));
        match unit {
            Some(unit) if digits > 0 => rest = &after[unit.len()..],
            _ => return false,
        }
    }
    !text.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_that_the_controller_reads_are_good() {
        for good in
            ["0 3 * * *", "*/5 1-4,7 ? jan-MAR Sun", "@daily", "@every 1h30m", "5/15 * * * *", "0 0 1 1 6"]
        {
            assert_eq!(problem(good), None, "{good}");
        }
    }

    #[test]
    fn others_are_bad() {
        for bad in [
            "",
            "* * * *",
            "* * * * * *",
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "* * * 13 *",
            "* * * * 7",
            "*/0 * * * *",
            "5-1 * * * *",
            "a * * * *",
            "@often",
            "@every",
            "@every 5",
            "TZ=UTC 0 0 * * *",
            "1,,2 * * * *",
        ] {
            assert!(problem(bad).is_some(), "{bad}");
        }
    }
}
