//! What is handed over to a person's own programs, as people type it.

use clap::Args;

use crate::cli::AppSelector;
use crate::cli::shared::WHAT;

/// How a command is handed over.
#[derive(Debug, Clone, Args)]
pub struct HandedOver {
    /// Shows the line that would be run, and runs nothing.
    #[arg(long)]
    pub print: bool,
    /// The context of kubectl's settings; default: the one that is set there.
    #[arg(long, value_name = "NAME", help_heading = WHAT)]
    pub context: Option<String>,
    /// Which app, and where.
    #[command(flatten)]
    pub target: AppSelector,
}

/// `open`.
#[derive(Debug, Clone, Args)]
pub struct Open {
    /// The app; as --app.
    #[arg(value_name = "APP", conflicts_with = "app")]
    pub named: Option<String>,
    /// Shows the address, and opens nothing.
    #[arg(long)]
    pub print: bool,
    /// Which app, and where.
    #[command(flatten)]
    pub target: AppSelector,
}

/// `ps`.
#[derive(Debug, Clone, Args)]
pub struct Ps {
    /// The app; as --app.
    #[arg(value_name = "APP", conflicts_with = "app")]
    pub named: Option<String>,
    /// How.
    #[command(flatten)]
    pub handed: HandedOver,
}

/// `logs`.
#[derive(Debug, Clone, Args)]
pub struct Logs {
    /// A process or a service; default: all processes.
    #[arg(value_name = "PROCESS|SERVICE")]
    pub part: Option<String>,
    /// Goes on, and shows what is new.
    #[arg(long, short)]
    pub follow: bool,
    /// The most lines of each pod; -1 for all.
    #[arg(long, value_name = "N", default_value_t = 100, allow_negative_numbers = true)]
    pub tail: i64,
    /// Only what is newer than so long, such as 30s, 5m or 2h.
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Of the containers before the last restart.
    #[arg(long, conflicts_with = "follow")]
    pub previous: bool,
    /// How.
    #[command(flatten)]
    pub handed: HandedOver,
}

/// `run`.
#[derive(Debug, Clone, Args)]
pub struct Run {
    /// The process or service in one of whose containers it runs; default: web, or the only one.
    #[arg(long, value_name = "NAME", help_heading = WHAT)]
    pub process: Option<String>,
    /// How.
    #[command(flatten)]
    pub handed: HandedOver,
    /// The program and its arguments, behind `--`. No shell reads them.
    #[arg(value_name = "COMMAND", last = true, required = true)]
    pub command: Vec<String>,
}

/// `console`.
#[derive(Debug, Clone, Args)]
pub struct Console {
    /// The service; default: the only one.
    #[arg(value_name = "SERVICE")]
    pub service: Option<String>,
    /// How.
    #[command(flatten)]
    pub handed: HandedOver,
}
