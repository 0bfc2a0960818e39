//! Registrations, the platform and what is deployed -> which branches are followed, and which of them have moved on.

use crate::diagnostic::Code;
use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Failure, Span};
use crate::git::{BranchName, Heads, Remotes, RepositoryUrl};
use crate::layout::path;
use crate::load::catalog::Catalog;
use crate::load::gitops::Gitops;
use crate::load::inputs;
use crate::load::platform::PlatformFile;
use crate::load::registered::{self, Registered};
use crate::load::release_file::ReleaseFile;
use crate::load::requires::read_platform;
use crate::outcome::sync::{SyncEntry, SyncOutcome};
use crate::resolve::image::Pinned;
use crate::run::spec::RunSpec;
use crate::run::sync::at_once::at_once;
use crate::run::sync::options::Options;
use crate::tree::Files;
use crate::yaml::document::Document;

/// What the GitOps repository says, before any other is asked.
#[derive(Debug)]
pub(super) struct Survey {
    pub(super) platform: Document<PlatformFile>,
    /// Files whose texts some runtime's recipe looks at.
    pub(super) patterns: Vec<String>,
    follows: Vec<FollowedBranch>,
    entries: Vec<SyncEntry>,
    named: BTreeSet<String>,
}

/// An app in an environment, and the branch that goes there.
#[derive(Debug, Clone)]
struct FollowedBranch {
    target: FollowedApp,
    /// The branch; nothing for the repository's own.
    branch: Option<BranchName>,
    /// Whether the app's own registration names it, and where it is named.
    place: Option<(bool, Span)>,
}

/// An app in an environment.
#[derive(Debug, Clone)]
pub(super) struct FollowedApp {
    pub(super) app: String,
    pub(super) environment: String,
    pub(super) repository: String,
    pub(super) address: RepositoryUrl,
    pub(super) path: String,
    pub(super) record: Option<ReleaseFile>,
    pub(super) pin: Option<Pinned>,
    place: Span,
}

/// A branch that stands elsewhere than what is deployed.
#[derive(Debug)]
pub(super) struct NewCommit {
    pub(super) target: FollowedApp,
    pub(super) branch: BranchName,
    pub(super) commit: String,
    pub(super) notes: Vec<String>,
}

impl FollowedApp {
    pub(super) fn entry(&self, branch: Option<&BranchName>, outcome: SyncOutcome) -> SyncEntry {
        SyncEntry {
            environment: Some(self.environment.clone()),
            repository: Some(self.repository.clone()),
            path: self.path.clone(),
            branch: branch.map(|branch| branch.as_str().to_owned()),
            ..SyncEntry::of(&self.app, outcome)
        }
    }

    fn wrong(&self, branch: Option<&BranchName>, problem: Diagnostic) -> SyncEntry {
        self.entry(branch, SyncOutcome::Failed(Failure::invalid(vec![problem])))
    }

    /// What is deployed, where it is.
    pub(super) fn deployed(&self) -> Option<&ReleaseFile> {
        self.record.as_ref().filter(|record| !record.removed)
    }
}

/// Reads what is registered and deployed.
///
/// Errors: an app or environment that was asked for and is not there, a platform that is wrong, or the repository's own.
pub(super) fn read(options: &Options, spec: &RunSpec, gitops: &mut Gitops) -> Result<Survey, Failure> {
    let files = gitops.read(&[path("cupaas.yaml")?, path("catalog")?, path("releases")?])?;
    let platform = read_platform(&files).map_err(Failure::invalid)?;
    if let Some(asked) = &options.environment
        && !platform.value.environments.contains_key(asked)
    {
        let names: Vec<&str> = platform.value.environments.keys().map(String::as_str).collect();
        return Err(Failure::new(Code::UnsortedUsage, format!("there is no environment {asked:?}"))
            .hint(format!("cupaas.yaml has: {}", names.join(", "))));
    }
    let (registered, problems) = registered::all(gitops, spec.query.ci)?;
    let mut entries = unreadable(problems, &options.apps);
    for name in &options.apps {
        if !registered.iter().any(|app| app.name == *name) && !entries.iter().any(|entry| entry.app == *name)
        {
            return Err(Failure::new(Code::UnsortedUsage, format!("{name:?} is not registered"))
                .hint("`cupaas app list` shows all apps, `cupaas app add URL` registers one"));
        }
    }
    let mut all = Vec::new();
    for app in registered.iter().filter(|app| options.apps.is_empty() || options.apps.contains(&app.name)) {
        let (found, said) = of_app(app, &platform, &files)?;
        all.extend(found);
        entries.extend(said);
    }
    let wanted = |environment: Option<&String>| {
        options.environment.is_none() || environment.is_none() || environment == options.environment.as_ref()
    };
    all.retain(|follows| wanted(Some(&follows.target.environment)));
    entries.retain(|entry| wanted(entry.environment.as_ref()));
    if options.image.is_some() && all.len() > 1 {
        return Err(Failure::new(
            Code::UnsortedUsage,
            "--image names the image of one app in one environment",
        )
        .hint("say which with --app and --env"));
    }
    let patterns = inputs::looked_at_by_any(&Catalog::new(files));
    Ok(Survey { platform, patterns, follows: all, entries, named: options.apps.clone() })
}

