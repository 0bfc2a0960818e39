//! From one environment to another, as people ask for it.

use clap::Args;

use crate::cli::shared::WHAT;
use crate::cli::{Gates, Losses, Proposed, Repository};

/// `promote`.
#[derive(Debug, Clone, Args)]
pub struct Promote {
    /// The apps; default: the one in this folder; also CUPAAS_APP.
    #[arg(value_name = "APP")]
    pub apps: Vec<String>,
    /// Every app that is deployed in --from; one commit.
    #[arg(long, conflicts_with = "apps", help_heading = WHAT)]
    pub all: bool,
    /// With --all: leaves out an app.
    #[arg(long, value_name = "NAME", value_delimiter = ',', requires = "all", help_heading = WHAT)]
    pub without: Vec<String>,
    /// The environment where the release is.
    #[arg(long, value_name = "ENV", help_heading = WHAT)]
    pub from: String,
    /// The environment where it goes.
    #[arg(long, value_name = "ENV", help_heading = WHAT)]
    pub to: String,
    /// Lets come along what is no part of the release: what settings have become since the last deploy in --to.
    #[arg(long)]
    pub with_settings: bool,
    /// Promotes also where a newer commit is deployed already.
    #[arg(long)]
    pub allow_older: bool,
    /// Shows what would change, and changes nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// With --dry-run: judges gates and freezes as of this time, such as 2026-11-30T08:00; UTC, where nothing else is said.
    #[arg(long, value_name = "TIME", requires = "dry_run")]
    pub now: Option<String>,
    /// Whether it passes gates that are closed.
    #[command(flatten)]
    pub gates: Gates,
    /// The losses that are agreed to.
    #[command(flatten)]
    pub losses: Losses,
    /// Whether it becomes a pull request.
    #[command(flatten)]
    pub proposed: Proposed,
    /// The GitOps repository.
    #[command(flatten)]
    pub repository: Repository,
}
