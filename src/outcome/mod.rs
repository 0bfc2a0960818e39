//! What became of a run, as data: no text, and nothing is decided here.

pub(crate) mod between;
pub(crate) mod catalog;
pub(crate) mod compared;
pub(crate) mod hand_over;
pub(crate) mod health;
pub(crate) mod history;
pub(crate) mod inventory;
mod notices;
pub(crate) mod overview;
pub(crate) mod remote;
mod removal;
mod rerendered;
pub(crate) mod rollout;
pub(crate) mod secrets;
pub(crate) mod standing;
pub(crate) mod sync;
pub(crate) mod sync_status;

use crate::diagnostic::Kind;
use crate::load::hold::Held;
use crate::outcome::between::Between;
use crate::outcome::catalog::{CatalogChecked, CatalogTested, Recipes};
use crate::outcome::compared::Compared;
use crate::outcome::hand_over::HandOver;
use crate::outcome::history::History;
use crate::outcome::inventory::{AppFacts, Variables};
use crate::outcome::rollout::RolledOut;
use crate::outcome::secrets::{Checked, Listing};
use crate::outcome::standing::Standings;
use crate::outcome::sync::Synced;
use crate::plan::Plan;
use crate::plan::diff::FileDiff;
use crate::resolve::image::Pinned;
use crate::resolve::release::Release;
use crate::tree::Files;
pub(crate) use notices::{Branch, Notices};
pub(crate) use removal::Removal;
pub(crate) use rerendered::Rerendered;
use std::path::PathBuf;

/// How a run ended that did its work, and what forges were told of it.
#[derive(Debug)]
pub struct Outcome {
    /// What the run did.
    pub report: Report,
    /// What forges were told.
    pub notices: Notices,
}

impl Outcome {
    /// The process's exit code.
    pub fn exit_code(&self) -> u8 {
        match &self.notices.rollout {
            Some(Err(failure)) => failure.kind().exit_code(),
            _ => self.report.exit_code(),
        }
    }
}

impl From<Report> for Outcome {
    fn from(report: Report) -> Self {
        Self { report, notices: Notices::default() }
    }
}

/// How a run ended that did its work.
#[derive(Debug)]
pub enum Report {
    /// `check`: all files are right.
    Checked(Box<Release>),
    /// `explain`.
    Explained(Box<Release>),
    /// `render`.
    Rendered {
        /// What was decided.
        release: Box<Release>,
        /// What a deploy would write.
        files: Files,
        /// Where it was written, where it was.
        out: Option<PathBuf>,
    },
    /// `diff`.
    Differs(Box<Difference>),
    /// `deploy` committed.
    Deployed(Box<Deployed>),
    /// `deploy` had nothing to do.
    Unchanged {
        /// What is deployed.
        release: Box<Release>,
    },
    /// A newer commit is deployed already.
    Superseded {
        /// What was to be deployed.
        release: Box<Release>,
        /// Which commit stands.
        why: String,
    },
    /// A pin holds the environment.
    Pinned {
        /// What was to be deployed.
        release: Box<Release>,
        /// What holds it.
        pin: Pinned,
    },
    /// A hold keeps what runs.
    Held {
        /// What was to be deployed.
        release: Box<Release>,
        /// What holds it.
        held: Held,
    },
    /// `remove` committed, to its branch or beside it, or only looked.
    Removed {
        /// What left.
        removal: Removal,
        /// What it does to the cluster.
        plan: Plan,
        /// The commit, where there is one.
        commit: Option<String>,
        /// Whether it waits in a pull request.
        proposed: bool,
    },
    /// `remove` found nothing.
    Absent(Removal),
    /// `app list` and `app show`.
    Apps(Vec<AppFacts>),
    /// `status`.
    Status(Standings),
    /// `history`.
    History(History),
    /// `history --diff`.
    Between(Box<Between>),
    /// `diff --to`.
    Compared(Compared),
    /// `wait`: a release is healthy.
    RolledOut(RolledOut),
    /// `env list`.
    Variables(Variables),
    /// Releases that stand in the GitOps repository, looked at, compared or committed.
    Rerendered(Box<Rerendered>),
    /// `secret list`.
    Secrets(Listing),
    /// `secret check` found nothing wrong.
    SecretsChecked(Checked),
    /// `sync`.
    Synced(Box<Synced>),
    /// One report for each of several releases.
    Each(Vec<Report>),
    /// `catalog list` and `catalog show`.
    Recipes(Recipes),
    /// `catalog check` found nothing wrong.
    CatalogChecked(CatalogChecked),
    /// `catalog test`.
    CatalogTested(CatalogTested),
    /// `new` and `init`.
    Wrote(Wrote),
    /// `dockerfile`.
    Dockerfile {
        /// What was decided.
        release: Box<Release>,
        /// The file.
        text: String,
    },
    /// `open`, `logs`, `run`, `console` and `ps`.
    HandOver(HandOver),
    /// A text as it is.
    Text(String),
}

