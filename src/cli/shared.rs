//! Flags that many commands share.

use clap::{Args, ValueHint};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Heading of the flags that say which app, and which version of it.
pub(super) const WHAT: &str = "What";
/// Heading of the flags that say which GitOps repository.
const WHERE: &str = "Where";
/// Heading of the flags that say what the app's checkout does not.
const SOURCE: &str = "Source";

/// The GitOps repository.
#[derive(Debug, Clone, Args)]
pub struct Repository {
    /// The GitOps repository: a folder, a bare repository or an address; default: one on this machine.
    #[arg(long, value_name = "PATH|URL", env = "CUPAAS_GITOPS", help_heading = WHERE, value_hint = ValueHint::AnyPath)]
    pub gitops: Option<String>,
    /// Its branch; default: the one that it calls its own.
    #[arg(long, value_name = "BRANCH", env = "CUPAAS_GITOPS_BRANCH", help_heading = WHERE)]
    pub gitops_branch: Option<String>,
}

/// What every step takes.
#[derive(Debug, Clone, Args)]
pub struct Shared {
    /// The app's folder [default: .].
    #[arg(value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub folder: Option<PathBuf>,
    /// The environment; default: what the platform says of the branch.
    #[arg(long, value_name = "ENV", env = "CUPAAS_ENV", help_heading = WHAT)]
    pub env: Option<String>,
    /// The image to run, best by digest: REGISTRY/NAME@sha256:…
    #[arg(long, value_name = "REF", env = "CUPAAS_IMAGE", help_heading = WHAT)]
    pub image: Option<String>,
    /// The GitOps repository.
    #[command(flatten)]
    pub repository: Repository,
    /// With FOLDER: the name of the app there; default: `name` in .cupaas, else its repository's; also CUPAAS_APP.
    /// Without: a deployed app, rendered again from what the GitOps repository knows of it.
    #[arg(long, value_name = "NAME", help_heading = WHAT)]
    pub app: Option<String>,
    /// A plain environment variable, over all other layers; may be given several times.
    #[arg(long, value_name = "NAME=VALUE", help_heading = WHAT)]
    pub set: Vec<String>,
    /// Address of the app's repository; default: that of `origin`.
    #[arg(long, value_name = "URL", env = "CUPAAS_SOURCE_REPOSITORY", help_heading = SOURCE)]
    pub source_repository: Option<String>,
    /// The app's commit; default: the checked-out one.
    #[arg(long, value_name = "SHA", env = "CUPAAS_SOURCE_COMMIT", help_heading = SOURCE)]
    pub source_commit: Option<String>,
    /// The app's branch; default: the checked-out one.
    #[arg(long, value_name = "BRANCH", env = "CUPAAS_SOURCE_BRANCH", help_heading = SOURCE)]
    pub source_branch: Option<String>,
}

/// Whether a new release passes gates that are closed.
#[derive(Debug, Clone, Default, Args)]
pub struct Gates {
    /// Passes a freeze and gates of a promotion that are closed; the commit says which, and why.
    #[arg(id = "override", long = "override", value_name = "WHY")]
    pub why: Option<String>,
}

/// The losses of data that are agreed to.
#[derive(Debug, Clone, Args)]
pub struct Losses {
    /// A loss of data that is agreed to, by its name.
    #[arg(long, value_name = "NAME", env = "CUPAAS_ALLOW_DATA_LOSS", value_delimiter = ',')]
    allow_data_loss: Vec<String>,
}

impl Losses {
    /// Their names. An empty one, as an action passes what was not given, is none.
    pub fn names(self) -> BTreeSet<String> {
        self.allow_data_loss.into_iter().filter(|name| !name.is_empty()).collect()
    }
}

/// Of how many apps.
#[derive(Debug, Clone, Args)]
pub struct Wide {
    /// Every deployed app, rendered again from what the GitOps repository knows of it; one commit.
    #[arg(long, conflicts_with_all = ["folder", "app", "set"], help_heading = WHAT)]
    pub all: bool,
    /// With --all: leaves out an app, by name or as ENV/NAME.
    #[arg(long, value_name = "NAME", value_delimiter = ',', requires = "all", help_heading = WHAT)]
    pub without: Vec<String>,
}
