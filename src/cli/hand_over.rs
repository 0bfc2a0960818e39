//! What is handed over to a person's own programs, as people type it.

use clap::{Args, ValueEnum, value_parser};

use crate::cli::shared::WHAT;
use crate::cli::{AppSelector, Proposed};

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

/// Where a command is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Runs {
    /// In a container that runs already, through one's own kubectl
    Cluster,
    /// As a Job of its own that runs once, through the GitOps repository; nobody needs a way into the cluster
    Git,
}

/// `run`.
#[derive(Debug, Clone, Args)]
pub struct Run {
    /// Where it runs. No environment variable sets it.
    #[arg(long, value_enum, default_value_t = Runs::Cluster)]
    pub via: Runs,
    /// The process or service in one of whose containers it runs; default: web, or the only one. With --via git: the
    /// process whose CPU and memory it gets; default: web, or the first one.
    #[arg(long, value_name = "NAME", help_heading = WHAT)]
    pub process: Option<String>,
    /// How a Job goes through git.
    #[command(flatten)]
    pub once: RunOnce,
    /// How.
    #[command(flatten)]
    pub handed: HandedOver,
    /// The program and its arguments, behind `--`. No shell reads them.
    #[arg(value_name = "COMMAND", last = true, required = true)]
    pub command: Vec<String>,
}

/// How a command that runs once goes through git.
#[derive(Debug, Clone, Args)]
pub struct RunOnce {
    /// With --via git: for how long it may run, such as 90s, 30m or 2h; default: 15m, and a day at the most.
    #[arg(long, value_name = "TIME")]
    pub time_limit: Option<String>,
    /// With --via git: waits until it has ended; 8 where it failed, 9 where nobody reports.
    #[arg(long)]
    pub wait: bool,
    /// With --wait: how many seconds; default: the time limit and five minutes more.
    #[arg(long, value_name = "SECONDS", hide_short_help = true, requires = "wait", value_parser = value_parser!(u32).range(0..=100_000))]
    pub wait_timeout: Option<u32>,
    /// With --via git: shows what would change, and changes nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// With --via git: whether it becomes a pull request.
    #[command(flatten)]
    pub proposed: Proposed,
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
