//! What a command is to change in files that people write.

use crate::diagnostic::Span;
use crate::resolve::task::Wanted;
use std::collections::{BTreeMap, BTreeSet};

/// What `app add` was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddApp {
    /// The repository's address, as typed.
    pub url: String,
    /// The app's folder in it; empty for the root.
    pub path: String,
    /// Branch and environment.
    pub branches: Vec<(String, String)>,
    /// The app's name; default: the repository's, or its folder's in it.
    pub name: Option<String>,
}

/// What `env set` or `env unset` was told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EnvChange {
    /// Values by name, each with where it was written.
    pub set: BTreeMap<String, (String, Option<Span>)>,
    /// Names that are no secrets, whatever they look like.
    pub plain: BTreeSet<String>,
    /// Names that go.
    pub unset: BTreeSet<String>,
}

/// How an app is operated from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operate {
    /// Its processes start anew; the text tells this start from others.
    Restart(String),
    /// So many of its processes run.
    Scale(Scales),
    /// None of its processes runs.
    Stop,
    /// They run again.
    Start,
    /// A page answers in its place.
    MaintenanceOn,
    /// It answers again.
    MaintenanceOff,
}

/// What `scale` was told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scales {
    /// How many of each process; nothing for what `.cupaas` says.
    pub set: BTreeMap<String, Option<u32>>,
    /// Whether all others are taken out.
    pub reset: bool,
}

/// What a command is to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EditCommand {
    /// `app add`.
    AddApp(AddApp),
    /// `env set` and `env unset`.
    Env(EnvChange),
    /// `pin`, to an image or to what runs now.
    Pin,
    /// `unpin`.
    Unpin,
    /// `resume`.
    Resume,
    /// `restart`, `scale`, `stop`, `start` and `maintenance`.
    Operate(Operate),
    /// `run --via git`.
    Run(Wanted),
}
