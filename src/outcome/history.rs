//! What ran where, since when and by whom.

use crate::load::hold::Hold;
use crate::load::maintenance::Maintenance;
use crate::outcome::health::ReportedHealth;
use crate::outcome::remote::RemoteStanding;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// `status`: one release as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Standing {
    /// The app.
    pub app: String,
    /// The environment.
    pub environment: String,
    /// The cluster that it is for.
    pub cluster: String,
    /// The image.
    pub image: String,
    /// The app's repository, where it is known.
    pub repository: Option<String>,
    /// The app's commit, where it is known.
    pub source_commit: Option<String>,
    /// Its host names.
    pub hosts: Vec<String>,
    /// The image that the environment is pinned to.
    pub pinned: Option<String>,
    /// How many of a process run, where that stands over what `.cupaas` says.
    pub scale: BTreeMap<String, String>,
    /// Whether it is stopped.
    pub stopped: bool,
    /// Since when and by whom a page answers in its place; nothing where it answers itself.
    pub maintenance: Option<Maintenance>,
    /// When its processes were last told to start anew.
    pub restarted: Option<String>,
    /// What keeps it although other commits come.
    pub hold: Option<Hold>,
    /// Whether it was removed, and its data waits.
    pub removed: bool,
    /// The commit in the GitOps repository that made it what it is; nothing where no commit says so.
    pub last: Option<Change>,
    /// Whether it is healthy; nothing where that was not asked, or it was removed.
    pub health: Option<ReportedHealth>,
    /// How it stands to the branch that goes there; nothing where that was not asked, or it was removed.
    pub remote: Option<RemoteStanding>,
}

/// A commit in the GitOps repository, and who is behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Change {
    /// Its id.
    pub commit: String,
    /// When it was made, such as `2026-11-23T10:39:00Z`.
    pub time: Option<String>,
    /// Who wrote it.
    pub author: String,
    /// Who started the CI job that wrote it.
    pub actor: Option<String>,
    /// The CI job's address.
    pub run: Option<String>,
}

/// `history`: what became of one app's releases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// The app.
    pub app: String,
    /// Newest first.
    pub releases: Vec<PastRelease>,
    /// Whether there are older ones.
    pub more: bool,
    /// Whether there may be older ones that a shallow clone does not have.
    pub cut_off: bool,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PastRelease {
    /// The environment.
    pub environment: String,
    /// The commit that made it.
    #[serde(flatten)]
    pub change: Change,
    /// The commit's first line.
    pub subject: String,
    /// What it did to the cluster, in words; nothing where the commit was about several releases.
    pub changes: Option<String>,
    /// Which gates it passed though they were closed, and why: `freeze: the till is down`.
    pub overridden: Option<String>,
    /// Who approved the app's commit that it brought; nobody where that is not known, or where nothing new came.
    pub approved: Vec<Approver>,
    /// The image, where the commit was about this release alone.
    pub image: Option<String>,
    /// The app's repository and commit, `REPOSITORY@COMMIT`, where the commit was about this release alone.
    pub source: Option<String>,
}

/// Who approved what came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Approver {
    /// As the forge calls them.
    pub login: String,
    /// The pull request of the app's repository, by its address.
    pub pull_request: Option<String>,
}
