//! One run, as it was decided from what was typed and from the environment.

use crate::git::Identity;
use crate::run::home::Home;
use crate::run::scaffold::{InitOptions, NewOptions};
use crate::run::secrets::Asked;
use crate::run::step::{Extent, Look, Step, Subject};
use crate::run::sync::Options;

/// One run.
#[derive(Debug)]
pub struct Request {
    /// What to do.
    pub action: Action,
    /// Where cupaas keeps what belongs to this user: the local GitOps repository and its age identity.
    pub home: Home,
    /// Who stands in commits.
    pub author: Identity,
    /// Address of the CI run, for the commit.
    pub run_url: Option<String>,
    /// Who started it, for the commit.
    pub actor: Option<String>,
}

/// What to do.
#[derive(Debug)]
pub enum Action {
    /// The app in a folder, as far as the stage says.
    Deploy(Box<Step>),
    /// Releases that stand in the GitOps repository, and edits of people's files.
    Rerender(Box<Step>),
    /// An app leaves.
    Remove(Extent, Box<Step>),
    /// `sync`; the step is what each app goes through.
    Sync(Box<Options>, Box<Step>),
    /// What the GitOps repository knows is shown.
    Look(Look, Box<Step>),
    /// `secret …`.
    Secret(Box<Asked>),
    /// `new`.
    New(NewOptions),
    /// `init`.
    Init(InitOptions),
    /// A text that is made of cupaas's own types alone: schemas, completions, manual pages.
    Print(String),
}

impl Action {
    /// The action of a step along the stages: on the app in a folder, or on releases that stand in the GitOps repository.
    pub(crate) fn along(step: Step) -> Self {
        match step.subject {
            Subject::Folder => Self::Deploy(Box::new(step)),
            Subject::Released(_) | Subject::Edited(_) => Self::Rerender(Box::new(step)),
        }
    }
}
