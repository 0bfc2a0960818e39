//! What was typed and what the environment says → one [`Request`], read once. Nothing later looks at either again.
#![allow(clippy::disallowed_methods)] // The one place where the environment is read.

mod assigned;
pub mod ci;
mod forge;
mod here;
mod home;
mod job;
mod registered;
mod secret;
mod standing;
mod sync;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::cli::{CiForge, Cli, Command, Format, Init, New, SchemaFile, Shared, Wide};
use crate::diagnostic::{Failure, Kind};
use crate::edit::Deed;
use crate::forge::Wishes;
use crate::load::inputs::Asked;
use crate::load::release_file::SourceFacts;
use crate::load::released::Scope;
use crate::publish::{GitopsAddress, Identity, Secret, Source, commit_time, without_credentials};
use crate::secrets;
use crate::sync::Followed;
use assigned::assigned;
use ci::Ci;
pub use here::{here, is_empty};
pub use home::Home;
use job::{in_ci, means_another, shared_one};

/// One run.
#[derive(Debug)]
pub struct Request {
    /// What to do.
    pub action: Action,
    /// How to say it.
    pub format: Format,
    /// Where cupaas keeps what belongs to this user: the local GitOps repository and its age identity.
    pub home: Home,
    /// Who stands in commits.
    pub author: Identity,
    /// Address of the CI run, for the commit.
    pub run_url: Option<String>,
    /// Who started it, for the commit.
    pub actor: Option<String>,
    /// The CI job that this is a step of.
    pub ci: Option<Ci>,
}

/// What surrounds every command.
struct Around {
    /// Where cupaas keeps what belongs to this user.
    home: Home,
    /// The CI job.
    ci: Option<Ci>,
    /// Whether this is a job, also of a CI that cupaas knows nothing more of.
    job: bool,
}

/// What to do.
#[derive(Debug)]
pub enum Action {
    /// A step of the pipeline.
    Step(Box<Step>),
    /// `sync`; the step is what each app goes through.
    Sync(Box<crate::sync::Options>, Box<Step>),
    /// What the GitOps repository knows is shown.
    Look(Look, Box<Step>),
    /// `app remove`.
    RemoveApp(Box<Step>),
    /// `secret …`.
    Secret(Box<secrets::Asked>),
    /// `new`.
    New(New, Option<Box<Step>>),
    /// `init`.
    Init(Init),
    /// `schema`.
    Schema(SchemaFile),
    /// `completions`.
    Completions(clap_complete::Shell),
    /// `man`.
    Man,
}

/// How far along the pipeline to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Files are read and decided.
    Check,
    /// And every value is shown.
    Explain,
    /// The Dockerfile is shown.
    Dockerfile,
    /// Files are rendered.
    Render,
    /// And compared.
    Diff,
    /// And committed.
    Deploy,
    /// Or taken away.
    Remove,
}

/// What of the GitOps repository is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// All apps.
    Apps,
    /// One app.
    App,
    /// One app's variables.
    Variables {
        /// And where each comes from.
        origin: bool,
    },
}

/// Of what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// The app in the folder.
    Folder,
    /// Releases that stand in the GitOps repository, from what they were made from.
    Released(Scope),
    /// What a command changes in people's files, and the releases that it touches.
    Edited(Deed),
}

/// One run along the pipeline.
#[derive(Debug)]
pub struct Step {
    /// How far.
    pub stage: Stage,
    /// Of what.
    pub subject: Subject,
    /// What a release is decided from.
    pub asked: Asked,
    /// The GitOps repository.
    pub gitops: GitopsPlace,
    /// Its branch.
    pub branch: Option<String>,
    /// The token for it.
    pub token: Option<Secret>,
    /// Losses of data that are agreed to.
    pub allow_data_loss: BTreeSet<String>,
    /// Whether an older commit may follow a newer one.
    pub allow_older: bool,
    /// The branch whose newest commit it is to be, where one is followed.
    pub followed: Option<Followed>,
    /// Whether a difference ends with 1.
    pub exit_code: bool,
    /// Where `render` writes.
    pub out: Option<PathBuf>,
    /// What forges are told.
    pub tells: Wishes,
}

/// Where the GitOps repository is.
#[derive(Debug, Clone)]
pub enum GitopsPlace {
    /// A repository that git reaches.
    Address(GitopsAddress),
    /// A folder without git.
    Folder(PathBuf),
    /// The local one that cupaas makes.
    Embedded(PathBuf),
}

