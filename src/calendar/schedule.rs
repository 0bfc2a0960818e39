//! A CronJob's schedule → its last beginning before a moment, by the clocks of a place. As the CronJob controller reads it,
//! but for clocks that change: nothing that falls into such a night is left out.

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday};

use crate::calendar::Clocks;

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// When something begins, again and again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Schedule {
    minutes: Field,
    hours: Field,
    days: Field,
    months: Field,
    weekdays: Field,
}

/// One of the five fields.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Field {
    numbers: BTreeSet<u32>,
    /// Whether it is a star, which leaves the choice of a day to the other of its fields.
    open: bool,
}

impl Schedule {
    /// Reads five fields, or a name such as `@daily`; nothing where it is neither. `@every` begins at no time that is
    /// written anywhere.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = match text.trim() {
            "@yearly" | "@annually" => "0 0 1 1 *",
            "@monthly" => "0 0 1 * *",
            "@weekly" => "0 0 * * 0",
            "@daily" | "@midnight" => "0 0 * * *",
            "@hourly" => "0 * * * *",
            other => other,
        };
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields.as_slice() else { return None };
        Some(Self {
            minutes: Field::parse(minute, (0, 59), &[])?,
            hours: Field::parse(hour, (0, 23), &[])?,
            days: Field::parse(day, (1, 31), &[])?,
            months: Field::parse(month, (1, 12), &MONTHS)?,
            weekdays: Field::parse(weekday, (0, 6), &DAYS)?,
        })
    }

    /// The last moment up to `now` at which it begins, not more than so many days ago.
    pub(crate) fn last(&self, clocks: &Clocks, now: i64, days: i64) -> Option<i64> {
        // Where clocks go back over midnight, the day that they show now may have begun once already.
        let mut day = clocks.shown(now)?.date().tomorrow().ok()?;
        for _ in 0..days.saturating_add(3) {
            if self.is_on(day) {
                let found = self.times().rev().find_map(|(hour, minute)| {
                    let time = day.at(hour, minute, 0, 0);
                    clocks.moment(time, false).filter(|moment| *moment <= now)
                });
                if found.is_some() {
                    return found;
                }
            }
            day = day.yesterday().ok()?;
        }
        None
    }

    /// Whether it begins on a day at all. Where both kinds of days are named, either will do.
    fn is_on(&self, day: Date) -> bool {
        let number = |number: i8| u32::try_from(number).unwrap_or_default();
        if !self.months.numbers.contains(&number(day.month())) {
            return false;
        }
        let of_month = self.days.numbers.contains(&number(day.day()));
        let of_week = self.weekdays.numbers.contains(&number(sunday_first(day.weekday())));
        if self.days.open || self.weekdays.open { of_month && of_week } else { of_month || of_week }
    }

    /// Hours and minutes at which it begins.
    fn times(&self) -> impl DoubleEndedIterator<Item = (i8, i8)> + '_ {
        let number = |number: &u32| i8::try_from(*number).unwrap_or_default();
        let minutes = move |hour: i8| self.minutes.numbers.iter().map(move |minute| (hour, number(minute)));
        self.hours.numbers.iter().map(number).flat_map(minutes)
    }
}

fn sunday_first(day: Weekday) -> i8 {
    day.to_sunday_zero_offset()
}

impl Field {
    fn parse(text: &str, range: (u32, u32), names: &[&str]) -> Option<Self> {
        let (mut numbers, mut open) = (BTreeSet::new(), false);
        for part in text.split(',') {
            let (span, step) = match part.split_once('/') {
                Some((span, step)) => (span, step.parse::<u32>().ok().filter(|step| *step > 0)?),
                None => (part, 1),
            };
            let (from, to) = match span.split_once('-') {
                _ if matches!(span, "*" | "?") => {
                    open |= step == 1;
                    range
                }
                Some((from, to)) => (number(from, range, names)?, number(to, range, names)?),
                None if part.contains('/') => (number(span, range, names)?, range.1),
                None => {
                    let one = number(span, range, names)?;
                    (one, one)
                }
            };
            numbers.extend((from..=to).step_by(usize::try_from(step).ok()?));
        }
        (!numbers.is_empty()).then_some(Self { numbers, open })
    }
}

