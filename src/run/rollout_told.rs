//! What the cluster says of a release → the status and the deployment that `--status` has begun.

use crate::diagnostic::{Code, Failure};
use crate::forge::status::{State, Status};
use crate::forge::{Repository, status};
use crate::outcome::rollout::RolledOut;
use crate::outcome::{Notices, Outcome};
use crate::repository::short;

/// What is left open until the cluster has said it.
#[derive(Debug)]
pub(crate) struct Pending {
    /// Where it is.
    pub(super) repository: Repository,
    /// The app's commit.
    pub(super) commit: String,
    /// The context of its status.
    pub(super) context: String,
    /// Where a reader is led.
    pub(super) url: Option<String>,
    /// The deployment, where one was made.
    pub(super) deployment: Option<status::Made>,
}

impl Pending {
    /// Ends them as the rollout ended; what cannot be told is said, and fails nothing.
    pub(super) fn end(self, outcome: &mut Outcome) {
        let Some(ended) = &outcome.notices.rollout else { return };
        let (state, description) = said(ended);
        let notices = &mut outcome.notices;
        let status = Status {
            commit: &self.commit,
            context: &self.context,
            url: self.url.as_deref(),
            description: &description,
            state,
        };
        tell(notices, "status", self.repository.status(status));
        if let Some(made) = &self.deployment {
            tell(notices, "deployment", self.repository.end_deployment(made, state, &description));
        }
    }
}

fn tell(notices: &mut Notices, what: &str, told: Result<(), Failure>) {
    if let Err(failure) = told {
        notices.failed.push(format!("the {what} was left open: {}", failure.with_hint()));
    }
}

/// What is said of a rollout, on one line.
fn said(ended: &Result<RolledOut, Box<Failure>>) -> (State, String) {
    match ended {
        Ok(release) => {
            let commit = short(&release.source_commit);
            let later = if release.later { ", a later release, which holds it" } else { "" };
            (State::Success, format!("healthy: {commit}{later}"))
        }
        Err(failure) => {
            let state = if failure.code == Code::RolloutFailed { State::Failure } else { State::Error };
            (state, failure.message.to_string())
        }
    }
}
