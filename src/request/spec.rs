//! What every command that goes along the stages was told, and what the checkout says → a [`RunSpec`].
#![allow(clippy::disallowed_methods)] // The environment is read in this room.

use crate::cli::{Shared, Wide};
use crate::diagnostic::{Code, Failure};
use crate::forge::ForgeOptions;
use crate::git::{RepositoryUrl, Source, commit_time};
use crate::load::query::{self, ReleaseQuery};
use crate::load::records::Scope;
use crate::load::release_file::SourceFacts;
use crate::request::assignments::assigned;
use crate::request::ci::Built;
use crate::request::ci_guard::{in_ci, shared_one};
use crate::request::environment::{Environment, given, text};
use crate::request::{forge, gitops_from_cwd};
use crate::run::home::Home;
use crate::run::spec::{GateOptions, GitopsPlace, RunSpec, Selection, Stage};
use crate::token::in_address::without_login;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

/// The same step, of every app where that was asked for.
///
/// # Errors
/// An image, which is one app's, or no repository in a job; kind `Usage`.
pub(super) fn wide(spec: RunSpec, wide: Wide, env: &Environment) -> Result<RunSpec, Failure> {
    if !wide.all {
        return Ok(spec);
    }
    shared_one(&spec.gitops, env)?;
    if spec.query.image.is_some() {
        return Err(Failure::new(Code::ConflictingArguments, "--all takes no --image or CUPAAS_IMAGE")
            .hint("an image belongs to one app"));
    }
    let without = wide.without.into_iter().filter(|name| !name.is_empty()).collect();
    let scope = Scope { app: None, environment: spec.query.environment.clone(), without };
    Ok(RunSpec { selection: Selection::Released(scope), ..spec })
}

/// Whether an app is named and no folder: then it is one that is deployed already. Whoever says which commit is built
/// means the folder that they stand in.
pub(super) fn released(stage: Stage, shared: &Shared) -> Option<Scope> {
    let stands = !matches!(stage, Stage::Remove | Stage::Dockerfile) && shared.folder.is_none();
    let built = [&shared.source_repository, &shared.source_commit, &shared.source_branch];
    let built = built.iter().any(|flag| flag.as_ref().is_some_and(|text| !text.is_empty()));
    let app = shared.app.as_ref().filter(|app| stands && !built && !app.is_empty())?;
    Some(Scope::of(app, shared.env.as_deref().filter(|text| !text.is_empty())))
}

pub(super) fn folder_name(folder: &Path) -> String {
    let whole = folder.canonicalize().unwrap_or_default();
    whole.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned()
}

pub(super) fn place(given: Option<String>, home: &Home) -> Result<GitopsPlace, Failure> {
    let Some(text) = given else { return Ok(GitopsPlace::Embedded(home.folder()?.join("gitops.git"))) };
    let here = std::env::current_dir()
        .map_err(|e| Failure::new(Code::FolderNotFound, format!("no working directory: {e}")))?;
    let address = RepositoryUrl::parse(&text, &here)?;
    if address.local().is_some_and(|path| path.is_file()) {
        return Err(Failure::new(Code::InvalidAddress, format!("{address} is a file, not a repository"))
            .hint("name a folder, a bare repository or an address; of a bundle, make one: `git clone --bare FILE`"));
    }
    match address.local() {
        Some(folder) if folder.is_dir() && !folder.join(".git").exists() && !folder.join("HEAD").exists() => {
            Ok(GitopsPlace::Folder(PathBuf::from(text)))
        }
        _ => Ok(GitopsPlace::Address(address)),
    }
}

/// # Errors
/// It is not known: a pull request's job does not say where its commit belongs.
fn belongs(is_known: bool) -> Result<(), Failure> {
    let message = "deploying from a pull-request job needs an explicit --env";
    let unknown = || Failure::new(Code::EnvironmentRequired, message);
    is_known.then_some(()).ok_or_else(|| unknown().hint("to see what merging would do: cupaas diff"))
}

/// The address that was stated for the app's repository, without its login.
///
/// # Errors
/// It is not certain where the login ends: it would be committed.
fn stated(url: &str) -> Result<String, Failure> {
    without_login(url).ok_or_else(|| {
        let message = "the address of the app's repository may hold credentials";
        Failure::new(Code::AddressWithCredentials, message)
            .hint("--source-repository, or CUPAAS_SOURCE_REPOSITORY, is written into the GitOps repository: remove them")
    })
}

