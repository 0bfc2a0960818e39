//! The command line, as people type it. What it means is `request.rs`'s.

mod catalog;
mod ci;
mod forge;
mod hand_over;
mod history;
mod operate;
mod promote;
pub(crate) mod read;
mod registered;
mod rollback;
mod secret;
mod shared;
mod sync;
mod values;
mod variables;
mod wait;

use crate::report::Format;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};

pub(crate) use catalog::{CatalogCommand, CatalogFolder, RecipeFor};
pub(crate) use ci::{Ci, CiForge};
pub(crate) use forge::{Commenting, Proposed, Status};
pub(crate) use hand_over::{Console, HandedOver, Logs, Open, Ps, Run, RunOnce, Runs};
pub(crate) use history::{History, Status as StatusOf};
pub(crate) use operate::{Maintenance, ScaleTo};
pub(crate) use promote::Promote;
pub(crate) use registered::{AppCommand, AppSelector, Editing, EditingOf, EnvCommand, Pin, SetEnv};
pub(crate) use rollback::Rollback;
pub(crate) use shared::{Gates, Losses, Repository, Shared, Wide};
pub(crate) use variables::text as variables;
pub(crate) use wait::{Via, Wait, Waiting};

pub(crate) use secret::{Secret, SecretOf};

use crate::load::platform::Delivery;
pub(crate) use sync::Sync;

/// Renders an app's `.cupaas` into Kubernetes YAML and commits it to a GitOps repository.
#[derive(Debug, Parser)]
#[command(version, about, long_about = LONG, after_help = EXAMPLES, propagate_version = true, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// How to say it.
    #[arg(long, global = true, value_enum, env = "CUPAAS_FORMAT", default_value_t = Format::Text)]
    pub format: Format,
    /// Shows every change and line, also those that only follow from others; JSON has them always.
    #[arg(long, global = true, hide_short_help = true)]
    pub full: bool,
    /// The CI job that it is a step of, which only commands on a GitOps repository take: [`Cli::read`] fills it.
    #[arg(skip)]
    pub ci: Ci,
}

const LONG: &str = "Heroku's `git push` on your own cluster, with no platform server.\n\n\
    Reads the .cupaas file of an app's repository and the platform's settings from a GitOps repository, renders \
    final Kubernetes YAML, and commits it there. Flux or Argo CD, on the cluster, rolls it out. Without --gitops \
    everything happens in a repository on this machine, so that it can be tried with nothing else.";

const EXAMPLES: &str = "\
Examples:
  cupaas new                                     write a .cupaas for the app in this folder
  cupaas diff                                    what a deploy would change, without changing it
  cupaas deploy --gitops https://git.example.cu/me/gitops --env production --image REF
  cupaas explain                                 every decided value, and where it came from
  cupaas sync --format matrix                    what is new in registered repositories and has no image yet
  cupaas diff --all                              what a change of cupaas.yaml would do to every app

Exit codes:
  0 done, nothing to do, or superseded   1 differs (diff --exit-code, catalog test)   2 usage
  3 a file that a person wrote is wrong  4 the plan is refused          5 the GitOps side failed, try again
  6 the GitOps side forbids it           7 a recipe or cupaas is wrong  8 the rollout failed (wait)
  9 nobody reported it in time (wait)";

