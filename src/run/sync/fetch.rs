//! A branch that has moved on -> its app's files, its image where that is known, and the step that deploys both.

use crate::diagnostic::Code;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Failure};
use crate::git::checkout::{Checkout, Picks};
use crate::git::{AppRemote, Remotes};
use crate::load::app_file::AppFile;
use crate::load::app_files::{self, Patterns};
use crate::load::app_folder::{self, APP_FILES};
use crate::load::query::ReleaseQuery;
use crate::load::release_file::SourceFacts;
use crate::outcome::Report;
use crate::outcome::sync::{Dockerfile, SyncEntry, SyncOutcome};
use crate::registry::{self, Lookup, Reference};
use crate::run::spec::{RunSpec, Selection, Stage};
use crate::run::sync::at_once::at_once;
use crate::run::sync::followed::Followed;
use crate::run::sync::options::Options;
use crate::run::sync::report::ended;
use crate::run::sync::routes::FollowedApp;
use crate::run::sync::survey::{NewCommit, Survey};
use crate::tree::RepoPath;
use crate::yaml::document;

/// An app whose branch has moved on, with everything that a deploy needs.
pub(super) struct ReadyApp {
    entry: SyncEntry,
    spec: RunSpec,
    /// What is said instead of a deploy, once the files are found to be right.
    instead: Option<SyncOutcome>,
    /// Lives as long as the step that reads it.
    _files: Checkout,
}

impl ReadyApp {
    /// How it is deployed.
    pub(super) fn spec(&self) -> &RunSpec {
        &self.spec
    }

    /// What became of it; what is still to be built is said where nothing was wrong with the files.
    pub(super) fn ended(self, result: Result<Report, Failure>) -> SyncEntry {
        let entry = ended(self.entry, result);
        match (self.instead, &entry.outcome) {
            (None, _) | (_, SyncOutcome::Failed(_) | SyncOutcome::Held(_)) => entry,
            (Some(outcome), _) => SyncEntry { outcome, ..entry },
        }
    }

    /// What became of it, in a commit with others.
    pub(super) fn landed(self, outcome: SyncOutcome, warnings: Vec<Diagnostic>) -> SyncEntry {
        SyncEntry { outcome, warnings, ..self.entry }
    }
}

/// Fetches what has moved on, many at once; what cannot be is said.
pub(super) fn all(
    news: &[NewCommit],
    survey: &Survey,
    options: &Options,
    remotes: &Arc<Remotes>,
    spec: &RunSpec,
) -> Vec<Result<ReadyApp, Box<SyncEntry>>> {
    let ended = at_once(news, options.at_once, |new| one(new, survey, options, remotes, spec));
    let failed = |(new, ended): (&NewCommit, Result<ReadyApp, Failure>)| {
        ended.map_err(|failure| Box::new(SyncEntry { outcome: SyncOutcome::Failed(failure), ..entry(new) }))
    };
    news.iter().zip(ended).map(failed).collect()
}

fn entry(new: &NewCommit) -> SyncEntry {
    let mut entry = new.target.entry(Some(&new.branch), SyncOutcome::Unchanged);
    (entry.commit, entry.notes) = (Some(new.commit.clone()), new.notes.clone());
    entry
}

fn one(
    new: &NewCommit,
    survey: &Survey,
    options: &Options,
    remotes: &Arc<Remotes>,
    spec: &RunSpec,
) -> Result<ReadyApp, Failure> {
    let target = &new.target;
    let deployed = target.deployed().map(|record| &record.source);
    let before = deployed.and_then(|source| Some((source.commit.as_deref()?, source.time?)));
    let (files, follows) = files(new, survey, remotes, before)?;
    let mut entry = entry(new);
    if follows == Some(false) {
        entry.notes.push(format!("{} was force-pushed; deploying its new head", new.branch));
    }
    let image = image(new, survey, options, &files)?;
    let (image, instead) = match image {
        Image::Known(image) => (image, None),
        Image::Missing { image, dockerfile, note } => {
            entry.notes.extend(note);
            (Some(image.clone()), Some(SyncOutcome::ToBuild { image, dockerfile }))
        }
    };
    entry.commit = Some(files.commit.clone());
    let asked = asked(new, &files, image, spec);
    let followed = Followed {
        remotes: Arc::clone(remotes),
        address: target.address.clone(),
        branch: new.branch.clone(),
        seen: deployed.and_then(|source| source.commit.clone()),
    };
    let spec = RunSpec {
        // What is still to be built is only looked at.
        stage: if instead.is_some() { Stage::Check } else { spec.stage },
        selection: Selection::Folder,
        query: asked,
        gitops: spec.gitops.clone(),
        branch: spec.branch.clone(),
        token: spec.token.clone(),
        allow_data_loss: BTreeSet::new(),
        allow_older: false,
        wait: None,
        // The branch itself is asked which commit is its newest; only whether that follows what was rolled back is not.
        app_remotes: if target.deployed().is_some_and(|record| record.hold.is_some()) {
            vec![remote(target, options)]
        } else {
            Vec::new()
        },
        followed: Some(followed),
        exit_code: false,
        out: None,
        forge: Default::default(),
        gates: spec.gates.clone(),
    };
    Ok(ReadyApp { entry, spec, instead, _files: files })
}

