//! What became of releases that stand in the GitOps repository, in one commit.

use crate::diagnostic::Diagnostic;
use crate::load::hold::Hold;
use crate::outcome::compared::Promoted;
use crate::plan::Plan;
use crate::plan::diff::FileDiff;
use crate::resolve::image::Pinned;
use crate::resolve::release::Release;
use crate::tree::RepoPath;

/// What a run does to releases that stand in the GitOps repository.
#[derive(Debug)]
pub struct Rerendered {
    /// The commit's first line.
    pub subject: String,
    /// Whether that was the wish, and the releases only follow.
    pub edited: bool,
    /// Files that the command writes itself.
    pub files: Vec<RepoPath>,
    /// What else a person has to know, or do.
    pub notes: Vec<String>,
    /// What a promotion moves, and what it leaves.
    pub promoted: Vec<Promoted>,
    /// The pin that the command has set.
    pub pin: Option<Pinned>,
    /// The hold that the command has set.
    pub hold: Option<Hold>,
    /// The releases that change.
    pub releases: Vec<Release>,
    /// How many were looked at.
    pub looked_at: usize,
    /// What it does to the cluster.
    pub plan: Plan,
    /// Line by line; for `diff` alone.
    pub diffs: Vec<FileDiff>,
    /// Secrets that a deploy would make.
    pub makes: Vec<String>,
    /// What is said, and gone on.
    pub warnings: Vec<Diagnostic>,
    /// The commit, where there is one.
    pub commit: Option<String>,
    /// The GitOps repository.
    pub place: String,
    /// How often someone else was first.
    pub retries: u32,
    /// Whether it waits in a pull request.
    pub proposed: bool,
    /// Whether a difference ends with 1.
    pub exit_code: bool,
}

impl Rerendered {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.releases.is_empty() && self.files.is_empty()
    }
}