impl Report {
    /// The process's exit code.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Differs(difference) if difference.exit_code && !difference.is_empty() => 1,
            Self::Compared(compared) if compared.exit_code && !compared.is_empty() => 1,
            Self::Synced(synced) => synced.exit_code(),
            Self::Status(all) if !all.problems.is_empty() => Kind::Invalid.exit_code(),
            Self::CatalogTested(tested) if !tested.is_as_expected() => 1,
            Self::Rerendered(done) if done.exit_code && !done.is_empty() => 1,
            _ => 0,
        }
    }

    /// Whether it changed something, or a deploy would; nothing of a report that is about something else.
    pub fn changed(&self) -> Option<bool> {
        match self {
            Self::Differs(difference) => Some(!difference.is_empty()),
            Self::Deployed(_) | Self::Removed { .. } => Some(true),
            Self::Unchanged { .. }
            | Self::Superseded { .. }
            | Self::Pinned { .. }
            | Self::Held { .. }
            | Self::Absent(_) => Some(false),
            Self::Rerendered(done) => Some(!done.is_empty()),
            Self::Synced(synced) => Some(synced.changed()),
            _ => None,
        }
    }

    /// The commit that it made in the GitOps repository.
    pub fn commit(&self) -> Option<&str> {
        match self {
            Self::Deployed(deployed) => Some(&deployed.commit),
            Self::Removed { commit, .. } => commit.as_deref(),
            Self::Rerendered(done) => done.commit.as_deref(),
            _ => None,
        }
    }

    /// The release that it is about, where it is about one.
    pub fn release(&self) -> Option<&Release> {
        match self {
            Self::Checked(release) | Self::Explained(release) => Some(release),
            Self::Rendered { release, .. }
            | Self::Dockerfile { release, .. }
            | Self::Unchanged { release }
            | Self::Pinned { release, .. }
            | Self::Held { release, .. }
            | Self::Superseded { release, .. } => Some(release),
            Self::Differs(difference) => Some(&difference.release),
            Self::Deployed(deployed) => Some(&deployed.release),
            _ => None,
        }
    }
}

/// What `diff` found.
#[derive(Debug)]
pub struct Difference {
    /// What was decided.
    pub release: Release,
    /// What it does to the cluster.
    pub plan: Plan,
    /// Line by line.
    pub diffs: Vec<FileDiff>,
    /// Secrets that the deploy would make.
    pub makes: Vec<String>,
    /// Whether a difference ends with 1.
    pub exit_code: bool,
}

impl Difference {
    /// Whether a deploy would do nothing.
    pub fn is_empty(&self) -> bool {
        self.plan.is_empty() && self.makes.is_empty()
    }
}

/// What `deploy` did.
#[derive(Debug)]
pub struct Deployed {
    /// What is deployed.
    pub release: Release,
    /// What it does to the cluster.
    pub plan: Plan,
    /// The commit.
    pub commit: String,
    /// The GitOps repository.
    pub place: String,
    /// Whether that is the one which cupaas has made on this machine, that no cluster reads.
    pub embedded: bool,
    /// How often someone else was first.
    pub retries: u32,
    /// Whether it waits in a pull request.
    pub proposed: bool,
}

/// What was written, and what to do next.
#[derive(Debug, Default)]
pub struct Wrote {
    /// Files that are new.
    pub written: Vec<PathBuf>,
    /// Files that were there and were left as they are.
    pub kept: Vec<PathBuf>,
    /// What was decided that nobody had said.
    pub notes: Vec<String>,
    /// What to do next, in the order to do it.
    pub next: Vec<String>,
}
