//! The clock, chance and waiting, in one place: how long a run pauses after someone else's push.
#![allow(clippy::disallowed_methods)] // The one place that looks at the clock and waits.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::backoff::Backoff;

/// Seconds since 1970.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// The pauses of one run.
#[derive(Debug)]
pub(crate) struct Retry {
    started: Instant,
    backoff: Backoff,
}

impl Retry {
    /// A run that begins now.
    pub(crate) fn begin() -> Self {
        Self { started: Instant::now(), backoff: Backoff::default() }
    }

    /// The same, with other waits.
    pub(crate) fn within(backoff: Backoff) -> Self {
        Self { started: Instant::now(), backoff }
    }

    /// Waits, and says whether to try again; not where the time is up.
    pub(crate) fn pause(&mut self) -> bool {
        match self.backoff.next(self.started.elapsed(), jitter()) {
            Some(wait) => {
                std::thread::sleep(wait);
                true
            }
            None => false,
        }
    }

    /// How often the run was late.
    pub(crate) fn tries(&self) -> u32 {
        self.backoff.tries()
    }

    /// How long the run has taken.
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}

/// How long something takes.
#[derive(Debug)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    /// Begins now.
    pub(crate) fn begin() -> Self {
        Self(Instant::now())
    }

    /// Since it began.
    pub(crate) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// Waits for as long as somebody else has asked for.
pub(crate) fn wait(time: Duration) {
    std::thread::sleep(time);
}

/// A number between 0 and 1. Where the system gives none, 1: the longest wait is always right.
fn jitter() -> f64 {
    let mut bytes = [0_u8; 4];
    match rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty()) {
        Ok(_) => f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX),
        Err(_) => 1.0,
    }
}

/// A time as people write it, to the minute at least or a day alone; one without a zone is UTC's. Seconds since 1970.
pub(crate) fn seconds(text: &str) -> Option<i64> {
    let text = text.strip_suffix('Z').unwrap_or(text);
    let civil = || {
        Some(text.parse::<jiff::civil::DateTime>().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
    };
    let time = text.parse::<jiff::Timestamp>().ok().or_else(civil)?;
    Some(time.as_second())
}

/// `2026-11-23T10:39:00Z`: four digits for the year and no fraction. Nothing for any other time.
pub(crate) fn rfc3339(seconds: i64) -> Option<String> {
    let time = jiff::Timestamp::from_second(seconds).ok().filter(|_| seconds >= 0);
    time.map(|time| time.to_string())
}