/// The commands, each one step further along one pipeline.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// In an app: finds its runtime, writes .cupaas and a workflow file.
    New(New),
    /// In a GitOps repository: writes cupaas.yaml and the cluster's entry point; for Flux, makes an age identity outside it.
    Init(Init),
    /// Whether all files are right.
    Check(Check),
    /// Every decided value, and where it came from; instead of a folder CODE explains that code, `codes` lists all.
    Explain(Shared),
    /// The files that a deploy would write.
    Render(Render),
    /// What a deploy would change, in words and line by line; changes nothing.
    Diff(Diff),
    /// Commits the files to the GitOps repository.
    Deploy(Deploy),
    /// Takes the app away; its data and credentials stay.
    Remove(Remove),
    /// What the platform knows of its apps.
    #[command(subcommand)]
    App(AppCommand),
    /// Variables of an app, set for it by the platform.
    #[command(subcommand)]
    Env(EnvCommand),
    /// An app's secrets: sets, lists, rotates and checks them.
    #[command(subcommand)]
    Secret(Secret),
    /// Keeps the image of an environment, whatever is deployed.
    Pin(Pin),
    /// Lets an environment's image move again.
    Unpin(Editing),
    /// Takes what runs in one environment to another: the recorded release, its image byte for byte.
    Promote(Promote),
    /// Takes up again what ran before, and keeps what was rolled back from coming back by itself.
    Rollback(Rollback),
    /// Lets what was rolled back be deployed again.
    Resume(EditingOf),
    /// Starts an app's processes anew, one after the other.
    Restart(EditingOf),
    /// How many of a process run, over what .cupaas says.
    Scale(ScaleTo),
    /// Stops an app's processes and schedules in an environment; its services and all data stay.
    Stop(EditingOf),
    /// Starts them again.
    Start(EditingOf),
    /// Lets a page answer in an app's place, with 503; or the app again.
    #[command(subcommand)]
    Maintenance(Maintenance),
    /// What runs where: image, since when, by whom, under which address.
    Status(StatusOf),
    /// Whether the cluster says that a release came up; waits until it does.
    Wait(Wait),
    /// An app's releases, newest first: when, by whom, from what, and what each changed.
    History(History),
    /// Opens an app's address in a browser.
    Open(Open),
    /// What an app's processes, or one of them or a service, have written; with your own kubectl.
    Logs(Logs),
    /// Runs a program: in a running container of the app, with your own kubectl; or once, as a Job, through git.
    Run(Run),
    /// A service's own shell, such as a database's; with your own kubectl.
    Console(Console),
    /// An app's pods; with your own kubectl.
    Ps(Ps),
    /// Deploys what is new in the registered repositories, or says what has to be built for it.
    Sync(Sync),
    /// Recipes of runtimes and services: lists, shows, begins, checks and tests them.
    #[command(subcommand)]
    Catalog(CatalogCommand),
    /// The Dockerfile that the app's runtime stands for.
    Dockerfile(Shared),
    /// The JSON Schema of a file, for editors.
    Schema(SchemaOf),
    /// Completions for a shell.
    Completions(Completions),
    /// The manual page of cupaas, or of one command.
    Man(Man),
    /// The environment variables that cupaas reads.
    Environment,
}

/// `check`.
#[derive(Debug, Clone, Args)]
pub struct Check {
    /// What every step takes.
    #[command(flatten)]
    pub shared: Shared,
    /// Of how many apps.
    #[command(flatten)]
    pub wide: Wide,
}

/// `render`.
#[derive(Debug, Clone, Args)]
pub struct Render {
    /// What every step takes.
    #[command(flatten)]
    pub shared: Shared,
    /// Writes the files below this folder instead of printing them.
    #[arg(long, value_name = "DIR", env = "CUPAAS_OUT", value_hint = ValueHint::DirPath)]
    pub out: Option<PathBuf>,
}

/// `diff`.
#[derive(Debug, Clone, Args)]
pub struct Diff {
    /// What every step takes.
    #[command(flatten)]
    pub shared: Shared,
    /// Of how many apps.
    #[command(flatten)]
    pub wide: Wide,
    /// The losses that are agreed to.
    #[command(flatten)]
    pub losses: Losses,
    /// Compares with another environment instead: what is deployed in --env, and what in this one.
    #[arg(long, value_name = "ENV", conflicts_with_all = ["folder", "image", "set"], help_heading = shared::WHAT)]
    pub to: Option<String>,
    /// Ends with 1 where something would change.
    #[arg(long)]
    pub exit_code: bool,
    /// What the app's pull request is told.
    #[command(flatten)]
    pub commenting: Commenting,
}

/// `remove`.
#[derive(Debug, Clone, Args)]
pub struct Remove {
    /// What every step takes.
    #[command(flatten)]
    pub shared: Shared,
    /// The losses that are agreed to.
    #[command(flatten)]
    pub losses: Losses,
    /// Shows what would change, and changes nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Whether it becomes a pull request.
    #[command(flatten)]
    pub proposed: Proposed,
}

