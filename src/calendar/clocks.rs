//! What clocks show somewhere → the moment. Where clocks go forward, a time that none of them shows is the moment of the
//! change; where they go back and show it twice, what begins then begins the first time and what ends then ends the second.

use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Span, Timestamp};

use crate::calendar::Lapse;

/// The clocks of a place.
#[derive(Debug, Clone)]
pub(crate) struct Clocks(TimeZone);

/// A time as it is written: to the second, or a day alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written {
    /// A day.
    Day(Date),
    /// A time of a day.
    Time(DateTime),
}

impl Written {
    /// Reads `2026-12-20` or `2026-12-20T16:00`; nothing where there is no such day or time.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text.contains('T') {
            true => text.parse().ok().map(Self::Time),
            false => text.parse().ok().map(Self::Day),
        }
    }
}

impl Clocks {
    /// Those of a zone by its IANA name; nothing where there is none.
    pub(crate) fn of(zone: &str) -> Option<Self> {
        TimeZone::get(zone).ok().map(Self)
    }

    /// When what is written there begins, in seconds since 1970.
    pub(crate) fn begins(&self, written: Written) -> Option<i64> {
        let time = match written {
            Written::Day(day) => day.to_datetime(jiff::civil::Time::midnight()),
            Written::Time(time) => time,
        };
        self.moment(time, false)
    }

    /// When what is written there has ended: a day has at the beginning of the next.
    pub(crate) fn ends(&self, written: Written) -> Option<i64> {
        match written {
            Written::Day(day) => self.begins(Written::Day(day.tomorrow().ok()?)),
            Written::Time(time) => self.moment(time, true),
        }
    }

    /// When something has ended that begins at a moment and lasts so long.
    pub(crate) fn after(&self, begins: i64, lapse: Lapse) -> Option<i64> {
        let moved = match lapse.days {
            0 => begins,
            days => {
                let shown = self.shown(begins)?.checked_add(Span::new().try_days(days).ok()?).ok()?;
                self.moment(shown, true)?
            }
        };
        moved.checked_add(lapse.seconds)
    }

    /// What they show at a moment.
    pub(super) fn shown(&self, moment: i64) -> Option<DateTime> {
        Some(self.0.to_datetime(Timestamp::from_second(moment).ok()?))
    }

    /// A moment as they show it, with how far they are from UTC: `2026-12-20T16:00:00-05:00`.
    pub(crate) fn words(&self, moment: i64) -> String {
        let zoned = Timestamp::from_second(moment).map(|time| time.to_zoned(self.0.clone()));
        zoned.map(|zoned| zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()).unwrap_or_default()
    }

    /// The moment at which they show a time: the first one, or the `last`.
    pub(super) fn moment(&self, time: DateTime, last: bool) -> Option<i64> {
        let ambiguous = self.0.to_ambiguous_timestamp(time);
        match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { offset } => Some(offset.to_timestamp(time).ok()?.as_second()),
            AmbiguousOffset::Fold { before, after } => {
                let offset = if last { after } else { before };
                Some(offset.to_timestamp(time).ok()?.as_second())
            }
            AmbiguousOffset::Gap { before, .. } => {
                let past = before.to_timestamp(time).ok()?;
                let past = past.checked_add(SignedDuration::from_secs(1)).ok()?;
                Some(self.0.preceding(past).next()?.timestamp().as_second())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_second()
    }

    #[test]
    fn clocks_that_change_are_followed() {
        // Zone, what is written, when it begins, when it ends.
        for (zone, written, begins, ends) in [
            ("UTC", "2026-03-29T02:30", "2026-03-29T02:30:00Z", "2026-03-29T02:30:00Z"),
            // Forward at 02:00: nobody's clock shows 02:30.
            ("Europe/Madrid", "2024-03-31T02:30", "2024-03-31T01:00:00Z", "2024-03-31T01:00:00Z"),
            ("Europe/Madrid", "2024-03-31T01:59:59", "2024-03-31T00:59:59Z", "2024-03-31T00:59:59Z"),
            ("Europe/Madrid", "2024-03-31T03:00", "2024-03-31T01:00:00Z", "2024-03-31T01:00:00Z"),
            // Back at 03:00: every clock shows 02:30 twice.
            ("Europe/Madrid", "2024-10-27T02:30", "2024-10-27T00:30:00Z", "2024-10-27T01:30:00Z"),
            ("Europe/Madrid", "2024-10-27T03:00", "2024-10-27T02:00:00Z", "2024-10-27T02:00:00Z"),
            // At midnight: the day of the change begins at 01:00.
            ("America/Havana", "2024-03-10", "2024-03-10T05:00:00Z", "2024-03-11T04:00:00Z"),
            ("America/Havana", "2024-11-03", "2024-11-03T04:00:00Z", "2024-11-04T05:00:00Z"),
            // By half an hour.
            ("Australia/Lord_Howe", "2024-10-06T02:15", "2024-10-05T15:30:00Z", "2024-10-05T15:30:00Z"),
            ("Australia/Lord_Howe", "2024-04-07T01:45", "2024-04-06T14:45:00Z", "2024-04-06T15:15:00Z"),
            ("Asia/Kathmandu", "2026-06-01T00:00", "2026-05-31T18:15:00Z", "2026-05-31T18:15:00Z"),
            // A day that Samoa has never had.
            ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z"),
        ] {
            let (clocks, written) = (Clocks::of(zone).unwrap(), Written::parse(written).unwrap());
            assert_eq!(clocks.begins(written), Some(at(begins)), "{zone} {written:?} begins");
            assert_eq!(clocks.ends(written), Some(at(ends)), "{zone} {written:?} ends");
        }
    }

    #[test]
    fn hours_are_hours_and_days_are_the_calendars() {
        for (zone, begins, lapse, ends) in [
            // Over the night in which clocks go back: 65 hours are from Friday 16:00 to Monday 08:00.
            ("Europe/Madrid", "2024-10-25T14:00:00Z", "65h", "2024-10-28T07:00:00Z"),
            ("Europe/Madrid", "2024-10-25T14:00:00Z", "3d", "2024-10-28T15:00:00Z"),
            ("Europe/Madrid", "2024-10-26T00:30:00Z", "1d", "2024-10-27T01:30:00Z"),
            // And forward, into the hour that there is not.
            ("Europe/Madrid", "2024-03-30T01:30:00Z", "1d", "2024-03-31T01:00:00Z"),
            ("Europe/Madrid", "2024-03-30T01:30:00Z", "24h", "2024-03-31T01:30:00Z"),
            ("UTC", "2026-02-28T00:00:00Z", "1d1h", "2026-03-01T01:00:00Z"),
        ] {
            let clocks = Clocks::of(zone).unwrap();
            assert_eq!(
                clocks.after(at(begins), Lapse::parse(lapse).unwrap()),
                Some(at(ends)),
                "{zone} {lapse}"
            );
        }
        let havana = Clocks::of("America/Havana").unwrap();
        assert_eq!(havana.words(at("2024-12-02T13:00:00Z")), "2024-12-02T08:00:00-05:00");
        assert!(Clocks::of("Atlantis/Deep").is_none() && Written::parse("2026-02-30").is_none());
    }
}
