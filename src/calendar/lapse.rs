//! `1d12h` → how long that is: hours are hours, and a day is one of the calendar, which has 23 hours or 25 where clocks
//! change.

/// How long something lasts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Lapse {
    /// Days of the calendar.
    pub(super) days: i64,
    /// And seconds after them.
    pub(super) seconds: i64,
}

impl Lapse {
    /// Reads numbers, each with its unit: `s`, `m`, `h` or `d`. Nothing where the text is none of these.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (mut lapse, mut rest) = (Self::default(), text);
        while !rest.is_empty() {
            let (number, after) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit())?);
            let number: i64 = number.parse().ok()?;
            let unit = after.chars().next()?;
            let (field, size) = match unit {
                's' => (&mut lapse.seconds, 1),
                'm' => (&mut lapse.seconds, 60),
                'h' => (&mut lapse.seconds, 3_600),
                'd' => (&mut lapse.days, 1),
                _ => return None,
            };
            *field = field.checked_add(number.checked_mul(size)?)?;
            rest = after.get(1..)?;
        }
        (!text.is_empty()).then_some(lapse)
    }

    /// In seconds, where nobody's calendar counts: a day has 24 hours.
    pub(crate) fn seconds(self) -> i64 {
        self.days.saturating_mul(86_400).saturating_add(self.seconds)
    }

    /// Seconds as a person says them: `1d 2h 3m 4s`, without what is zero.
    pub(crate) fn words(seconds: i64) -> String {
        let parts = [(86_400, 'd'), (3_600, 'h'), (60, 'm'), (1, 's')];
        let mut left = seconds.max(0);
        let mut words = Vec::new();
        for (size, unit) in parts {
            if left >= size {
                words.push(format!("{}{unit}", left / size));
                left %= size;
            }
        }
        if words.is_empty() { "0s".to_owned() } else { words.join(" ") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_units_add_up() {
        for (text, days, seconds) in [("30m", 0, 1_800), ("1h30m", 0, 5_400), ("2d", 2, 0), ("1d1s", 1, 1)] {
            assert_eq!(Lapse::parse(text), Some(Lapse { days, seconds }), "{text}");
        }
        assert_eq!(Lapse::parse("1d1s").map(Lapse::seconds), Some(86_401));
        for bad in ["", "5", "h", "5x", "1h 30m", "-1h", "99999999999999999999h", "9223372036854775807h"] {
            assert_eq!(Lapse::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn seconds_are_said_in_units() {
        for (seconds, words) in [(0, "0s"), (59, "59s"), (3_661, "1h 1m 1s"), (86_400, "1d"), (-5, "0s")] {
            assert_eq!(Lapse::words(seconds), words);
        }
    }
}
