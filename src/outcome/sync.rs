//! What `sync` found and did.

use schemars::JsonSchema;
use serde::Serialize;

use crate::diagnostic::{Diagnostic, Failure, Kind};
use crate::load::hold::Held;
use crate::resolve::image::Pinned;

/// What became of an app in an environment.
#[derive(Debug)]
pub enum SyncOutcome {
    /// The branch's commit is deployed.
    UpToDate,
    /// It was deployed now.
    Deployed {
        /// The image.
        image: String,
        /// The commit in the GitOps repository.
        commit: String,
    },
    /// It would be deployed, were this no dry run.
    Ready {
        /// The image.
        image: String,
    },
    /// The new commit makes nothing new.
    Unchanged,
    /// Somebody else has deployed what is newer.
    Superseded(String),
    /// A pin holds it.
    Pinned(Pinned),
    /// What was rolled back stays away.
    Held(Held),
    /// Its image is not in the registry yet.
    ToBuild {
        /// The image that is missing.
        image: String,
        /// How it is built; nothing where only the app's people know.
        dockerfile: Option<Dockerfile>,
    },
    /// It was removed, and comes back only where it is named.
    Removed,
    /// Nothing says what is to be deployed, and why that is no mistake.
    Skipped(String),
    /// It could not be looked at, or not be deployed.
    Failed(Failure),
}

/// Which Dockerfile an image is built with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Dockerfile {
    /// The app's own.
    Own,
    /// The one that `cupaas dockerfile` prints.
    Generated,
}

/// How a `sync` ended.
#[derive(Debug)]
pub struct Synced {
    /// Every app in every environment, by name.
    pub entries: Vec<SyncEntry>,
    /// How many repositories were asked.
    pub repositories: usize,
    /// Whether apps were named: then all is told of them.
    pub named: bool,
}

impl Synced {
    /// In the order of their names.
    pub fn new(mut entries: Vec<SyncEntry>, repositories: usize, named: bool) -> Self {
        entries.sort_by(|a, b| (&a.app, &a.environment, &a.branch).cmp(&(&b.app, &b.environment, &b.branch)));
        Self { entries, repositories, named }
    }

    /// Whether something was deployed, or would be without `--dry-run`.
    pub fn changed(&self) -> bool {
        let deploys = |outcome: &SyncOutcome| {
            matches!(outcome, SyncOutcome::Deployed { .. } | SyncOutcome::Ready { .. })
        };
        self.entries.iter().any(|entry| deploys(&entry.outcome))
    }

    /// 0 where nothing failed; 5 where a retry may help with everything that did; else the highest of the others.
    pub fn exit_code(&self) -> u8 {
        let kinds = || {
            self.entries.iter().filter_map(|entry| match &entry.outcome {
                SyncOutcome::Failed(failure) => Some(failure.kind()),
                _ => None,
            })
        };
        let lasting = kinds().filter(|kind| *kind != Kind::Unavailable).map(Kind::exit_code).max();
        lasting.or_else(|| kinds().next().map(Kind::exit_code)).unwrap_or(0)
    }
}

/// One app in one environment.
#[derive(Debug)]
pub struct SyncEntry {
    /// The app; of a registration that cannot be read, its file's name.
    pub app: String,
    /// The environment, where it is known.
    pub environment: Option<String>,
    /// Address of its repository.
    pub repository: Option<String>,
    /// Its folder in it.
    pub path: String,
    /// The branch that it follows.
    pub branch: Option<String>,
    /// Where that branch stands.
    pub commit: Option<String>,
    /// What is worth a word, whatever became of it.
    pub notes: Vec<String>,
    /// What the deploy has warned of.
    pub warnings: Vec<Diagnostic>,
    /// What became of it.
    pub outcome: SyncOutcome,
}

impl SyncEntry {
    /// Of an app of which no more is known.
    pub fn of(app: &str, outcome: SyncOutcome) -> Self {
        Self {
            app: app.to_owned(),
            environment: None,
            repository: None,
            path: String::new(),
            branch: None,
            commit: None,
            notes: Vec::new(),
            warnings: Vec::new(),
            outcome,
        }
    }
}
