//! How an app is operated, as people type it.

use clap::{Args, Subcommand};

use crate::cli::{Editing, EditingOf};

/// `scale`.
#[derive(Debug, Clone, Args)]
pub struct ScaleTo {
    /// How many of each process run; `-` for what `.cupaas` says.
    #[arg(value_name = "PROCESS=N", required_unless_present = "reset")]
    pub scales: Vec<String>,
    /// Takes all scales out: what `.cupaas` says counts again.
    #[arg(long)]
    pub reset: bool,
    /// Of which app, and how.
    #[command(flatten)]
    pub editing: Editing,
}

/// `maintenance`.
#[derive(Debug, Clone, Subcommand)]
pub enum Maintenance {
    /// A page answers all requests, with 503 and Retry-After; processes run on, schedules are suspended.
    On(EditingOf),
    /// The app answers again, and its schedules count.
    Off(EditingOf),
}