/// What is wrong with registrations, file by file.
fn unreadable(problems: Vec<Diagnostic>, wanted: &BTreeSet<String>) -> Vec<SyncEntry> {
    let mut files: BTreeMap<String, Vec<Diagnostic>> = BTreeMap::new();
    for problem in problems {
        let name = problem.span.source.name.trim_start_matches("apps/");
        let name = name.trim_end_matches(".yaml").trim_end_matches(".yml").to_owned();
        files.entry(name).or_default().push(problem);
    }
    files.retain(|name, _| wanted.is_empty() || wanted.contains(name));
    let entry =
        |(app, problems): (String, _)| SyncEntry::of(&app, SyncOutcome::Failed(Failure::invalid(problems)));
    files.into_iter().map(entry).collect()
}

/// Where an app's branches go: as its registration says, else as the platform does.
fn of_app(
    app: &Registered,
    platform: &Document<PlatformFile>,
    files: &Files,
) -> Result<(Vec<FollowedBranch>, Vec<SyncEntry>), Failure> {
    let Some(repository) = app.file.value.repository.clone() else {
        let why = "no repository is registered: `repository` in its file says where it comes from";
        return Ok((Vec::new(), vec![SyncEntry::of(&app.name, SyncOutcome::Skipped(why.to_owned()))]));
    };
    let address = RepositoryUrl::parse(&repository, std::path::Path::new("/"))?;
    let (mut follows, mut said) = (Vec::new(), Vec::new());
    for (branch, environment, place) in ways(app, platform) {
        let mut target = FollowedApp {
            app: app.name.clone(),
            pin: pin(app, &environment),
            environment,
            repository: repository.clone(),
            address: address.clone(),
            path: app.path().to_owned(),
            record: None,
            place: app.file.at(&["repository"]),
        };
        let environment = &target.environment;
        if environment.is_empty() {
            let why = "no branch is registered, and the platform does not say which environment is meant";
            let mut entry = target.entry(None, SyncOutcome::Skipped(why.to_owned()));
            entry.environment = None;
            said.push(entry);
            continue;
        }
        if !platform.value.environments.contains_key(environment) {
            let names: Vec<&str> = platform.value.environments.keys().map(String::as_str).collect();
            let span = place.map_or_else(|| target.place.clone(), |(_, span)| span);
            let problem = Diagnostic::error(
                Code::UnsortedInvalid,
                span,
                format!("there is no environment {environment:?}"),
            );
            said.push(target.wrong(None, problem.hint(format!("cupaas.yaml has: {}", names.join(", ")))));
            continue;
        }
        if let Some((_, span)) = place.as_ref().filter(|(own, _)| *own)
            && follows.iter().any(|other: &FollowedBranch| other.target.environment == *environment)
        {
            let problem = Diagnostic::error(
                Code::UnsortedInvalid,
                span.clone(),
                format!("a second branch goes to {environment}"),
            );
            said.push(
                target.wrong(None, problem.hint("which of them is deployed there? take the other away")),
            );
            continue;
        }
        let record = path(&format!("releases/{environment}/{}/release.yaml", app.name))?;
        match crate::load::release_file::previous(files, &record) {
            Ok(record) => target.record = record,
            Err(failure) => {
                said.push(target.entry(None, SyncOutcome::Failed(failure)));
                continue;
            }
        }
        follows.push(FollowedBranch { target, branch, place });
    }
    Ok((follows, said))
}

fn pin(app: &Registered, environment: &str) -> Option<Pinned> {
    let image = app.file.value.environments.get(environment)?.image.clone()?;
    let place = app.file.at(&["environments", environment, "image"]).to_string();
    Some(Pinned { app: app.name.clone(), environment: environment.to_owned(), image, place })
}

/// A branch (nothing for the repository's own), its environment (empty where none is meant), and where that stands.
type Way = (Option<BranchName>, String, Option<(bool, Span)>);

fn ways(app: &Registered, platform: &Document<PlatformFile>) -> Vec<Way> {
    let own = app.file.value.branches.iter().filter_map(|(branch, environment)| {
        let place = app.file.key(&["branches", branch]);
        Some((Some(BranchName::parse(branch).ok()?), environment.0.clone(), Some((true, place))))
    });
    let own: Vec<Way> = own.collect();
    if !own.is_empty() {
        return own;
    }
    let environments = &platform.value.environments;
    let mut ways: Vec<Way> = Vec::new();
    for (name, settings) in environments {
        if let Some(branch) = settings.branch.as_deref().and_then(|branch| BranchName::parse(branch).ok()) {
            let place = platform.at(&["environments", name, "branch"]);
            ways.push((Some(branch), name.clone(), Some((false, place))));
        }
    }
    let open: Vec<&String> =
        environments.iter().filter(|(_, settings)| settings.branch.is_none()).map(|(name, _)| name).collect();
    match open.as_slice() {
        [] => {}
        [one] => ways.push((None, (*one).clone(), None)),
        _ => ways.push((None, String::new(), None)),
    }
    ways
}

