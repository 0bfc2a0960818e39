//! `status --health`: what runs where, and what the clusters have said of it on the apps' commits. Each release that is
//! reported costs a request or two, so that it is asked for. Changes nothing.

use crate::clock::rfc3339;
use crate::diagnostic::Failure;
use crate::load::gitops::Gitops;
use crate::load::records;
use crate::load::release_file::ReleaseFile;
use crate::outcome::health::{HealthState, ReportedHealth};
use crate::outcome::history::Standing;
use crate::run::context::Context;
use crate::run::history;
use crate::run::spec::RunSpec;
use crate::run::wait::health::{Health, health};

/// What is said while the forges are asked.
pub(super) const ASKING: &str = "asking what the clusters have said";

/// As [`history::status`], each with its health. A forge that cannot be asked of one release stops no other.
///
/// # Errors
/// As [`history::status`].
pub(crate) fn status(
    context: &Context<'_>,
    spec: &RunSpec,
    gitops: &mut Gitops,
) -> Result<Vec<Standing>, Failure> {
    let mut all = history::status(spec, gitops)?;
    let releases = records::records(gitops)?;
    context.progress(ASKING);
    for one in all.iter_mut().filter(|one| !one.removed) {
        let is = |release: &&ReleaseFile| release.app == one.app && release.environment == one.environment;
        if let Some(release) = releases.iter().find(is) {
            one.health = Some(of(spec, gitops, release));
        }
    }
    Ok(all)
}

/// What the cluster of one release has said of it.
pub(super) fn of(spec: &RunSpec, gitops: &mut Gitops, release: &ReleaseFile) -> ReportedHealth {
    let (state, since, why) = match health(spec, gitops, release) {
        Ok(Health::Healthy(since)) => (HealthState::Healthy, since.and_then(rfc3339), None),
        Ok(Health::Failed(why)) => (HealthState::Failed, None, Some(why)),
        Ok(Health::Unknown(why)) => (HealthState::Waiting, None, Some(why)),
        Ok(Health::Unreported) => (HealthState::Unreported, None, None),
        Err(failure) => (HealthState::Unknown, None, Some(failure.with_hint())),
    };
    ReportedHealth { state, since, why }
}
