//! What one run along the stages is to do, decided from what was typed and from the environment.

use crate::forge::ForgeOptions;
use crate::git::{AppRemote, RepositoryUrl};
use crate::load::query::ReleaseQuery;
use crate::load::records::Scope;
use crate::run::edit::command::EditCommand;
use crate::run::rollback::target::Target;
use crate::run::sync::followed::Followed;
use crate::token::Secret;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

/// How far along the pipeline to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Files are read and decided.
    Check,
    /// And every value is shown.
    Explain,
    /// The Dockerfile is shown.
    Dockerfile,
    /// Files are rendered.
    Render,
    /// And compared.
    Diff,
    /// And committed.
    Deploy,
    /// Or taken away.
    Remove,
}

/// What of the GitOps repository is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum View {
    /// All apps.
    Apps,
    /// One app.
    App,
    /// What ran before of one app.
    History {
        /// The most releases that are shown.
        limit: usize,
    },
    /// What changed from one release of an app to another.
    Between {
        /// One.
        from: Target,
        /// The other; else what stands there now.
        to: Option<Target>,
    },
    /// What apps have in the selection's environment, and in another.
    Compared {
        /// The other.
        to: String,
        /// Of every app.
        all: bool,
    },
    /// One app's variables.
    Variables {
        /// And where each comes from.
        origin: bool,
    },
}

/// Of what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// The app in the folder.
    Folder,
    /// Releases that stand in the GitOps repository, from what they were made from.
    Released(Scope),
    /// What a command changes in people's files, and the releases that it touches.
    Edited(EditCommand),
}

/// One run along the pipeline.
#[derive(Debug)]
pub struct RunSpec {
    /// How far.
    pub stage: Stage,
    /// Of what.
    pub selection: Selection,
    /// What a release is decided from.
    pub query: ReleaseQuery,
    /// The GitOps repository.
    pub gitops: GitopsPlace,
    /// Its branch.
    pub branch: Option<String>,
    /// The token for it.
    pub token: Option<Secret>,
    /// Losses of data that are agreed to.
    pub allow_data_loss: BTreeSet<String>,
    /// Whether an older commit may follow a newer one.
    pub allow_older: bool,
    /// For how long a deploy waits for what the cluster says; nothing where it does not.
    pub wait: Option<Duration>,
    /// The app's own repository, by each of its addresses: asked for what the checkout does not say of the order of
    /// commits.
    pub app_remotes: Vec<AppRemote>,
    /// The branch whose newest commit it is to be, where one is followed.
    pub followed: Option<Followed>,
    /// Whether a difference ends with 1.
    pub exit_code: bool,
    /// Where `render` writes.
    pub out: Option<PathBuf>,
    /// What forges are told.
    pub forge: ForgeOptions,
    /// How gates and freezes are judged.
    pub gates: GateOptions,
}

/// How gates and freezes are judged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GateOptions {
    /// As of this moment, in seconds since 1970; else as of now.
    pub now: Option<i64>,
    /// Why they let pass what they would not.
    pub why: Option<String>,
}

/// Where the GitOps repository is.
#[derive(Debug, Clone)]
pub enum GitopsPlace {
    /// A repository that git reaches.
    Address(RepositoryUrl),
    /// A folder without git.
    Folder(PathBuf),
    /// The local one that cupaas makes.
    Embedded(PathBuf),
}

impl std::fmt::Display for GitopsPlace {
    /// As people know it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Address(address) => f.write_str(address.as_str()),
            Self::Folder(folder) | Self::Embedded(folder) => folder.display().fmt(f),
        }
    }
}

/// How much of an app leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// One environment's release.
    Environment,
    /// Every release, and the registration.
    Everywhere,
}
