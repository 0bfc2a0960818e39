//! What `sync` found and did → JSON.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::load::hold::Hold;
use crate::outcome::sync::{Dockerfile, SyncEntry, SyncOutcome, Synced};
use crate::outcome::sync_status::SyncStatus;
use crate::report::diagnostic::Placed;
use crate::report::json::failed::Failed;
use crate::report::json::shared::{Pin, Status};
use crate::report::sync::words;

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
    /// What keeps the release that runs.
    hold: Option<&'a Hold>,
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
            hold: None,
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
            SyncOutcome::Held(held) => app.hold = Some(&held.hold),
            SyncOutcome::Failed(failure) => app.failure = Some(failure.into()),
            _ => {}
        }
        app
    }
}
