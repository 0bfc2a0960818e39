//! Tries so far, time so far -> how long to wait before the next try. Pure: the random number and the clock
//! are the caller's.
//!
//! Bounded by time, not by count: with many jobs at once a loser has done nothing wrong, and some other job has
//! landed each time it loses, so all of them end.

use std::time::Duration;

/// The waits of one deploy.
#[derive(Debug, Clone)]
pub struct Backoff {
    tries: u32,
    first: Duration,
    longest: Duration,
    total: Duration,
    /// When the last wait was over, on the clock of `elapsed`.
    resumed: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self::new(Duration::from_millis(100), Duration::from_secs(30), Duration::from_secs(600))
    }
}

impl Backoff {
    /// Waits that start at `first` or more, stay below `longest`, and end once `total` has passed.
    pub fn new(first: Duration, longest: Duration, total: Duration) -> Self {
        Self { tries: 0, first, longest, total, resumed: Duration::ZERO }
    }

    /// The next wait, or `None` where it is time to give up. `elapsed` is the time since the first try began;
    /// `random` is between 0 and 1, new for each call.
    ///
    /// The wait grows from the time that the try itself took: on a slow link, or beside many others, a try is
    /// long, and to come back sooner is to lose again. It is spread over the whole range ("full jitter"), or
    /// racing jobs would meet again.
    pub fn next(&mut self, elapsed: Duration, random: f64) -> Option<Duration> {
        if elapsed >= self.total {
            return None;
        }
        let base = elapsed.saturating_sub(self.resumed).max(self.first);
        let top = base.as_secs_f64() * 1.5_f64.powi(self.tries.min(40).cast_signed());
        self.tries = self.tries.saturating_add(1);
        let wait = top.min(self.longest.as_secs_f64()) * random.clamp(0.0, 1.0);
        let wait = Duration::from_secs_f64(wait).min(self.total.saturating_sub(elapsed));
        self.resumed = elapsed.saturating_add(wait);
        Some(wait)
    }

    /// How many waits were given out.
    pub fn tries(&self) -> u32 {
        self.tries
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_the_longest_and_end_with_the_total() {
        let second = Duration::from_secs(1);
        let mut backoff = Backoff::new(second, 3 * second, 10 * second);
        let waits: Vec<_> = (0..5).filter_map(|_| backoff.next(Duration::ZERO, 1.0)).collect();
        assert_eq!(waits, [1.0, 1.5, 2.25, 3.0, 3.0].map(Duration::from_secs_f64));
        assert_eq!(backoff.next(9 * second, 1.0), Some(second), "never past the total");
        assert_eq!(backoff.next(10 * second, 1.0), None);
        assert_eq!(backoff.tries(), 6);
    }

    #[test]
    fn a_slow_try_makes_a_long_wait() {
        let second = Duration::from_secs(1);
        let mut backoff = Backoff::new(second, 100 * second, 1_000 * second);
        assert_eq!(backoff.next(4 * second, 1.0), Some(4 * second), "the first try took 4 s");
        assert_eq!(backoff.next(10 * second, 1.0), Some(3 * second), "the second 2 s, times 1.5");
    }

    #[test]
    fn an_odd_random_number_does_no_harm() {
        let mut backoff = Backoff::default();
        for random in [-1.0, 2.0, f64::INFINITY] {
            assert!(backoff.next(Duration::ZERO, random).unwrap() <= Duration::from_secs(30));
        }
    }
}
