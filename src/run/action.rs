//! One run, as it was decided from what was typed and from the environment.

use crate::git::Author;
use crate::run::catalog::CatalogCommand;
use crate::run::home::Home;
use crate::run::promote::Promotion;
use crate::run::rollback::Rollback;
use crate::run::scaffold::{InitOptions, NewOptions};
use crate::run::secrets::{SecretAction, SecretCommand};
use crate::run::spec::{Extent, RunSpec, Selection, Stage, View};
use crate::run::sync::Options;
use crate::run::view::{HandOverTo, Handing, Look};
use crate::run::wait::Waits;
use crate::tree::Files;
use std::path::PathBuf;

/// One run.
#[derive(Debug)]
pub struct Request {
    /// What to do.
    pub action: Action,
    /// Where cupaas keeps what belongs to this user: the local GitOps repository and its age identity.
    pub home: Home,
    /// Who stands in commits.
    pub author: Author,
    /// Address of the CI run, for the commit.
    pub run_url: Option<String>,
    /// Who started it, for the commit.
    pub actor: Option<String>,
}

/// What to do.
#[derive(Debug)]
pub enum Action {
    /// The app in a folder, as far as the stage says.
    Deploy(Box<RunSpec>),
    /// Releases that stand in the GitOps repository, and edits of people's files.
    Rerender(Box<RunSpec>),
    /// Releases go from one environment to another.
    Promote(Box<Promotion>, Box<RunSpec>),
    /// An app leaves.
    Remove(Extent, Box<RunSpec>),
    /// `rollback`.
    Rollback(Box<Rollback>, Box<RunSpec>),
    /// `sync`; the step is what each app goes through.
    Sync(Box<Options>, Box<RunSpec>),
    /// What the GitOps repository knows is shown.
    View(View, Box<RunSpec>),
    /// `status`.
    Status(Box<Look>, Box<RunSpec>),
    /// What the GitOps repository knows of an app is handed over to a person's own program.
    HandOver(Box<HandOverTo>, Handing, Box<RunSpec>),
    /// Waits for what the cluster says of a release.
    Wait(Waits, Box<RunSpec>),
    /// `secret …`.
    Secret(Box<SecretCommand>),
    /// `new`.
    New(NewOptions),
    /// `init`.
    Init(InitOptions),
    /// `catalog …`.
    Catalog(CatalogCommand),
    /// A text that is made of cupaas's own types alone: schemas, completions, manual pages.
    Print(String),
    /// Several of them, into a folder.
    Write {
        /// The folder.
        folder: PathBuf,
        /// What it gets; files of the same names are replaced.
        files: Files,
    },
}

impl Action {
    /// Whether the run is to write anything: a commit, or files on this machine.
    pub(crate) fn writes(&self) -> bool {
        match self {
            Self::Deploy(spec) | Self::Rerender(spec) | Self::Promote(_, spec) | Self::Rollback(_, spec) => {
                spec.stage >= Stage::Deploy || spec.stage == Stage::Render
            }
            Self::Catalog(CatalogCommand::New(_) | CatalogCommand::Test { update: true, .. }) => true,
            Self::Secret(asked) => !matches!(asked.action, SecretAction::List | SecretAction::Check { .. }),
            Self::Remove(..) | Self::Sync(..) | Self::New(_) | Self::Init(_) => true,
            Self::Write { .. } => true,
            Self::View(..)
            | Self::Status(..)
            | Self::HandOver(..)
            | Self::Wait(..)
            | Self::Catalog(_)
            | Self::Print(_) => false,
        }
    }

    /// The action of a step along the stages: on the app in a folder, or on releases that stand in the GitOps repository.
    pub(crate) fn along(spec: RunSpec) -> Self {
        match spec.selection {
            Selection::Folder => Self::Deploy(Box::new(spec)),
            Selection::Released(_) | Selection::Edited(_) => Self::Rerender(Box::new(spec)),
        }
    }
}