/// `deploy`.
#[derive(Debug, Clone, Args)]
pub struct Deploy {
    /// What every step takes.
    #[command(flatten)]
    pub shared: Shared,
    /// Of how many apps.
    #[command(flatten)]
    pub wide: Wide,
    /// The losses that are agreed to.
    #[command(flatten)]
    pub losses: Losses,
    /// Deploys also where a newer commit is deployed already.
    #[arg(long)]
    pub allow_older: bool,
    /// Whether it passes a freeze.
    #[command(flatten)]
    pub gates: Gates,
    /// Shows what would change, and changes nothing, as `diff`.
    #[arg(long)]
    pub dry_run: bool,
    /// Whether it becomes a pull request.
    #[command(flatten)]
    pub proposed: Proposed,
    /// What the app's commit is told.
    #[command(flatten)]
    pub status: Status,
    /// Whether it waits.
    #[command(flatten)]
    pub waiting: Waiting,
}

/// `new`.
#[derive(Debug, Clone, Args)]
pub struct New {
    /// The app's folder.
    #[arg(default_value = ".", value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub folder: PathBuf,
    /// The GitOps repository, whose catalog is known beside the built-in recipes.
    #[command(flatten)]
    pub repository: Repository,
    /// The runtime; default: what is found in the folder.
    #[arg(long, value_name = "NAME")]
    pub runtime: Option<String>,
    /// A service that the app needs; may be given several times.
    #[arg(long, value_name = "NAME")]
    pub service: Vec<String>,
    /// Whose workflow is written; default: what the address of `origin` or a forge's folder tells, else GitHub's.
    #[arg(long, value_enum)]
    pub forge: Option<Forge>,
}

/// Where an app's repository lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Forge {
    /// `.github/workflows/`.
    Github,
    /// `.gitea/workflows/`.
    Gitea,
    /// `.forgejo/workflows/`.
    Forgejo,
    /// No workflow file.
    None,
}

/// `init`.
#[derive(Debug, Clone, Args)]
pub struct Init {
    /// The GitOps repository's folder.
    #[arg(default_value = ".", value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub folder: PathBuf,
    /// Who rolls out.
    #[arg(long, value_enum, default_value_t = Delivery::Flux)]
    pub delivery: Delivery,
    /// Apps get a host name below it.
    #[arg(long, default_value = "apps.localhost", value_name = "DOMAIN")]
    pub domain: String,
    /// The cluster's name.
    #[arg(long, default_value = "home", value_name = "NAME")]
    pub cluster: String,
    /// Where images are: an app's is PREFIX/APP:COMMIT where none is named.
    #[arg(long, default_value = "localhost:5000", value_name = "PREFIX")]
    pub registry: String,
    /// Address under which the cluster reaches this repository [default: that of `origin`, else an example].
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// Writes also into the folder of an app.
    #[arg(long)]
    pub allow_app_folder: bool,
}

/// `schema`.
#[derive(Debug, Clone, Args)]
pub struct SchemaOf {
    /// Which file.
    #[arg(value_enum)]
    pub file: SchemaFile,
}

/// The files that have a JSON Schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum SchemaFile {
    /// `.cupaas`.
    App,
    /// `cupaas.yaml`.
    Platform,
    /// `apps/<app>.yaml`.
    Registration,
    /// `recipe.yaml`.
    Recipe,
    /// `releases/<env>/<app>/release.yaml`.
    Release,
    /// What `--format json` prints.
    Report,
}

/// `man`.
#[derive(Debug, Clone, Args)]
pub struct Man {
    /// The command, such as `deploy` or `env set`; default: cupaas as a whole.
    #[arg(value_name = "COMMAND")]
    pub command: Vec<String>,
    /// Writes the pages of all commands into this folder instead.
    #[arg(long, value_name = "DIR", conflicts_with = "command", value_hint = ValueHint::DirPath)]
    pub out: Option<PathBuf>,
}

/// `completions`.
#[derive(Debug, Clone, Args)]
pub struct Completions {
    /// The shell.
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}