/// The app's repository, as its history is asked for.
fn remote(target: &FollowedApp, options: &Options) -> AppRemote {
    let address = target.address.clone();
    let token = options.token.as_ref().and_then(|token| token.for_address(&address)).cloned();
    AppRemote { address, token }
}

/// What a run in the app's folder would have been asked.
fn asked(new: &NewCommit, files: &Checkout, image: Option<String>, spec: &RunSpec) -> ReleaseQuery {
    let target = &new.target;
    let source = SourceFacts {
        repository: Some(target.repository.clone()),
        path: target.path.clone(),
        commit: Some(files.commit.clone()),
        branch: Some(new.branch.as_str().to_owned()),
        time: Some(files.time),
    };
    ReleaseQuery {
        from_variables: BTreeSet::new(),
        folder: files.folder.path().to_owned(),
        folder_name: target.app.clone(),
        called: Some(target.path.clone()),
        app: Some(target.app.clone()),
        environment: Some(target.environment.clone()),
        image,
        needs_image: true,
        variables: BTreeMap::new(),
        source,
        uncommitted: Vec::new(),
        ci: spec.query.ci,
    }
}

/// The app's files, and whether its branch still contains what was deployed `before`.
fn files(
    new: &NewCommit,
    survey: &Survey,
    remotes: &Remotes,
    before: Option<(&str, i64)>,
) -> Result<(Checkout, Option<bool>), Failure> {
    let own = |path: &str| APP_FILES.contains(&path) || path == "Procfile";
    let read = |path: &str| own(path) || survey.patterns.text(path);
    let named = |path: &str| own(path) || survey.patterns.name(path);
    let longest = |path: &str| survey.patterns.longest(path);
    let picks =
        Picks { counts: &app_files::is_listed, named: &named, read: &read, longest: &longest, own: &own };
    let path = Some(new.target.path.as_str()).filter(|path| !path.is_empty());
    let folder = path
        .map(RepoPath::new)
        .transpose()
        .map_err(|error| Failure::new(Code::InvalidValue, error.to_string()))?;
    remotes.checkout(&new.target.address, &new.branch, folder.as_ref(), &picks, before)
}

/// What is known of the image that a commit runs.
enum Image {
    /// It is there; nothing where the pin, or what runs, says which.
    Known(Option<String>),
    Missing {
        image: String,
        dockerfile: Option<Dockerfile>,
        note: Option<String>,
    },
}

/// The image that was given, the pin, or the one that is named by the rule, by its digest. An app that only names
/// images keeps the one that runs.
fn image(new: &NewCommit, survey: &Survey, options: &Options, files: &Checkout) -> Result<Image, Failure> {
    let target = &new.target;
    let folder: PathBuf = files.folder.path().to_owned();
    let read = app_folder::read(&folder, Some(&target.path))?;
    let app = document::read::<AppFile>(&read.app_file).map_err(Failure::invalid)?;
    if options.image.is_some() || target.pin.is_some() {
        return Ok(Image::Known(options.image.clone()));
    }
    let is_named = app.value.runtime.name == "image";
    let prefix = survey.platform.value.registry.prefix.as_deref().map(|prefix| prefix.trim_end_matches('/'));
    let running = target.deployed().map(|record| record.image.as_str()).filter(|image| !image.is_empty());
    let Some(prefix) = prefix else {
        if is_named && running.is_some() {
            return Ok(Image::Known(None));
        }
        let place = survey.platform.key(&["registry"]);
        let problem = Diagnostic::error(Code::NoImageRule, place, "nothing says which image the app runs");
        let hint = "set `registry.prefix`, pass --image, or pin one with `cupaas pin`";
        return Err(Failure::invalid(vec![problem.hint(hint)]));
    };
    let name = format!("{prefix}/{}", target.app);
    let wanted = format!("{name}:{}", files.commit);
    let reference = Reference::parse(&wanted);
    let found = match &reference {
        Some(reference) => registry::look_up(reference, &options.registry)?,
        None => Lookup::Missing,
    };
    let note = match found {
        Lookup::Digest(digest) => return Ok(Image::Known(Some(format!("{name}@{digest}")))),
        Lookup::Hidden(note) => Some(note),
        Lookup::Missing => None,
    };
    let by_rule = |image: &str| image.strip_prefix(&name).is_some_and(|rest| rest.starts_with([':', '@']));
    if is_named && running.is_some_and(|image| !by_rule(image)) {
        return Ok(Image::Known(None));
    }
    let own = app_files::read(&folder, &target.path, &Patterns::of_dockerfile()).own_dockerfile().is_some();
    let dockerfile = match (own, is_named) {
        (true, _) => Some(Dockerfile::Own),
        (false, false) => Some(Dockerfile::Generated),
        (false, true) => None,
    };
    Ok(Image::Missing { image: wanted, dockerfile, note })
}
