//! Where a run takes place, for whoever knows better than the CI job's own variables.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// What a CI job says of itself, said by hand.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "CI job")]
pub struct Ci {
    /// The forge that runs this job; default: what FORGEJO_*, GITEA_* or GITHUB_* variables say.
    #[arg(long, value_enum, env = "CUPAAS_CI", hide_short_help = true)]
    pub ci: Option<CiForge>,
    /// The forge's address.
    #[arg(long, value_name = "URL", env = "CUPAAS_CI_SERVER", hide_short_help = true)]
    pub ci_server: Option<String>,
    /// The address of the forge's API.
    #[arg(long, value_name = "URL", env = "CUPAAS_CI_API", hide_short_help = true)]
    pub ci_api: Option<String>,
    /// The repository whose job this is.
    #[arg(long, value_name = "OWNER/NAME", env = "CUPAAS_CI_REPOSITORY", hide_short_help = true)]
    pub ci_repository: Option<String>,
    /// The number of the pull request that this job is about.
    #[arg(long, value_name = "NUMBER", env = "CUPAAS_CI_PULL_REQUEST", hide_short_help = true)]
    pub ci_pull_request: Option<String>,
    /// Who started this job.
    #[arg(long, value_name = "NAME", env = "CUPAAS_CI_ACTOR", hide_short_help = true)]
    pub ci_actor: Option<String>,
    /// This job's page, for the commit.
    #[arg(long, value_name = "URL", env = "CUPAAS_RUN_URL", hide_short_help = true)]
    pub run_url: Option<String>,
    /// Writes the report as JSON into this file too, whatever --format says.
    #[arg(
        long,
        value_name = "FILE",
        env = "CUPAAS_PLAN_FILE",
        hide_short_help = true,
        value_hint = clap::ValueHint::FilePath
    )]
    pub plan_file: Option<PathBuf>,
}

/// A forge whose job this is, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CiForge {
    /// GitHub, also Enterprise Server.
    Github,
    /// Gitea.
    Gitea,
    /// Forgejo.
    Forgejo,
    /// No CI job, whatever the variables say.
    None,
}
