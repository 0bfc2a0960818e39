//! How an app is operated, as people type it.

use clap::Args;

use crate::cli::{AppSelector, Proposed};

/// `restart`, `stop` and `start`.
#[derive(Debug, Clone, Args)]
pub struct Operate {
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

/// `scale`.
#[derive(Debug, Clone, Args)]
pub struct ScaleTo {
    /// How many of each process run; `-` for what `.cupaas` says.
    #[arg(value_name = "PROCESS=N", required_unless_present = "reset")]
    pub scales: Vec<String>,
    /// Takes all scales out: what `.cupaas` says counts again.
    #[arg(long)]
    pub reset: bool,
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
