//! `sync`, as people type it.

use clap::Args;

use crate::cli::Repository;
use crate::cli::shared::WHAT;

/// `sync`.
#[derive(Debug, Clone, Args)]
pub struct Sync {
    /// Only this app, also where it had been removed; may be given several times.
    #[arg(long, value_name = "NAME", value_delimiter = ',', help_heading = WHAT)]
    pub app: Vec<String>,
    /// Only this environment.
    #[arg(long, value_name = "ENV", env = "CUPAAS_ENV", help_heading = WHAT)]
    pub env: Option<String>,
    /// The image of the one app that is named; default: the one in the registry that is named after the commit.
    #[arg(long, value_name = "REF", requires = "app", help_heading = WHAT)]
    pub image: Option<String>,
    /// Shows what would be deployed, and changes nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Deploys all of it in one commit, or nothing where that commit is refused; an app that cannot be rendered is left out.
    #[arg(long)]
    pub one_commit: bool,
    /// How many repositories are asked at once.
    #[arg(long, value_name = "NUMBER", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub at_once: u16,
    /// How long a repository or registry may take to answer, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=3600))]
    pub timeout: u32,
    /// The GitOps repository.
    #[command(flatten)]
    pub repository: Repository,
}
