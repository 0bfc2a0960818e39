//! What the cluster has said of a release → JSON.

use schemars::JsonSchema;
use serde::Serialize;

use crate::diagnostic::Failure;
use crate::outcome::rollout::RolledOut;
use crate::report::json::failed::Failed;
use crate::report::json::shared::Status;

/// `wait`, which has heard that a release is healthy.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Wait")]
pub(super) struct Waited<'a> {
    status: Status,
    #[serde(flatten)]
    release: &'a RolledOut,
}

impl<'a> From<&'a RolledOut> for Waited<'a> {
    fn from(release: &'a RolledOut) -> Self {
        Self { status: Status::Healthy, release }
    }
}

/// What `deploy --wait` has heard.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "RolloutOfDeploy")]
pub(super) struct Rollout<'a> {
    /// `healthy`, or `failed` for any other end.
    status: Status,
    /// The release that is healthy.
    release: Option<&'a RolledOut>,
    /// Why none is known to be.
    failure: Option<Failed<'a>>,
}

impl<'a> From<&'a Result<RolledOut, Box<Failure>>> for Rollout<'a> {
    fn from(ended: &'a Result<RolledOut, Box<Failure>>) -> Self {
        match ended {
            Ok(release) => Self { status: Status::Healthy, release: Some(release), failure: None },
            Err(failure) => {
                Self { status: Status::Failed, release: None, failure: Some(failure.as_ref().into()) }
            }
        }
    }
}
