//! How far what stands there is behind the branch that it came from.

use schemars::JsonSchema;
use serde::Serialize;

/// How a release stands to the branch that goes there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RemoteStanding {
    /// The branch, where one is known.
    pub branch: Option<String>,
    /// Where the branch stands, where that is known.
    pub commit: Option<String>,
    /// How the release stands to it.
    pub state: RemoteState,
    /// How many commits of the branch the release has not; nothing where that is not known.
    pub commits: Option<usize>,
    /// More of it, for people.
    pub why: Option<String>,
}

/// How a release stands to its branch, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RemoteState {
    /// It is the branch's newest commit.
    UpToDate,
    /// The branch has moved on.
    Behind,
    /// The branch was moved back to before it.
    Ahead,
    /// The branch was rewritten without it.
    Diverged,
    /// No branch is followed there.
    NotFollowed,
    /// It could not be asked.
    Unknown,
}
