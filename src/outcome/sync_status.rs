//! What became of an app in a `sync`, in a word.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::outcome::sync::{SyncOutcome, Synced};

/// What became of an app in an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SyncStatus {
    /// It was deployed.
    Deployed,
    /// It could not be looked at, or not be deployed.
    Failed,
    /// What was rolled back stays away.
    Held,
    /// A pin holds it.
    Pinned,
    /// It would be deployed, were this no dry run.
    Ready,
    /// It was removed, and comes back only where it is named.
    Removed,
    /// Nothing is to be deployed.
    Skipped,
    /// What is deployed is newer.
    Superseded,
    /// Its image must be built first.
    ToBuild,
    /// The new commit changes nothing that runs.
    Unchanged,
    /// The branch's commit is deployed.
    UpToDate,
    /// Its image is missing, and only its people can build it.
    Waiting,
}

impl SyncStatus {
    /// Of what became of it.
    pub(crate) fn of(outcome: &SyncOutcome) -> Self {
        match outcome {
            SyncOutcome::UpToDate => Self::UpToDate,
            SyncOutcome::Deployed { .. } => Self::Deployed,
            SyncOutcome::Ready { .. } => Self::Ready,
            SyncOutcome::Unchanged => Self::Unchanged,
            SyncOutcome::Superseded(_) => Self::Superseded,
            SyncOutcome::Pinned(_) => Self::Pinned,
            SyncOutcome::Held(_) => Self::Held,
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
            Self::Held => "held",
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
