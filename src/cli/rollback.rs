//! Going back, as people type it.

use clap::Args;

use crate::cli::{EditingOf, Losses};

/// `rollback`.
#[derive(Debug, Clone, Args)]
pub struct Rollback {
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
    /// Of which app, and how.
    #[command(flatten)]
    pub of: EditingOf,
}
