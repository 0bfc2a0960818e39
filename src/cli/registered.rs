//! The commands on what the platform knows of its apps, as people type them.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};

use crate::cli::shared::WHAT;
use crate::cli::{Gates, Losses, Proposed, Repository};

/// Registrations: `apps/<app>.yaml`.
#[derive(Debug, Clone, Subcommand)]
pub enum AppCommand {
    /// Registers an app: where it comes from, and which branch goes to which environment.
    Add(AddApp),
    /// All apps that are registered or deployed.
    List(Repository),
    /// What is known of one app.
    Show(ShowApp),
    /// Takes an app away: from every environment, and its registration; its data and credentials stay.
    Remove(RemoveApp),
}

/// `app add`.
#[derive(Debug, Clone, Args)]
pub struct AddApp {
    /// Address of the app's repository: https://, ssh:// or user@host:path.
    #[arg(value_name = "URL")]
    pub url: String,
    /// The app's folder in it; default: its root.
    #[arg(long, value_name = "DIR", default_value = "", hide_default_value = true)]
    pub path: String,
    /// Which branch goes to which environment; may be given several times.
    #[arg(long, value_name = "BRANCH=ENV", value_delimiter = ',')]
    pub branch: Vec<String>,
    /// The app's name; default: the repository's, or its folder's in it.
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Shows what would change, and changes nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Whether it becomes a pull request.
    #[command(flatten)]
    pub proposed: Proposed,
    /// The GitOps repository.
    #[command(flatten)]
    pub repository: Repository,
}

/// `app show`.
#[derive(Debug, Clone, Args)]
pub struct ShowApp {
    /// The app.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// The GitOps repository.
    #[command(flatten)]
    pub repository: Repository,
}

/// `app remove`.
#[derive(Debug, Clone, Args)]
pub struct RemoveApp {
    /// The app.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// The losses that are agreed to.
    #[command(flatten)]
    pub losses: Losses,
    /// Shows what would change, and changes nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Whether it becomes a pull request.
    #[command(flatten)]
    pub proposed: Proposed,
    /// The GitOps repository.
    #[command(flatten)]
    pub repository: Repository,
}

/// Which app, and where.
#[derive(Debug, Clone, Args)]
pub struct AppSelector {
    /// The app; default: the one in this folder; also CUPAAS_APP.
    #[arg(long, value_name = "NAME", help_heading = WHAT)]
    pub app: Option<String>,
    /// One environment; default: all of them, or the only one.
    #[arg(long, value_name = "ENV", env = "CUPAAS_ENV", help_heading = WHAT)]
    pub env: Option<String>,
    /// The GitOps repository.
    #[command(flatten)]
    pub repository: Repository,
}

/// What a command takes that edits an app's files.
#[derive(Debug, Clone, Args)]
pub struct Editing {
    /// Shows what would change, and changes nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Whether it becomes a pull request.
    #[command(flatten)]
    pub proposed: Proposed,
    /// Whether a new release passes a freeze.
    #[command(flatten)]
    pub gates: Gates,
    /// Which app, and where.
    #[command(flatten)]
    pub target: AppSelector,
}

/// The same, of an app that may be named first.
#[derive(Debug, Clone, Args)]
pub struct EditingOf {
    /// The app; as --app.
    #[arg(value_name = "APP", conflicts_with = "app")]
    pub named: Option<String>,
    /// Of which app, and how.
    #[command(flatten)]
    pub editing: Editing,
}

/// The registration's variables, over those of `.cupaas`.
#[derive(Debug, Clone, Subcommand)]
pub enum EnvCommand {
    /// Sets variables, and renders again what reads them.
    Set(SetEnv),
    /// Takes variables away, and renders again what read them.
    Unset(UnsetEnv),
    /// The variables that the app gets.
    List(ListEnv),
}

/// `env set`.
#[derive(Debug, Clone, Args)]
pub struct SetEnv {
    /// Variables.
    #[arg(value_name = "NAME=VALUE", required_unless_present = "file")]
    pub variables: Vec<String>,
    /// Variables from a .env file; `-` is standard input.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: Option<PathBuf>,
    /// A variable that looks like a secret, and is none.
    #[arg(long, value_name = "NAME")]
    pub plain: Vec<String>,
    /// Of which app, and how.
    #[command(flatten)]
    pub editing: Editing,
}

/// `env unset`.
#[derive(Debug, Clone, Args)]
pub struct UnsetEnv {
    /// Names.
    #[arg(value_name = "NAME", required = true)]
    pub names: Vec<String>,
    /// Of which app, and how.
    #[command(flatten)]
    pub editing: Editing,
}

/// `env list`.
#[derive(Debug, Clone, Args)]
pub struct ListEnv {
    /// Says of each where it is set.
    #[arg(long)]
    pub origin: bool,
    /// Which app, and where.
    #[command(flatten)]
    pub target: AppSelector,
}

/// `pin`.
#[derive(Debug, Clone, Args)]
pub struct Pin {
    /// The image to keep; default: the one that runs.
    #[arg(long, value_name = "REF", help_heading = WHAT)]
    pub image: Option<String>,
    /// Of which app, and how.
    #[command(flatten)]
    pub editing: Editing,
}
