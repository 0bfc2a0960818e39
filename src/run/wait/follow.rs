//! Looks, one after the other, until a release is healthy or has failed, or the time is up. Who looks and what the clock
//! says are given.

use std::time::Duration;

use crate::clock::{self, Stopwatch};
use crate::diagnostic::{Failure, Kind};
use crate::run::wait::judge::{Cause, Judge, STANDS, Said, Verdict};

/// The time that goes by.
pub(super) trait Pace {
    /// Since the wait began.
    fn elapsed(&self) -> Duration;
    /// Lets it go by.
    fn pause(&mut self, time: Duration);
}

impl Pace for Stopwatch {
    fn elapsed(&self) -> Duration {
        Self::elapsed(self)
    }

    fn pause(&mut self, time: Duration) {
        clock::wait(time);
    }
}

/// What one look finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sight<R, S = Said> {
    /// The release that stands and holds the one that is waited for, and what is said of it.
    Stands(R, S),
    /// What stands does not hold it, and why: nobody will say any more of it.
    Replaced(String),
}

/// How a wait ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ended<R, S = Said, C = Cause> {
    /// The release is healthy.
    Healthy(R),
    /// It has failed.
    Failed(R, C),
    /// Nobody has said so in time; what was said last.
    Silent(R, S),
    /// Something else stands.
    Replaced(String),
}

/// Looks until it is known what became of the release, or for as long as `time`. A forge that is away for a while is
/// asked again.
///
/// # Errors
/// The look's own: at once where it does not help to ask again, at the end of the time where it may.
pub(super) fn follow<R, S: Judge<C>, C>(
    mut look: impl FnMut() -> Result<Sight<R, S>, Failure>,
    pace: &mut dyn Pace,
    time: Duration,
) -> Result<Ended<R, S, C>, Failure> {
    // A failure that is said at the last moment still has the time to be taken back.
    let stands = Duration::from_secs(STANDS.unsigned_abs());
    loop {
        let sight = look();
        let elapsed = pace.elapsed();
        let late = elapsed >= time;
        let left = match sight {
            Ok(Sight::Replaced(why)) => return Ok(Ended::Replaced(why)),
            Ok(Sight::Stands(release, said)) => match said.judge() {
                Verdict::Healthy => return Ok(Ended::Healthy(release)),
                Verdict::Failed(cause) => return Ok(Ended::Failed(release, cause)),
                Verdict::Failing(cause) if elapsed >= time.saturating_add(stands) => {
                    return Ok(Ended::Failed(release, cause));
                }
                Verdict::Failing(_) => time.saturating_add(stands).saturating_sub(elapsed),
                Verdict::Open if late => return Ok(Ended::Silent(release, said)),
                Verdict::Open => time.saturating_sub(elapsed),
            },
            Err(failure) if late || failure.kind() != Kind::Unavailable => return Err(failure),
            Err(_) => time.saturating_sub(elapsed),
        };
        pace.pause(interval(elapsed).min(left));
    }
}

/// Often at first, and less often later: a forge counts what it is asked.
fn interval(elapsed: Duration) -> Duration {
    Duration::from_secs(match elapsed.as_secs() {
        0..120 => 5,
        120..600 => 10,
        _ => 15,
    })
}
