//! The freezes of an environment → whether one is on at a moment, and until when. Pure.

use crate::calendar::{Clocks, Lapse, Schedule, Written};
use crate::load::gate::Freeze;
use crate::load::gate_checks::LONGEST;

/// So many freezes that follow each other without a gap are looked at.
const CHAIN: usize = 400;

/// A freeze that is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frozen<'f> {
    /// Which of the environment's freezes.
    pub(crate) index: usize,
    /// What it says.
    pub(crate) freeze: &'f Freeze,
    /// From when on none is on any more, in seconds since 1970; nothing where no end is in sight.
    pub(crate) until: Option<i64>,
    /// Which of them ends last, or has no end in sight.
    pub(crate) last: usize,
    /// Whether that one has an end at all; else it follows itself, or others do, without a gap.
    pub(crate) ends: bool,
}

/// The first of `freezes` that is on at `now`. The end of each is the first second that it leaves free.
pub(crate) fn at(freezes: &[Freeze], now: i64) -> Option<Frozen<'_>> {
    let (index, freeze) = freezes.iter().enumerate().find(|(_, freeze)| is_on(freeze, now).is_some())?;
    let (mut time, mut last) = (now, index);
    for _ in 0..CHAIN {
        let ends = freezes.iter().enumerate().filter_map(|(index, one)| Some((is_on(one, time)?, index)));
        match ends.max_by_key(|(end, _)| end.unwrap_or(i64::MAX)) {
            None => return Some(Frozen { index, freeze, until: Some(time), last, ends: true }),
            Some((None, endless)) => {
                return Some(Frozen { index, freeze, until: None, last: endless, ends: false });
            }
            Some((Some(end), later)) => (time, last) = (end, later),
        }
    }
    Some(Frozen { index, freeze, until: None, last, ends: true })
}

/// A moment as the freeze's clocks show it.
pub(crate) fn shown(freeze: &Freeze, moment: i64) -> String {
    let zone = freeze.time_zone.as_deref().unwrap_or("UTC");
    let shown = Clocks::of(zone).map(|clocks| clocks.words(moment)).unwrap_or_default();
    format!("{shown} ({zone})")
}

