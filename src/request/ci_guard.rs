//! What no job of a CI may do without a GitOps repository that is named, whichever CI that is.

use crate::diagnostic::{Code, Failure};
use crate::request::environment::{Environment, text};
use crate::run::spec::GitopsPlace;

/// Whether this is a CI job, as nearly every CI says it.
pub(super) fn in_ci() -> bool {
    text("CI").is_some_and(|text| text != "false" && text != "0")
}

/// Whether a job, of no forge's CI, means to name a GitOps repository: a variable that is there and empty is one that
/// nobody has defined. Without it somebody tries cupaas out.
#[allow(clippy::disallowed_methods)] // the environment is read in this room
pub(super) fn means_another() -> bool {
    in_ci() && std::env::var_os("CUPAAS_GITOPS").is_some()
}

/// What is about the GitOps repository itself: in a job the one of this machine is new, and gone with the job.
///
/// # Errors
/// `Usage` where that one is meant.
pub(super) fn shared_one(gitops: &GitopsPlace, env: &Environment) -> Result<(), Failure> {
    if !env.job || !matches!(gitops, GitopsPlace::Embedded(_)) {
        return Ok(());
    }
    let message = "no GitOps repository given; a local one would be lost with this CI job";
    Err(Failure::new(Code::GitopsRequired, message)
        .hint("name it: --gitops URL, or CUPAAS_GITOPS (check that the variable is defined for this repository)")
        .hint("to try cupaas on the runner: --ci none"))
}