impl Request {
    /// Reads the environment and the app's checkout. `ci` is what [`here`] gave.
    ///
    /// Errors: what no run could be made of; kind `Usage`.
    pub fn new(cli: Cli, ci: Option<Ci>) -> Result<Self, Failure> {
        if cli.format == Format::Matrix && !matches!(cli.command, Command::Sync(_)) {
            return Err(Failure::new(Kind::Usage, "--format matrix is for `cupaas sync` alone"));
        }
        let run_url = cli.ci.run_url.clone().filter(|url| !url.is_empty());
        let job = ci.is_some() || (cli.ci.ci != Some(CiForge::None) && means_another());
        let around = Around { home: Home::read()?, job, ci };
        let step = |stage, shared: Shared| Step::new(stage, shared, &around);
        let action = match cli.command {
            Command::New(new) => {
                let step = registered::catalog(&new.repository, &around)?;
                Action::New(new, step)
            }
            Command::Init(init) => Action::Init(init),
            Command::Schema(schema) => Action::Schema(schema.file),
            Command::Completions(completions) => Action::Completions(completions.shell),
            Command::Man => Action::Man,
            Command::Check(check) => Action::Step(Box::new(wide(
                step(Stage::Check, standing::on(check.shared, &check.wide))?,
                check.wide,
                &around,
            )?)),
            Command::Explain(shared) => Action::Step(Box::new(step(Stage::Explain, shared)?)),
            Command::Dockerfile(shared) => Action::Step(Box::new(step(Stage::Dockerfile, shared)?)),
            Command::Render(render) => Action::Step(Box::new(Step {
                out: render.out.filter(|out| !out.as_os_str().is_empty()),
                ..step(Stage::Render, render.shared)?
            })),
            Command::Diff(diff) => {
                let stated = diff.shared.source_commit.as_ref().is_some_and(|commit| !commit.is_empty());
                let step =
                    wide(step(Stage::Diff, standing::on(diff.shared, &diff.wide))?, diff.wide, &around)?;
                Action::Step(Box::new(Step {
                    allow_data_loss: named(diff.allow_data_loss),
                    exit_code: diff.exit_code,
                    tells: forge::comment(diff.commenting, stated, &step, &around)?,
                    ..step
                }))
            }
            Command::Deploy(deploy) => {
                let step = wide(
                    step(Stage::Deploy, standing::on(deploy.shared, &deploy.wide))?,
                    deploy.wide,
                    &around,
                )?;
                Action::Step(Box::new(Step {
                    allow_data_loss: named(deploy.allow_data_loss),
                    allow_older: deploy.allow_older,
                    tells: forge::deploy(deploy.proposed, deploy.status, &step, &around)?,
                    ..step
                }))
            }
            Command::App(command) => registered::app(command, &around)?,
            Command::Env(command) => registered::env(command, &around)?,
            Command::Secret(secret) => secret::asked(secret, &around)?,
            Command::Pin(pin) => registered::pin(pin, &around)?,
            Command::Unpin(unpin) => registered::unpin(unpin, &around)?,
            Command::Sync(given) => sync::sync(given, cli.format, &around)?,
            Command::Remove(remove) => {
                let step = step(Stage::Remove, remove.shared)?;
                Action::Step(Box::new(Step {
                    allow_data_loss: named(remove.allow_data_loss),
                    tells: forge::propose(remove.proposed, &step, &around)?,
                    ..step
                }))
            }
        };
        let Around { home, ci, job: _ } = around;
        let run_url = run_url.or_else(|| ci.as_ref()?.run_url.clone());
        let actor = ci.as_ref().and_then(|ci| ci.actor.clone());
        Ok(Self { action, format: cli.format, author: author(), run_url, actor, home, ci })
    }
}

fn named(losses: Vec<String>) -> BTreeSet<String> {
    losses.into_iter().filter(|name| !name.is_empty()).collect()
}

/// The same step, of every app where that was asked for.
///
/// Errors: an image, which is one app's, or no repository in a job; kind `Usage`.
fn wide(step: Step, wide: Wide, around: &Around) -> Result<Step, Failure> {
    if !wide.all {
        return Ok(step);
    }
    shared_one(&step.gitops, around)?;
    if step.asked.image.is_some() {
        return Err(
            Failure::new(Kind::Usage, "--all takes no --image or CUPAAS_IMAGE").hint("an image is one app's")
        );
    }
    let without = named(wide.without);
    let scope = Scope { app: None, environment: step.asked.environment.clone(), without };
    Ok(Step { subject: Subject::Released(scope), ..step })
}

/// Whether an app is named and no folder: then it is one that is deployed already. Whoever says which commit is built
/// means the folder that they stand in.
fn released(stage: Stage, shared: &Shared) -> Option<Scope> {
    let stands = !matches!(stage, Stage::Remove | Stage::Dockerfile) && shared.folder.is_none();
    let built = [&shared.source_repository, &shared.source_commit, &shared.source_branch];
    let built = built.iter().any(|flag| flag.as_ref().is_some_and(|text| !text.is_empty()));
    let app = shared.app.as_ref().filter(|app| stands && !built && !app.is_empty())?;
    Some(Scope::of(app, shared.env.as_deref().filter(|text| !text.is_empty())))
}

