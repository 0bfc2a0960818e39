//! Going back, and going on, as people type it.

use clap::Args;

use crate::cli::{AppSelector, Losses, Proposed};

/// `rollback`.
#[derive(Debug, Clone, Args)]
pub struct Rollback {
    /// The app; as --app.
    #[arg(value_name = "APP", conflicts_with = "app")]
    pub named: Option<String>,
    /// The release: so many before the one that runs, a commit, or what ran at a time.
    #[arg(long, value_name = "N|COMMIT|TIME", default_value = "1")]
    pub to: String,
    /// Stays until `cupaas resume`, also when a newer commit comes.
    #[arg(long)]
    pub hold: bool,
    /// Why, for whoever finds the environment held.
    #[arg(long, value_name = "TEXT")]
    pub why: Option<String>,
    /// The losses that are agreed to.
    #[command(flatten)]
    pub losses: Losses,
    /// Shows what would change, and changes nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Whether it becomes a pull request.
    #[command(flatten)]
    pub proposed: Proposed,
    /// Which app, and where.
    #[command(flatten)]
    pub target: AppSelector,
}

/// `resume`.
#[derive(Debug, Clone, Args)]
pub struct Resume {
    /// The app; as --app.
    #[arg(value_name = "APP", conflicts_with = "app")]
    pub named: Option<String>,
    /// Shows what would change, and changes nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Whether it becomes a pull request.
    #[command(flatten)]
    pub proposed: Proposed,
    /// Which app, and where.
    #[command(flatten)]
    pub target: AppSelector,
}
