//! What runs where, and what ran before, as people ask for it.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use crate::cli::shared::WHAT;
use crate::cli::{AppSelector, Repository};

/// `status`.
#[derive(Debug, Clone, Args)]
pub struct Status {
    /// One app; default: all of them.
    #[arg(long, value_name = "NAME", help_heading = WHAT)]
    pub app: Option<String>,
    /// One environment; default: all of them.
    #[arg(long, value_name = "ENV", env = "CUPAAS_ENV", help_heading = WHAT)]
    pub env: Option<String>,
    /// With --format html: writes the page into this file instead of printing it.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub out: Option<PathBuf>,
    /// Whether each is healthy, which costs a request or two of its app's forge.
    #[arg(long)]
    pub health: bool,
    /// How far each is behind its branch, which costs a request or two of its app's repository.
    #[arg(long)]
    pub remote: bool,
    /// What stood there at a time, such as 2026-11-23T10:39; by the history alone.
    #[arg(long, value_name = "TIME", conflicts_with_all = ["health", "remote"])]
    pub at: Option<String>,
    /// The GitOps repository.
    #[command(flatten)]
    pub repository: Repository,
}

/// `history`.
#[derive(Debug, Clone, Args)]
pub struct History {
    /// The app; as --app.
    #[arg(value_name = "APP", conflicts_with = "app")]
    pub named: Option<String>,
    /// The most releases that are shown.
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub limit: u32,
    /// What changed from one release to another, or to what stands there now: so many releases back, commits, or what ran
    /// at a time.
    #[arg(long, value_name = "N|COMMIT|TIME", num_args = 1..=2, conflicts_with = "limit")]
    pub diff: Vec<String>,
    /// Which app, and where.
    #[command(flatten)]
    pub target: AppSelector,
}
