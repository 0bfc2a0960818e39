//! Whether a hold keeps an environment as it is: what was rolled back, and what is older, stays away. What is not known to be
//! newer stays away too; a hold is there so that nothing comes back by itself.

use crate::diagnostic::{Code, Failure};
use crate::git::Order;
use crate::load::current::Current;
use crate::load::hold::{Held, Hold, HoldUntil};
use crate::load::release_file::{ReleaseFile, SourceFacts};
use crate::resolve::release::Release;
use crate::run::orders::Orders;
use crate::run::spec::{RunSpec, Stage};

/// The hold that keeps `release` away.
///
/// # Errors
/// As [`Orders::of`].
pub(crate) fn back(
    spec: &RunSpec,
    current: &Current,
    release: &Release,
    orders: &Orders,
) -> Result<Option<Held>, Failure> {
    let Some(held) = current.previous.as_ref().and_then(of).filter(|_| spec.stage >= Stage::Diff) else {
        return Ok(None);
    };
    let goes = held.hold.until == HoldUntil::Newer && is_newer(spec, &held.hold, release, orders)?;
    Ok(Some(held).filter(|_| !goes))
}

/// The hold of a release that stands there.
pub(crate) fn of(record: &ReleaseFile) -> Option<Held> {
    let hold = record.hold.clone().filter(|_| !record.removed)?;
    Some(Held { app: record.app.clone(), environment: record.environment.clone(), hold })
}

/// Whether a release follows what was rolled back: by history, else by the commits' times; without commits, any other image
/// does.
fn is_newer(spec: &RunSpec, hold: &Hold, release: &Release, orders: &Orders) -> Result<bool, Failure> {
    let SourceFacts { commit, time, .. } = &release.source;
    let (was, is) = match (&hold.commit, commit) {
        (Some(was), Some(is)) => (was, is),
        (Some(_), None) => return Ok(false),
        (None, _) => return Ok(release.image.reference != hold.image),
    };
    Ok(match orders.of(spec, was, is)? {
        Order::Newer => true,
        Order::Same | Order::Older => false,
        // A branch that was rewritten to be rid of the commit, or no history at hand.
        Order::Diverged | Order::Unknown => hold.time.zip(*time).is_some_and(|(was, is)| is > was),
    })
}

/// The failure of a command that names, for a release that stands there, the image that was rolled back.
pub(crate) fn refused(held: &Held) -> Failure {
    let Held { app, environment, hold } = held;
    let message = format!("{app} is held in {environment}: {}", hold.words());
    Failure::new(Code::AppHeld, message).hint(format!("to let it go: `{}`", held.remedy()))
}