fn number(text: &str, (least, most): (u32, u32), names: &[&str]) -> Option<u32> {
    let named = || names.iter().position(|name| name.eq_ignore_ascii_case(text));
    let number = match text.parse() {
        Ok(number) => number,
        Err(_) => u32::try_from(named()?).ok()?.checked_add(least)?,
    };
    (least..=most).contains(&number).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<jiff::Timestamp>().unwrap().as_second()
    }

    fn last(schedule: &str, zone: &str, now: &str) -> Option<String> {
        let found = Schedule::parse(schedule).unwrap().last(&Clocks::of(zone).unwrap(), at(now), 400)?;
        Some(jiff::Timestamp::from_second(found).unwrap().to_string())
    }

    #[test]
    fn the_last_beginning_is_found_to_the_second() {
        for (schedule, zone, now, found) in [
            ("0 16 * * 5", "UTC", "2026-11-27T15:59:59Z", "2026-11-20T16:00:00Z"),
            ("0 16 * * 5", "UTC", "2026-11-27T16:00:00Z", "2026-11-27T16:00:00Z"),
            ("0 16 * * fri", "America/Havana", "2024-11-30T00:00:00Z", "2024-11-29T21:00:00Z"),
            ("*/20 1-2 * * *", "UTC", "2026-11-27T12:00:00Z", "2026-11-27T02:40:00Z"),
            ("50/5 3 * * *", "UTC", "2026-11-27T12:00:00Z", "2026-11-27T03:55:00Z"),
            ("@monthly", "UTC", "2026-11-27T12:00:00Z", "2026-11-01T00:00:00Z"),
            ("0 0 29 FEB *", "UTC", "2024-11-27T12:00:00Z", "2024-02-29T00:00:00Z"),
            // Either the 13th or a Friday.
            ("0 0 13 * 5", "UTC", "2026-11-14T12:00:00Z", "2026-11-13T00:00:00Z"),
            ("0 0 13 * 5", "UTC", "2026-11-16T12:00:00Z", "2026-11-13T00:00:00Z"),
            ("0 0 18 * 5", "UTC", "2026-11-19T12:00:00Z", "2026-11-18T00:00:00Z"),
            // Every second day that is a Friday: a star with a step names days.
            ("0 0 */2 * 5", "UTC", "2026-11-19T12:00:00Z", "2026-11-19T00:00:00Z"),
            // In an hour that there is not, when clocks change; in one that comes twice, the first time.
            ("30 2 * * *", "Europe/Madrid", "2024-03-31T05:00:00Z", "2024-03-31T01:00:00Z"),
            ("30 2 * * *", "Europe/Madrid", "2024-03-31T00:59:59Z", "2024-03-30T01:30:00Z"),
            ("30 2 * * *", "Europe/Madrid", "2024-10-27T05:00:00Z", "2024-10-27T00:30:00Z"),
            ("30 2 * * *", "Europe/Madrid", "2024-10-27T00:29:59Z", "2024-10-26T00:30:00Z"),
            // Clocks go from 01:00 back to the midnight before: a minute past it is shown twice.
            ("30 0 * * *", "America/Havana", "2024-11-03T04:45:00Z", "2024-11-03T04:30:00Z"),
            ("0 0 * * *", "America/Havana", "2024-03-10T05:00:00Z", "2024-03-10T05:00:00Z"),
        ] {
            assert_eq!(last(schedule, zone, now).as_deref(), Some(found), "{schedule} {zone} {now}");
        }
        let never = Schedule::parse("0 0 30 2 *").unwrap();
        assert_eq!(never.last(&Clocks::of("UTC").unwrap(), at("2026-11-27T12:00:00Z"), 1_000), None);
    }

    #[test]
    fn what_the_controller_refuses_is_none() {
        for bad in
            ["", "* * * *", "60 * * * *", "* * * 13 *", "@every 5m", "@often", "*/0 * * * *", "1,,2 * * * *"]
        {
            assert_eq!(Schedule::parse(bad), None, "{bad}");
        }
    }
}
