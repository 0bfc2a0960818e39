//! What apps have in two environments, and what a promotion takes from one to the other.

use schemars::JsonSchema;
use serde::Serialize;

use crate::plan::ObjectChange;
use crate::resolve::unlike::Unlike;

/// `diff --to`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compared {
    /// One environment.
    pub from: String,
    /// The other.
    pub to: String,
    /// The apps that are deployed in either.
    pub apps: Vec<ComparedApp>,
    /// Whether a difference ends with 1.
    pub exit_code: bool,
}

impl Compared {
    /// Whether every app is the same in both.
    pub fn is_empty(&self) -> bool {
        self.apps.iter().all(|app| app.only_in.is_none() && app.unlike.is_empty())
    }
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ComparedApp {
    /// The app.
    pub app: String,
    /// The environment in which alone it is deployed.
    pub only_in: Option<String>,
    /// What is decided otherwise.
    pub unlike: Vec<Unlike>,
}

/// What a promotion does to one app.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Promoted {
    /// The app.
    pub app: String,
    /// Where the release was.
    pub from: String,
    /// Where it goes.
    pub to: String,
    /// What comes along: the release itself.
    pub along: Vec<Moved>,
    /// What stays unlike, since files say so of the environments.
    pub stays: Vec<Unlike>,
    /// What changes though it is no part of the release: what settings have become since the last deploy there.
    pub settings: Vec<ObjectChange>,
}

/// One part of a release that a promotion moves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Moved {
    /// What: `image`, `commit`, `runtime` or the name of one of the app's own files.
    pub what: String,
    /// What is there now; `null` where nothing is.
    pub was: Option<String>,
    /// What will be.
    pub is: Option<String>,
}
