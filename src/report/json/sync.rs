//! What `sync` found and did → JSON.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::outcome::sync::{Dockerfile, SyncEntry, SyncOutcome, Synced};
use crate::report::diagnostic::Placed;
use crate::report::json::document::{Pin, Status};
use crate::report::json::failed::Failed;
use crate::report::sync::words;

/// What became of an app in an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SyncStatus {
    Deployed,
    Failed,
    Pinned,
    Ready,
    Removed,
    Skipped,
    Superseded,
    ToBuild,
    Unchanged,
    UpToDate,
    Waiting,
}

impl SyncStatus {
    pub(crate) fn of(outcome: &SyncOutcome) -> Self {
        match outcome {
            SyncOutcome::UpToDate => Self::UpToDate,
            SyncOutcome::Deployed { .. } => Self::Deployed,
            SyncOutcome::Ready { .. } => Self::Ready,
            SyncOutcome::Unchanged => Self::Unchanged,
            SyncOutcome::Superseded(_) => Self::Superseded,
            SyncOutcome::Pinned(_) => Self::Pinned,
            SyncOutcome::ToBuild { dockerfile: Some(_), .. } => Self::ToBuild,
            SyncOutcome::ToBuild { dockerfile: None, .. } => Self::Waiting,
            SyncOutcome::Removed => Self::Removed,
            SyncOutcome::Skipped(_) => Self::Skipped,
            SyncOutcome::Failed(_) => Self::Failed,
        }
    }

    /// How many apps there are of each.
    pub(crate) fn counts(synced: &Synced) -> BTreeMap<Self, usize> {
        let mut counts = BTreeMap::new();
        for entry in &synced.entries {
            *counts.entry(Self::of(&entry.outcome)).or_default() += 1;
        }
        counts
    }
}

impl fmt::Display for SyncStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Deployed => "deployed",
            Self::Failed => "failed",
            Self::Pinned => "pinned",
            Self::Ready => "ready",
            Self::Removed => "removed",
            Self::Skipped => "skipped",
            Self::Superseded => "superseded",
            Self::ToBuild => "to-build",
            Self::Unchanged => "unchanged",
            Self::UpToDate => "up-to-date",
            Self::Waiting => "waiting",
        })
    }
}

/// `sync`.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Sync<'a> {
    status: Status,
    /// The exit code.
    exit_code: u8,
    /// Whether something was deployed, or would be.
    changed: bool,
    /// How many repositories were asked.
    repositories: usize,
    /// How many apps there are of each status.
    counts: BTreeMap<SyncStatus, usize>,
    /// Every app in every environment.
    apps: Vec<App<'a>>,
}

/// One app in one environment.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SyncedApp")]
struct App<'a> {
    app: &'a str,
    environment: Option<&'a str>,
    /// Address of its repository.
    repository: Option<&'a str>,
    /// Its folder in it.
    path: &'a str,
    /// The branch that it follows.
    branch: Option<&'a str>,
    /// Where that branch stands.
    commit: Option<&'a str>,
    status: SyncStatus,
    /// The status in words, for people.
    reason: String,
    /// What else is to be said, for people.
    notes: &'a [String],
    warnings: Vec<Placed<'a>>,
    /// The image that was, would be, or cannot yet be deployed.
    image: Option<&'a str>,
    /// The commit in the GitOps repository.
    gitops_commit: Option<&'a str>,
    /// What the missing image is built with.
    dockerfile: Option<Dockerfile>,
    /// What holds the image.
    pin: Option<Pin<'a>>,
    failure: Option<Failed<'a>>,
}

impl<'a> From<&'a Synced> for Sync<'a> {
    fn from(synced: &'a Synced) -> Self {
        Self {
            status: if synced.exit_code() == 0 { Status::Synced } else { Status::Failed },
            exit_code: synced.exit_code(),
            changed: synced.changed(),
            repositories: synced.repositories,
            counts: SyncStatus::counts(synced),
            apps: synced.entries.iter().map(App::from).collect(),
        }
    }
}

impl<'a> From<&'a SyncEntry> for App<'a> {
    fn from(entry: &'a SyncEntry) -> Self {
        let mut app = Self {
            app: &entry.app,
            environment: entry.environment.as_deref(),
            repository: entry.repository.as_deref(),
            path: &entry.path,
            branch: entry.branch.as_deref(),
            commit: entry.commit.as_deref(),
            status: SyncStatus::of(&entry.outcome),
            reason: words(entry),
            notes: &entry.notes,
            warnings: entry.warnings.iter().map(Placed::from).collect(),
            image: None,
            gitops_commit: None,
            dockerfile: None,
            pin: None,
            failure: None,
        };
        match &entry.outcome {
            SyncOutcome::Deployed { image, commit } => {
                (app.image, app.gitops_commit) = (Some(image.as_str()), Some(commit.as_str()));
            }
            SyncOutcome::Ready { image } => app.image = Some(image),
            SyncOutcome::ToBuild { image, dockerfile } => {
                (app.image, app.dockerfile) = (Some(image.as_str()), *dockerfile);
            }
            SyncOutcome::Pinned(pin) => app.pin = Some(pin.into()),
            SyncOutcome::Failed(failure) => app.failure = Some(failure.into()),
            _ => {}
        }
        app
    }
}