/// Whether a freeze is on, and when it ends; it may have no end.
fn is_on(freeze: &Freeze, now: i64) -> Option<Option<i64>> {
    let clocks = Clocks::of(freeze.time_zone.as_deref().unwrap_or("UTC"))?;
    let written = |text: &crate::load::scalars::LocalTime| Written::parse(&text.0);
    if let (Some(schedule), Some(lasts)) = (&freeze.schedule, &freeze.lasts) {
        let lasts = Lapse::parse(&lasts.0)?;
        let begins = Schedule::parse(schedule)?.last(&clocks, now, LONGEST)?;
        return clocks.after(begins, lasts).filter(|end| now < *end).map(Some);
    }
    if let Some(from) = &freeze.from
        && clocks.begins(written(from)?)? > now
    {
        return None;
    }
    match &freeze.to {
        Some(to) => Some(clocks.ends(written(to)?)?).filter(|end| now < *end).map(Some),
        None => freeze.from.as_ref().map(|_| None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::scalars::LocalTime;

    fn seconds(text: &str) -> i64 {
        text.parse::<jiff::Timestamp>().unwrap().as_second()
    }

    fn again(schedule: &str, lasts: &str, zone: &str) -> Freeze {
        Freeze {
            schedule: Some(schedule.to_owned()),
            lasts: Some(crate::load::scalars::Lapse(lasts.to_owned())),
            time_zone: Some(zone.to_owned()),
            ..Freeze::default()
        }
    }

    fn once(from: Option<&str>, to: Option<&str>, zone: &str) -> Freeze {
        let time = |text: Option<&str>| text.map(|text| LocalTime(text.to_owned()));
        Freeze { from: time(from), to: time(to), time_zone: Some(zone.to_owned()), ..Freeze::default() }
    }

    /// A freeze, its first and its first free second.
    fn edges(freeze: &Freeze, begins: &str, ends: &str) {
        let (begins, ends) = (seconds(begins), seconds(ends));
        let all = std::slice::from_ref(freeze);
        assert_eq!(at(all, begins - 1), None, "{freeze:?} before");
        for now in [begins, ends - 1] {
            assert_eq!(at(all, now).map(|on| on.until), Some(Some(ends)), "{freeze:?} at {now}");
        }
        assert_eq!(at(all, ends), None, "{freeze:?} after");
    }

    #[test]
    fn a_freeze_is_on_from_its_first_second_to_the_last_before_its_end() {
        edges(&again("0 16 * * 5", "64h", "UTC"), "2026-11-27T16:00:00Z", "2026-11-30T08:00:00Z");
        edges(&again("0 16 * * 5", "64h", "America/Havana"), "2024-11-29T21:00:00Z", "2024-12-02T13:00:00Z");
        // Through the night in which clocks go back in Havana, 3 November: hours, and days of the calendar.
        edges(&again("0 16 * * 5", "64h", "America/Havana"), "2024-11-01T20:00:00Z", "2024-11-04T12:00:00Z");
        edges(&again("0 16 * * 5", "3d", "America/Havana"), "2024-11-01T20:00:00Z", "2024-11-04T21:00:00Z");
        // Forward, 31 March: it begins in an hour that there is not.
        edges(&again("30 2 31 3 *", "1h", "Europe/Madrid"), "2024-03-31T01:00:00Z", "2024-03-31T02:00:00Z");
        edges(&again("0 2 * * 0", "2h", "Europe/Madrid"), "2024-03-31T01:00:00Z", "2024-03-31T03:00:00Z");
        // Back, 27 October: of the two times of one name the first one counts.
        edges(&again("30 2 27 10 *", "1h", "Europe/Madrid"), "2024-10-27T00:30:00Z", "2024-10-27T01:30:00Z");
        edges(
            &again("0 0 6 10 *", "1d", "Australia/Lord_Howe"),
            "2024-10-05T13:30:00Z",
            "2024-10-06T13:00:00Z",
        );
        edges(&again("0 0 29 2 *", "366d", "UTC"), "2020-02-29T00:00:00Z", "2021-03-01T00:00:00Z");
    }

    #[test]
    fn one_that_comes_once_has_its_days_whole() {
        let christmas = once(Some("2023-12-20"), Some("2024-01-03"), "Europe/Madrid");
        edges(&christmas, "2023-12-19T23:00:00Z", "2024-01-03T23:00:00Z");
        let night = once(Some("2024-10-27T02:30"), Some("2024-10-27T02:30"), "Europe/Madrid");
        edges(&night, "2024-10-27T00:30:00Z", "2024-10-27T01:30:00Z");
        let far = seconds("2099-01-01T00:00:00Z");
        let open = once(Some("2026-01-01"), None, "UTC");
        assert_eq!(at(std::slice::from_ref(&open), far).map(|on| on.until), Some(None));
        assert_eq!(at(std::slice::from_ref(&open), seconds("2025-12-31T23:59:59Z")), None);
        let ending = once(None, Some("2026-01-01T00:00"), "UTC");
        assert_eq!(
            at(std::slice::from_ref(&ending), seconds("2025-12-31T23:59:59Z")).map(|on| on.index),
            Some(0)
        );
        assert_eq!(at(std::slice::from_ref(&ending), seconds("2026-01-01T00:00:00Z")), None);
    }

    #[test]
    fn freezes_that_follow_each_other_are_one() {
        let all = [
            again("0 16 * * 5", "64h", "UTC"),
            once(Some("2026-11-30T08:00"), Some("2026-11-30T12:00"), "UTC"),
        ];
        let on = at(&all, seconds("2026-11-28T00:00:00Z")).unwrap();
        assert_eq!((on.index, on.until, on.last), (0, Some(seconds("2026-11-30T12:00:00Z")), 1));
        assert_eq!(at(&all, seconds("2026-11-30T08:00:00Z")).unwrap().index, 1);
        // What has no end is not what is on first, and one that follows itself without a gap has none either.
        let open = [all[0].clone(), once(Some("2026-11-29"), None, "UTC"), all[1].clone()];
        let on = at(&open, seconds("2026-11-28T00:00:00Z")).unwrap();
        assert_eq!((on.index, on.until, on.last, on.ends), (0, None, 1, false));
        let always = again("* * * * *", "5m", "UTC");
        let on = at(std::slice::from_ref(&always), 0).unwrap();
        assert_eq!((on.until, on.last, on.ends), (None, 0, true));
        assert_eq!(shown(&all[0], seconds("2026-11-30T12:00:00Z")), "2026-11-30T12:00:00+00:00 (UTC)");
    }
}