impl Survey {
    /// The repositories that are to be asked, and for which branches.
    pub(super) fn repositories(&self) -> BTreeMap<RepositoryUrl, BTreeSet<BranchName>> {
        let mut all: BTreeMap<RepositoryUrl, BTreeSet<BranchName>> = BTreeMap::new();
        for follows in &self.follows {
            all.entry(follows.target.address.clone()).or_default().extend(follows.branch.clone());
        }
        all
    }

    /// Asks every repository once, many at once: what has moved on, and what is to be said of all others.
    pub(super) fn query_remotes(
        &mut self,
        options: &Options,
        remotes: &Remotes,
    ) -> (Vec<NewCommit>, Vec<SyncEntry>) {
        let repositories: Vec<_> = self.repositories().into_iter().collect();
        let answers =
            at_once(&repositories, options.at_once, |(address, branches)| remotes.heads(address, branches));
        let heads: BTreeMap<&RepositoryUrl, Result<Heads, Failure>> =
            repositories.iter().map(|(address, _)| address).zip(answers).collect();
        let (mut news, mut entries) = (Vec::new(), std::mem::take(&mut self.entries));
        for follows in &self.follows {
            match heads.get(&follows.target.address) {
                Some(Ok(heads)) => match self.judge(follows, heads) {
                    Ok(new) => news.push(new),
                    Err(entry) => entries.push(*entry),
                },
                Some(Err(failure)) => {
                    let outcome = SyncOutcome::Failed(failure.clone());
                    entries.push(follows.target.entry(follows.branch.as_ref(), outcome));
                }
                None => {}
            }
        }
        (news, entries)
    }

    /// What has moved on; else what is to be said.
    fn judge(&self, follows: &FollowedBranch, heads: &Heads) -> Result<NewCommit, Box<SyncEntry>> {
        let target = &follows.target;
        let default = heads.default.as_deref().and_then(|name| BranchName::parse(name).ok());
        let Some(branch) = follows.branch.clone().or_else(|| default.clone()) else {
            let message = "the repository does not say which of its branches is its own";
            let problem = Diagnostic::error(Code::UnsortedInvalid, target.place.clone(), message);
            let hint = format!("is it empty? else say it here: `branches: {{main: {}}}`", target.environment);
            return Err(Box::new(target.wrong(None, problem.hint(hint))));
        };
        let Some(commit) = heads.branches.get(branch.as_str()) else {
            return Err(Box::new(gone(follows, &branch, default.as_ref())));
        };
        // The platform's rule names this branch for another environment.
        let claimed = |other: &&FollowedBranch| {
            other.target.app == target.app
                && other.branch.as_ref() == Some(&branch)
                && follows.branch.is_none()
        };
        if let Some(other) = self.follows.iter().find(claimed) {
            let why = format!("its branch {branch} goes to {}", other.target.environment);
            return Err(Box::new(target.entry(Some(&branch), SyncOutcome::Skipped(why))));
        }
        let mut notes = Vec::new();
        let before = target.deployed().and_then(|record| record.source.branch.as_deref());
        if let Some(before) = before.filter(|before| *before != branch.as_str()) {
            notes.push(format!("follows {branch} now, it was {before} before"));
        }
        let said = |outcome| {
            let mut entry = target.entry(Some(&branch), outcome);
            entry.commit = Some(commit.clone());
            Err(Box::new(entry))
        };
        if target.record.as_ref().is_some_and(|record| record.removed) && !self.named.contains(&target.app) {
            return said(SyncOutcome::Removed);
        }
        match target.deployed() {
            Some(record) if record.source.commit.as_ref() == Some(commit) => {
                return said(SyncOutcome::UpToDate);
            }
            Some(_) if target.pin.is_some() => {
                let pin = target.pin.clone();
                return said(pin.map_or(SyncOutcome::UpToDate, SyncOutcome::Pinned));
            }
            _ => {}
        }
        Ok(NewCommit { target: target.clone(), branch, commit: commit.clone(), notes })
    }
}

/// A branch that is not there.
fn gone(follows: &FollowedBranch, branch: &BranchName, default: Option<&BranchName>) -> SyncEntry {
    let target = &follows.target;
    let deployed = target.deployed().and_then(|record| record.source.branch.as_deref());
    let own = matches!(follows.place, Some((true, _)));
    if !own && deployed != Some(branch.as_str()) {
        return target
            .entry(Some(branch), SyncOutcome::Skipped(format!("the repository has no branch {branch}")));
    }
    let span = follows.place.as_ref().map_or_else(|| target.place.clone(), |(_, span)| span.clone());
    let message = format!("the repository has no branch {branch}; what is deployed stays");
    let hint = match default {
        Some(default) => format!("where it was renamed, name the new one here; its own branch is {default}"),
        None => "is it empty?".to_owned(),
    };
    target.wrong(Some(branch), Diagnostic::error(Code::UnsortedInvalid, span, message).hint(hint))
}
