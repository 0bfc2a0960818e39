//! What `remove` and `app remove` took away.

use crate::tree::RepoPath;

/// An app that leaves one environment, or all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Removal {
    /// The app.
    pub app: String,
    /// The environment that was asked for, where it was one.
    pub environment: Option<String>,
    /// The environments that it leaves.
    pub environments: Vec<String>,
    /// Files that people wrote, which go too.
    pub files: Vec<RepoPath>,
}

impl Removal {
    /// What it is, in a line: a commit's first, a pull request's title.
    pub fn subject(&self) -> String {
        match self.environments.as_slice() {
            [only] if self.files.is_empty() => format!("remove({}/{only})", self.app),
            _ => format!("remove({})", self.app),
        }
    }
}
