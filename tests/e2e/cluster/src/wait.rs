//! Waiting on a condition, never for a time.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// How often a condition is looked at.
const PACE: Duration = Duration::from_millis(100);

/// What a condition says while it does not hold yet: what was seen instead, for the message at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen<T> {
    /// It holds.
    Yes(T),
    /// Not yet; this is what there is.
    NotYet(String),
}

/// Asks until the condition holds.
///
/// Errors: it did not hold in time (the message says what was seen last), or asking failed for good.
pub async fn until<T>(
    what: &str,
    within: Duration,
    mut condition: impl AsyncFnMut() -> Result<Seen<T>>,
) -> Result<T> {
    let began = Instant::now();
    loop {
        let seen = match condition().await? {
            Seen::Yes(value) => return Ok(value),
            Seen::NotYet(seen) => seen,
        };
        if began.elapsed() > within {
            bail!("{what}: not within {} s; seen last: {seen}", within.as_secs());
        }
        tokio::time::sleep(PACE).await;
    }
}