impl Step {
    fn new(stage: Stage, mut shared: Shared, around: &Around) -> Result<Self, Failure> {
        let subject = released(stage, &shared).map_or(Subject::Folder, Subject::Released);
        // An app that is named, and no folder: the repository knows it.
        let named = shared.folder.is_none() && shared.app.as_ref().is_some_and(|app| !app.is_empty());
        if matches!(subject, Subject::Released(_)) || (stage == Stage::Remove && named) {
            shared.repository = standing::here(shared.repository);
        }
        Self::about(stage, subject, shared, around)
    }

    fn about(stage: Stage, subject: Subject, shared: Shared, around: &Around) -> Result<Self, Failure> {
        let folder = shared.folder.unwrap_or_else(|| PathBuf::from("."));
        let (found, built) = match subject {
            Subject::Folder => {
                let found = Source::read(&folder)?;
                let (origin, head) = (found.repository.as_deref(), found.commit.as_deref());
                let built = around.ci.as_ref().and_then(|ci| ci.built(origin, head)).unwrap_or_default();
                (found, built)
            }
            Subject::Released(_) | Subject::Edited(_) => Default::default(),
        };
        // An unset variable of a CI job is an empty one.
        let given = |text: Option<String>| text.filter(|text| !text.is_empty());
        let (environment, branch) = (given(shared.env), given(shared.source_branch));
        if built.pull_request && stage >= Stage::Deploy && environment.is_none() && branch.is_none() {
            let message =
                "this job is a pull request's, which says of no environment that it is to be deployed there";
            return Err(Failure::new(Kind::Usage, message)
                .hint("say which with --env, or look at what merging would do: cupaas diff"));
        }
        let commit = given(shared.source_commit);
        // The forge's trial merge is nobody's commit; what it is compared with is the branch that it is meant for.
        let proposed = built.commit.filter(|_| built.pull_request);
        let commit = commit.or(proposed).filter(|commit| Some(commit) != found.commit.as_ref());
        let source = SourceFacts {
            repository: given(shared.source_repository)
                .map(|url| without_credentials(&url))
                .or(found.repository)
                .or(built.repository),
            path: found.path,
            time: match &commit {
                Some(commit) => commit_time(&folder, commit),
                None => found.time,
            },
            commit: commit.or(found.commit),
            branch: branch.or(if built.pull_request { built.branch } else { found.branch.or(built.branch) }),
        };
        let gitops = place(given(shared.repository.gitops), &around.home)?;
        // The local repository is on this machine, as an app's folder may be; it is tried like this in CI too.
        let elsewhere = !matches!(gitops, GitopsPlace::Embedded(_));
        if stage >= Stage::Deploy || subject != Subject::Folder {
            shared_one(&gitops, around)?;
        }
        Ok(Self {
            stage,
            subject,
            branch: given(shared.repository.gitops_branch),
            token: forge::gitops_token(&gitops, around),
            gitops,
            allow_data_loss: BTreeSet::new(),
            allow_older: false,
            followed: None,
            exit_code: false,
            out: None,
            tells: Wishes::default(),
            asked: Asked {
                folder_name: folder_name(&folder),
                folder,
                called: None,
                app: given(shared.app).or_else(|| text("CUPAAS_APP")),
                environment,
                image: given(shared.image),
                needs_image: stage != Stage::Dockerfile,
                variables: assigned(&shared.set, "--set NAME=VALUE")?,
                source,
                dirty: found.dirty,
                ci: elsewhere && in_ci(),
            },
        })
    }
}

fn folder_name(folder: &Path) -> String {
    let whole = folder.canonicalize().unwrap_or_default();
    whole.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned()
}

fn text(variable: &str) -> Option<String> {
    std::env::var(variable).ok().filter(|text| !text.is_empty())
}

fn place(given: Option<String>, home: &Home) -> Result<GitopsPlace, Failure> {
    let Some(text) = given else { return Ok(GitopsPlace::Embedded(home.folder()?.join("gitops.git"))) };
    let here = std::env::current_dir()
        .map_err(|e| Failure::new(Kind::Usage, format!("no working directory: {e}")))?;
    let address = GitopsAddress::parse(&text, &here)?;
    match address.local() {
        Some(folder) if folder.is_dir() && !folder.join(".git").exists() && !folder.join("HEAD").exists() => {
            Ok(GitopsPlace::Folder(PathBuf::from(text)))
        }
        _ => Ok(GitopsPlace::Address(address)),
    }
}

fn author() -> Identity {
    Identity {
        name: text("GIT_AUTHOR_NAME").unwrap_or_else(|| "cupaas".to_owned()),
        email: text("GIT_AUTHOR_EMAIL").unwrap_or_else(|| "cupaas@localhost".to_owned()),
    }
}