/// Where the app comes from: as was stated (repository, commit, branch), else as its folder says, else the CI job.
fn source(
    folder: &Path,
    (repository, commit, branch): (Option<String>, Option<String>, Option<String>),
    found: Source,
    built: Built,
) -> SourceFacts {
    // The forge's trial merge is nobody's commit; what it is compared with is the branch that it is meant for.
    let proposed = built.commit.filter(|_| built.pull_request);
    let commit = commit.or(proposed).filter(|commit| Some(commit) != found.commit.as_ref());
    SourceFacts {
        repository: repository.or(found.repository).or(built.repository),
        path: found.path,
        time: match &commit {
            Some(commit) => commit_time(folder, commit),
            None => found.time,
        },
        commit: commit.or(found.commit),
        branch: branch.or(if built.pull_request { built.branch } else { found.branch.or(built.branch) }),
    }
}

/// Which of the two came from their variables of the environment, which say the same then.
fn from_variables(environment: &Option<String>, image: &Option<String>) -> BTreeSet<&'static str> {
    let typed = [(query::ENVIRONMENT, environment), (query::IMAGE, image)];
    let of_variable = |(name, value): (&'static str, &Option<String>)| {
        (value.is_some() && text(name) == *value).then_some(name)
    };
    typed.into_iter().filter_map(of_variable).collect()
}

impl RunSpec {
    pub(super) fn new(stage: Stage, mut shared: Shared, env: &Environment) -> Result<Self, Failure> {
        let subject = released(stage, &shared).map_or(Selection::Folder, Selection::Released);
        // An app that is named, and no folder: the repository knows it.
        let named = shared.folder.is_none() && shared.app.as_ref().is_some_and(|app| !app.is_empty());
        if matches!(subject, Selection::Released(_)) || (stage == Stage::Remove && named) {
            shared.repository = gitops_from_cwd::here(shared.repository);
        }
        Self::about(stage, subject, shared, env)
    }

    pub(super) fn about(
        stage: Stage,
        subject: Selection,
        shared: Shared,
        env: &Environment,
    ) -> Result<Self, Failure> {
        let folder = shared.folder.unwrap_or_else(|| PathBuf::from("."));
        let (found, built) = match subject {
            Selection::Folder => {
                let found = Source::read(&folder)?;
                let (origin, head) = (found.repository.as_deref(), found.commit.as_deref());
                let built = env.ci.as_ref().and_then(|ci| ci.built(origin, head)).unwrap_or_default();
                (found, built)
            }
            Selection::Released(_) | Selection::Edited(_) => Default::default(),
        };
        let (environment, branch) = (given(shared.env), given(shared.source_branch));
        belongs(environment.is_some() || branch.is_some() || !built.pull_request || stage < Stage::Deploy)?;
        let image = given(shared.image);
        let uncommitted = found.uncommitted.clone();
        let repository = given(shared.source_repository).map(|url| stated(&url)).transpose()?;
        let source = source(&folder, (repository, given(shared.source_commit), branch), found, built);
        let gitops = place(given(shared.repository.gitops), &env.home)?;
        // The local repository is on this machine, as an app's folder may be; it is tried like this in CI too.
        let elsewhere = !matches!(gitops, GitopsPlace::Embedded(_));
        if stage >= Stage::Deploy || subject != Selection::Folder {
            shared_one(&gitops, env)?;
        }
        Ok(Self {
            stage,
            selection: subject,
            branch: given(shared.repository.gitops_branch),
            token: forge::gitops_token(&gitops, env),
            gitops,
            allow_data_loss: BTreeSet::new(),
            allow_older: false,
            wait: None,
            app_remotes: Vec::new(),
            followed: None,
            exit_code: false,
            out: None,
            forge: ForgeOptions::default(),
            gates: GateOptions::default(),
            query: ReleaseQuery {
                folder_name: folder_name(&folder),
                folder,
                called: None,
                app: given(shared.app).or_else(|| text("CUPAAS_APP")),
                from_variables: from_variables(&environment, &image),
                environment,
                image,
                needs_image: stage != Stage::Dockerfile,
                variables: assigned(&shared.set, "--set NAME=VALUE")?,
                source,
                uncommitted,
                ci: elsewhere && in_ci(),
            },
        })
    }
}
