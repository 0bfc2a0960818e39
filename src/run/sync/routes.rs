//! A registration and the platform → the branches of the app that are followed, and where each of them goes.

use std::path::Path;

use crate::diagnostic::{Code, Diagnostic, Failure, Span};
use crate::git::{BranchName, RepositoryUrl};
use crate::layout::path;
use crate::load::environments;
use crate::load::platform::PlatformFile;
use crate::load::registered::Registered;
use crate::load::release_file::{ReleaseFile, previous};
use crate::outcome::sync::{SyncEntry, SyncOutcome};
use crate::resolve::image::Pinned;
use crate::tree::Files;
use crate::yaml::document::Document;

/// An app in an environment, and the branch that goes there.
#[derive(Debug, Clone)]
pub(super) struct FollowedBranch {
    pub(super) target: FollowedApp,
    /// The branch; nothing for the repository's own.
    pub(super) branch: Option<BranchName>,
    /// Whether the app's own registration names it, and where it is named.
    pub(super) place: Option<(bool, Span)>,
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
    pub(super) place: Span,
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

    pub(super) fn wrong(&self, branch: Option<&BranchName>, problem: Diagnostic) -> SyncEntry {
        self.entry(branch, SyncOutcome::Failed(Failure::invalid(vec![problem])))
    }

    /// What is deployed, where it is.
    pub(super) fn deployed(&self) -> Option<&ReleaseFile> {
        self.record.as_ref().filter(|record| !record.removed)
    }
}

/// Where an app's branches go: as its registration says, else as the platform does. `files` are at least the records.
///
/// # Errors
/// An address that cannot be read.
pub(super) fn of_app(
    app: &Registered,
    platform: &Document<PlatformFile>,
    files: &Files,
) -> Result<(Vec<FollowedBranch>, Vec<SyncEntry>), Failure> {
    let Some(repository) = app.file.value.repository.clone() else {
        let why = "its registration names no `repository`";
        return Ok((Vec::new(), vec![SyncEntry::of(&app.name, SyncOutcome::Skipped(why.to_owned()))]));
    };
    let address = RepositoryUrl::parse(&repository, Path::new("/"))?;
    let (mut follows, mut entries) = (Vec::new(), Vec::new());
    for Route { branch, environment, place } in routes(app, platform) {
        let target = FollowedApp {
            app: app.name.clone(),
            pin: pin(app, &environment),
            environment,
            repository: repository.clone(),
            address: address.clone(),
            path: app.path().to_owned(),
            record: None,
            place: app.file.at(&["repository"]),
        };
        match checked(FollowedBranch { target, branch, place }, &follows, platform, files) {
            Ok(followed) => follows.push(followed),
            Err(entry) => entries.push(*entry),
        }
    }
    Ok((follows, entries))
}

/// The same with what is deployed, where the branch can be followed beside `others`; else what is to be said of it.
fn checked(
    mut followed: FollowedBranch,
    others: &[FollowedBranch],
    platform: &Document<PlatformFile>,
    files: &Files,
) -> Result<FollowedBranch, Box<SyncEntry>> {
    let FollowedBranch { target, place, .. } = &followed;
    let environment = &target.environment;
    if environment.is_empty() {
        let why = "no branch is registered, and the platform has several environments without one";
        let entry = target.entry(None, SyncOutcome::Skipped(why.to_owned()));
        return Err(Box::new(SyncEntry { environment: None, ..entry }));
    }
    if !platform.value.environments.contains_key(environment) {
        let span = place.as_ref().map_or_else(|| target.place.clone(), |(_, span)| span.clone());
        let problem = environments::undeclared(environment, &platform.value, span);
        return Err(Box::new(target.wrong(None, problem)));
    }
    if let Some((_, span)) = place.as_ref().filter(|(own, _)| *own)
        && others.iter().any(|other| other.target.environment == *environment)
    {
        let message = format!("a second branch goes to {environment}");
        let problem = Diagnostic::error(Code::ConflictingBranches, span.clone(), message);
        return Err(Box::new(target.wrong(None, problem.hint("remove one of the two"))));
    }
    let record = path(&format!("releases/{environment}/{}/release.yaml", target.app));
    let record = record.and_then(|record| previous(files, &record));
    followed.target.record =
        record.map_err(|failure| Box::new(followed.target.entry(None, SyncOutcome::Failed(failure))))?;
    Ok(followed)
}

fn pin(app: &Registered, environment: &str) -> Option<Pinned> {
    let image = app.file.value.environments.get(environment)?.image.clone()?;
    let place = app.file.at(&["environments", environment, "image"]).to_string();
    Some(Pinned { app: app.name.clone(), environment: environment.to_owned(), image, place })
}

/// A branch, and the environment that it goes to.
struct Route {
    /// Nothing for the repository's default branch.
    branch: Option<BranchName>,
    /// Empty where several are possible.
    environment: String,
    /// Whether the app's own registration says so, and where it is said.
    place: Option<(bool, Span)>,
}

fn routes(app: &Registered, platform: &Document<PlatformFile>) -> Vec<Route> {
    let own = app.file.value.branches.iter().filter_map(|(branch, environment)| {
        let place = Some((true, app.file.key(&["branches", branch])));
        Some(Route {
            branch: Some(BranchName::parse(branch).ok()?),
            environment: environment.0.clone(),
            place,
        })
    });
    let own: Vec<Route> = own.collect();
    if !own.is_empty() {
        return own;
    }
    let environments = &platform.value.environments;
    let by_branch = environments.iter().filter_map(|(name, settings)| {
        let branch = BranchName::parse(settings.branch.as_deref()?).ok()?;
        let place = platform.at(&["environments", name, "branch"]);
        Some(Route { branch: Some(branch), environment: name.clone(), place: Some((false, place)) })
    });
    let mut routes: Vec<Route> = by_branch.collect();
    let open: Vec<&String> =
        environments.iter().filter(|(_, settings)| settings.branch.is_none()).map(|(name, _)| name).collect();
    let rest = match open.as_slice() {
        [] => None,
        [one] => Some((*one).clone()),
        _ => Some(String::new()),
    };
    routes.extend(rest.map(|environment| Route { branch: None, environment, place: None }));
    routes
}
