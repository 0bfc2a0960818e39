//! The clock, chance and waiting, in one place: how long a run pauses after someone else's push.
#![allow(clippy::disallowed_methods)] // The one place that looks at the clock and waits.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::backoff::Backoff;

/// Seconds since 1970.
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// The pauses of one run.
#[derive(Debug)]
pub struct Pace {
    started: Instant,
    backoff: Backoff,
}

impl Pace {
    /// A run that begins now.
    pub fn begin() -> Self {
        Self { started: Instant::now(), backoff: Backoff::default() }
    }

    /// The same, with other waits.
    pub fn within(backoff: Backoff) -> Self {
        Self { started: Instant::now(), backoff }
    }

    /// Waits, and says whether to try again; not where the time is up.
    pub fn pause(&mut self) -> bool {
        match self.backoff.next(self.started.elapsed(), chance()) {
            Some(wait) => {
                std::thread::sleep(wait);
                true
            }
            None => false,
        }
    }

    /// How often the run was late.
    pub fn tries(&self) -> u32 {
        self.backoff.tries()
    }

    /// How long the run has taken.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}

/// Waits for as long as somebody else has asked for.
pub fn wait(time: Duration) {
    std::thread::sleep(time);
}

/// A number between 0 and 1. Where the system gives none, 1: the longest wait is always right.
fn chance() -> f64 {
    let mut bytes = [0_u8; 4];
    match rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty()) {
        Ok(_) => f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX),
        Err(_) => 1.0,
    }
}

/// `2026-11-23T10:39:00Z`, nothing for a year of other than four digits; by the proleptic Gregorian calendar.
pub(crate) fn rfc3339(seconds: i64) -> Option<String> {
    if !(0..253_402_300_800).contains(&seconds) {
        return None;
    }
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    // Days are counted from 1 March of the year 0, so that a leap day is the last day of its year.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    let (hour, minute, second) = (rest / 3_600, rest % 3_600 / 60, rest % 60);
    Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"))
}
