//! What changed of an app between two of its releases.

use schemars::JsonSchema;
use serde::Serialize;

use crate::diagnostic::Failure;
use crate::plan::Plan;
use crate::plan::diff::FileDiff;
use crate::resolve::unlike::Unlike;

/// `history --diff`.
#[derive(Debug)]
pub struct Between {
    /// The app.
    pub app: String,
    /// The environment.
    pub environment: String,
    /// One release.
    pub from: ComparedRelease,
    /// The other.
    pub to: ComparedRelease,
    /// What was decided otherwise.
    pub unlike: Vec<Unlike>,
    /// Why that cannot be said, where it cannot: files of then that are wrong by today's rules.
    pub undecided: Option<Failure>,
    /// What changed in the cluster.
    pub plan: Plan,
    /// Line by line.
    pub diffs: Vec<FileDiff>,
}

impl Between {
    /// Whether nothing is known to have changed.
    pub fn is_empty(&self) -> bool {
        self.unlike.is_empty() && self.undecided.is_none() && self.plan.is_empty() && self.diffs.is_empty()
    }
}

/// One of the two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ComparedRelease {
    /// The commit in the GitOps repository that is compared.
    pub commit: String,
    /// The app's commit, where it is known.
    pub source_commit: Option<String>,
    /// The image.
    pub image: String,
    /// Whether it is what stands there now.
    pub stands: bool,
}
