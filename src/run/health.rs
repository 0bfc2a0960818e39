//! `status --health`: what runs where, and what the clusters have said of it on the apps' commits. Each release that is
//! reported costs a request or two, so that it is asked for. Changes nothing.

use crate::clock::rfc3339;
use crate::load::gitops::Gitops;
use crate::load::release_file::ReleaseFile;
use crate::outcome::health::{HealthState, ReportedHealth};
use crate::run::spec::RunSpec;
use crate::run::wait::health::{Health, Opened, health};

/// What is said while the forges are asked.
pub(super) const ASKING: &str = "asking what the clusters have said";

/// What the cluster of one release has said of it. A forge that cannot be asked is a word about this one alone.
pub(super) fn of(
    spec: &RunSpec,
    gitops: &mut Gitops,
    opened: &mut Opened,
    release: &ReleaseFile,
) -> ReportedHealth {
    let (state, since, why) = match health(spec, gitops, opened, release) {
        Ok(Health::Healthy(since)) => (HealthState::Healthy, since.and_then(rfc3339), None),
        Ok(Health::Failed(why)) => (HealthState::Failed, None, Some(why)),
        Ok(Health::Unknown(why)) => (HealthState::Waiting, None, Some(why)),
        Ok(Health::Unreported) => (HealthState::Unreported, None, None),
        Err(failure) => (HealthState::Unknown, None, Some(failure.with_hint())),
    };
    ReportedHealth { state, since, why }
}
