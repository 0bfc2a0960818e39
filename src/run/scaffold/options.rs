//! What `new` and `init` are to write.

use std::path::PathBuf;

use crate::forge::Forge;
use crate::load::platform::Delivery;
use crate::run::spec::RunSpec;

/// What `new` writes, and where.
#[derive(Debug)]
pub struct NewOptions {
    /// The app's folder.
    pub folder: PathBuf,
    /// The runtime; nothing for the one that the folder's files tell.
    pub runtime: Option<String>,
    /// Services that the app needs.
    pub services: Vec<String>,
    /// The GitOps repository, where one is named: its catalog's recipes are known too.
    pub catalog: Option<Box<RunSpec>>,
    /// Whose workflow is written.
    pub workflow: WorkflowChoice,
}

/// Whose workflow is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkflowChoice {
    /// The one of the forge that the repository tells.
    Detected,
    /// This forge's.
    For(Forge),
    /// None.
    None,
}

/// What `init` writes, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InitOptions {
    /// The GitOps repository's folder.
    pub folder: PathBuf,
    /// Who rolls out.
    pub delivery: Delivery,
    /// Apps get a host name below it.
    pub domain: String,
    /// The cluster's name.
    pub cluster: String,
    /// The prefix of apps' images.
    pub registry: String,
    /// Address under which the cluster reaches the repository, where somebody has said it.
    pub url: Option<String>,
    /// Whether the folder may be an app's.
    pub allow_app_folder: bool,
}
