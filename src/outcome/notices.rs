//! What forges were told of a run.

use crate::diagnostic::Failure;
use crate::forge::{Commented, PullRequest};
use crate::outcome::rollout::RolledOut;

/// What forges were told of a run, and what they could not be told.
#[derive(Debug, Default)]
pub struct Notices {
    /// The branch of a pull request.
    pub branch: Option<Branch>,
    /// The pull request.
    pub pull_request: Option<PullRequest>,
    /// The comment.
    pub comment: Option<Commented>,
    /// What the cluster has said of the release, where it was waited for.
    pub rollout: Option<Result<RolledOut, Box<Failure>>>,
    /// What else was told, one line each.
    pub sent: Vec<String>,
    /// What was asked for and could not be done; the run has done its work all the same.
    pub failed: Vec<String>,
}

impl Notices {
    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.branch.is_none() && self.comment.is_none() && self.sent.is_empty() && self.failed.is_empty()
    }

    /// What could not be told, also of the pull request.
    pub fn warnings(&self) -> impl Iterator<Item = &String> {
        self.failed.iter().chain(self.pull_request.iter().flat_map(|request| &request.notes))
    }
}

/// The branch of a pull request, after a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// Its name.
    pub name: String,
    /// The branch that it is to be merged into.
    pub base: String,
    /// Its commit; nothing where the branch is gone.
    pub commit: Option<String>,
    /// The commit that it stood on before the run.
    pub was: Option<String>,
}
