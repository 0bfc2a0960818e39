//! What forges are told, and where they are.

use clap::Args;
use clap::builder::BoolishValueParser;

use crate::forge::Forge;

/// Heading of the flags about a pull request of the GitOps repository.
const PULL_REQUEST: &str = "Pull request";

/// Where forges are that the CI job's own variables and addresses do not tell.
#[derive(Debug, Clone, Default, Args)]
pub struct ForgePlace {
    /// The kind of forge that the GitOps repository is on; default: the CI job's where it is the same, else it is asked.
    #[arg(
        long,
        value_name = "FORGE",
        env = "CUPAAS_FORGE",
        value_enum,
        hide_short_help = true,
        help_heading = PULL_REQUEST
    )]
    pub forge: Option<Forge>,
    /// The address of its API; default: what the repository's address tells.
    #[arg(
        long,
        value_name = "URL",
        env = "CUPAAS_GITOPS_API",
        hide_short_help = true,
        help_heading = PULL_REQUEST
    )]
    pub gitops_api: Option<String>,
    /// The GitOps repository's name there; default: what its address tells.
    #[arg(
        long,
        value_name = "OWNER/NAME",
        env = "CUPAAS_GITOPS_REPOSITORY",
        hide_short_help = true,
        help_heading = PULL_REQUEST
    )]
    pub gitops_repository: Option<String>,
}

/// Whether a change becomes a pull request of the GitOps repository, and what that is to be like.
#[derive(Debug, Clone, Default, Args)]
pub struct Proposed {
    /// Opens or updates a pull request of the GitOps repository, instead of committing to its branch.
    #[arg(long, env = "CUPAAS_PULL_REQUEST", value_parser = BoolishValueParser::new(), help_heading = PULL_REQUEST)]
    pub pull_request: bool,
    /// With --pull-request: has it merged when the forge's rules allow it.
    #[arg(long, env = "CUPAAS_AUTO_MERGE", value_parser = BoolishValueParser::new(), help_heading = PULL_REQUEST)]
    pub auto_merge: bool,
    /// With --pull-request: a label; may be given several times.
    #[arg(long, value_name = "NAME", env = "CUPAAS_LABEL", value_delimiter = ',', help_heading = PULL_REQUEST)]
    pub label: Vec<String>,
    /// With --pull-request: who is asked to review it, a user or ORGANISATION/TEAM; may be given several times.
    #[arg(long, value_name = "NAME", env = "CUPAAS_REVIEWER", value_delimiter = ',', help_heading = PULL_REQUEST)]
    pub reviewer: Vec<String>,
    /// Where forges are.
    #[command(flatten)]
    pub place: ForgePlace,
}

/// What `deploy` tells of the app's commit.
#[derive(Debug, Clone, Default, Args)]
pub struct Status {
    /// Sets a status of the app's commit, and on GitHub a deployment.
    #[arg(long, env = "CUPAAS_STATUS", value_parser = BoolishValueParser::new())]
    pub status: bool,
}

/// What `diff` tells.
#[derive(Debug, Clone, Default, Args)]
pub struct Commenting {
    /// Keeps one comment on the app's pull request that says what merging it would change.
    #[arg(long, env = "CUPAAS_COMMENT", value_parser = BoolishValueParser::new())]
    pub comment: bool,
}
