//! What runs where, what ran before, and what each release changed, of a whole GitOps repository.

use crate::diagnostic::Diagnostic;
use crate::outcome::history::{Change, PastRelease, Standing};
use crate::outcome::standing::FrozenEnvironment;
use crate::plan::Plan;
use crate::plan::diff::FileDiff;

/// `status --format html`.
#[derive(Debug)]
pub(crate) struct Overview {
    /// The GitOps repository.
    pub(crate) place: String,
    /// Whether it is of an earlier time.
    pub(crate) past: bool,
    /// The commit that was read, where there is one.
    pub(crate) head: Option<Change>,
    /// The environments that are frozen.
    pub(crate) frozen: Vec<FrozenEnvironment>,
    /// What is wrong with registrations.
    pub(crate) problems: Vec<Diagnostic>,
    /// By name.
    pub(crate) apps: Vec<AppOverview>,
    /// How much of the history is in it.
    pub(crate) depth: Depth,
}

/// How far an [`Overview`] looks back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Depth {
    /// The most releases of an app.
    pub(crate) each: usize,
    /// The most releases whose plans are there.
    pub(crate) plans: usize,
    /// How many commits were looked at.
    pub(crate) commits: usize,
    /// Whether there are no older ones.
    pub(crate) whole: bool,
    /// Whether the server gave the files of older commits.
    pub(crate) files: bool,
}

/// One app.
#[derive(Debug)]
pub(crate) struct AppOverview {
    /// Its name.
    pub(crate) name: String,
    /// What stands in each environment; nothing where it is registered, and was never deployed.
    pub(crate) stands: Vec<Stand>,
    /// Newest first.
    pub(crate) releases: Vec<ReleaseOverview>,
    /// Whether there are older ones.
    pub(crate) more: bool,
}

/// One app in one environment.
#[derive(Debug)]
pub(crate) struct Stand {
    /// As `status` has it.
    pub(crate) standing: Standing,
    /// The runtime with its version.
    pub(crate) runtime: String,
    /// Services with their versions.
    pub(crate) services: Vec<String>,
    /// Where it is reached.
    pub(crate) url: Option<String>,
    /// The branches that hold a proposal about it.
    pub(crate) proposed: Vec<String>,
}

/// One release of an app.
#[derive(Debug)]
pub(crate) struct ReleaseOverview {
    /// As `history` has it.
    pub(crate) release: PastRelease,
    /// What it changed; nothing where that was not looked at.
    pub(crate) changed: Option<Changed>,
}

/// What a release changed.
#[derive(Debug)]
pub(crate) struct Changed {
    /// In the cluster.
    pub(crate) plan: Plan,
    /// Line by line.
    pub(crate) diffs: Vec<FileDiff>,
}
