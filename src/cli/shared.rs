//! Flags that many commands share.

use clap::Args;
use std::path::PathBuf;

/// The GitOps repository.
#[derive(Debug, Clone, Args)]
pub struct Repository {
    /// The GitOps repository: a folder, a bare repository or an address; default: one on this machine.
    #[arg(long, value_name = "PATH|URL", env = "CUPAAS_GITOPS")]
    pub gitops: Option<String>,
    /// Its branch; default: the one that it calls its own.
    #[arg(long, value_name = "BRANCH", env = "CUPAAS_GITOPS_BRANCH")]
    pub gitops_branch: Option<String>,
}

/// What every step takes.
#[derive(Debug, Clone, Args)]
pub struct Shared {
    /// The app's folder [default: .].
    #[arg(value_name = "FOLDER")]
    pub folder: Option<PathBuf>,
    /// The environment; default: what the platform says of the branch.
    #[arg(long, value_name = "ENV", env = "CUPAAS_ENV")]
    pub env: Option<String>,
    /// The image to run, best by digest: REGISTRY/NAME@sha256:…
    #[arg(long, value_name = "REF", env = "CUPAAS_IMAGE")]
    pub image: Option<String>,
    /// The GitOps repository.
    #[command(flatten)]
    pub repository: Repository,
    /// With FOLDER: the name of the app there; default: `name` in .cupaas, else its repository's; also CUPAAS_APP.
    /// Without: a deployed app, rendered again from what the GitOps repository knows of it.
    #[arg(long, value_name = "NAME")]
    pub app: Option<String>,
    /// A plain environment variable, over all other layers; may be given several times.
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// Address of the app's repository; default: that of `origin`.
    #[arg(long, value_name = "URL", env = "CUPAAS_SOURCE_REPOSITORY")]
    pub source_repository: Option<String>,
    /// The app's commit; default: the checked-out one.
    #[arg(long, value_name = "SHA", env = "CUPAAS_SOURCE_COMMIT")]
    pub source_commit: Option<String>,
    /// The app's branch; default: the checked-out one.
    #[arg(long, value_name = "BRANCH", env = "CUPAAS_SOURCE_BRANCH")]
    pub source_branch: Option<String>,
}

/// Of how many apps.
#[derive(Debug, Clone, Args)]
pub struct Wide {
    /// Every deployed app, rendered again from what the GitOps repository knows of it; one commit.
    #[arg(long, conflicts_with_all = ["folder", "app", "set"])]
    pub all: bool,
    /// With --all: leaves out an app, by name or as ENV/NAME.
    #[arg(long, value_name = "NAME", value_delimiter = ',', requires = "all")]
    pub without: Vec<String>,
}
