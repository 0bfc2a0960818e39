//! Waiting for what becomes of a rollout, as people ask for it.

use clap::builder::BoolishValueParser;
use clap::{Args, ValueEnum, value_parser};

use crate::cli::AppSelector;

/// How long a wait lasts, in seconds: what the cluster gives a rollout, and two minutes more.
const PATIENCE: u32 = 17 * 60;

/// `wait`.
#[derive(Debug, Clone, Args)]
pub struct Wait {
    /// How many seconds to wait; 0 looks once.
    #[arg(
        long,
        value_name = "SECONDS",
        env = "CUPAAS_WAIT_TIMEOUT",
        default_value_t = PATIENCE,
        value_parser = value_parser!(u32).range(0..=86_400)
    )]
    pub timeout: u32,
    /// The app's commit that must have come up, by itself or within a later one; default: the one that is deployed.
    #[arg(long, value_name = "SHA", env = "CUPAAS_SOURCE_COMMIT")]
    pub source_commit: Option<String>,
    /// Who is asked; one's own cluster says why, too. No environment variable sets it: a job asks the forge.
    #[arg(long, value_enum, default_value_t = Via::Forge)]
    pub via: Via,
    /// With `--via cluster`: the context of kubectl's settings; default: the one that is set there.
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    pub context: Option<String>,
    /// Which app, and where.
    #[command(flatten)]
    pub target: AppSelector,
}

/// Who is asked what became of a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Via {
    /// The statuses on the app's commit
    Forge,
    /// The cluster, through one's own kubectl
    Cluster,
}

/// Whether `deploy` waits.
#[derive(Debug, Clone, Default, Args)]
pub struct Waiting {
    /// Waits for what the cluster says of the rollout: 8 where it failed, 9 where nobody reports.
    #[arg(long, env = "CUPAAS_WAIT", value_parser = BoolishValueParser::new())]
    pub wait: bool,
    /// With --wait: how many seconds.
    #[arg(
        long,
        value_name = "SECONDS",
        env = "CUPAAS_WAIT_TIMEOUT",
        default_value_t = PATIENCE,
        hide_short_help = true,
        value_parser = value_parser!(u32).range(0..=86_400)
    )]
    pub wait_timeout: u32,
}
