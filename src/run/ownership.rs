//! Whether an app may be touched from here.

use std::path::Path;

use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::git;
use crate::layout::Folders;
use crate::load::current::Current;
use crate::load::gitops::Gitops;
use crate::load::inputs::Inputs;
use crate::load::platform::RegistrationFile;
use crate::load::release_file::{ReleaseFile, SourceFacts};
use crate::load::{app_name, registered};
use crate::repository::{same_repository, short, without_credentials};

/// Why this run may not touch that app: what is deployed, or registered, comes from elsewhere.
pub(super) fn other_owner(
    current: &Current,
    source: &SourceFacts,
    registration: Option<&RegistrationFile>,
) -> Option<Failure> {
    let is = place(source.repository.as_deref(), &source.path);
    let hint = "give this app another `name`, or state its repository with --source-repository";
    if let Some(file) = registration
        && let (Some(owner), Some(ours)) = (&file.repository, &source.repository)
        && (!same_repository(owner, ours) || registered::folder(file) != source.path)
    {
        let owner = place(Some(owner), registered::folder(file));
        let message = format!("this name is registered for {owner}, but this is {is}");
        return Some(Failure::new(Code::OwnerMismatch, message).hint(hint));
    }
    let previous = current.previous.as_ref()?;
    let same = match (&previous.source.repository, &source.repository) {
        (Some(was), Some(is)) => same_repository(was, is) && previous.source.path == source.path,
        (None, None) => true,
        _ => false,
    };
    if same {
        return None;
    }
    let was = place(previous.source.repository.as_deref(), &previous.source.path);
    let message = format!("{} in {} comes from {was}, but this is {is}", previous.app, previous.environment);
    let file = &current.folders.release;
    let moved = format!("if the repository moved, edit `source` in {file}/release.yaml");
    Some(Failure::new(Code::OwnerMismatch, message).hint(hint).hint(moved))
}

/// The same, in the local repository: what is deployed there comes from another repository, or from another folder of it.
pub(super) fn other_local_owner(current: &Current, source: &SourceFacts, folder: &Path) -> Option<Failure> {
    let previous = current.previous.as_ref().filter(|previous| !previous.removed)?;
    let (app, environment) = (&previous.app, &previous.environment);
    let was = &previous.source;
    let is = place(source.repository.as_deref(), &source.path);
    let (from, remedy) = match (&was.repository, &source.repository) {
        (Some(theirs), Some(ours)) if same_repository(theirs, ours) && was.path == source.path => {
            return None;
        }
        (Some(theirs), _) => {
            let theirs = without_credentials(theirs);
            let remedy =
                format!("if it is the same app, state where it comes from: --source-repository {theirs}");
            (place(Some(&theirs), &was.path), remedy)
        }
        // Without an address, what a repository has tells it from others.
        (None, None) => {
            let commit = was.commit.as_deref().filter(|commit| git::is_foreign(folder, commit))?;
            let from =
                format!("a repository with the commit {}, which this one does not have", short(commit));
            (from, "if it is the same app, state where it comes from: --source-repository URL".to_owned())
        }
        (None, Some(_)) => return None,
    };
    let message = format!("{app} in {environment} comes from {from}, but this is {is}");
    Some(
        Failure::new(Code::OwnerMismatch, message)
            .hint("give this app another `name`")
            .hint(format!("or remove that one first: `cupaas remove --app {app} --env {environment}`"))
            .hint(remedy),
    )
}

/// What people call the source of an app.
fn place(repository: Option<&str>, path: &str) -> String {
    match (repository, path) {
        (Some(repository), "") => without_credentials(repository),
        (Some(repository), path) => format!("{} ({path})", without_credentials(repository)),
        (None, _) => "a folder without a remote repository".to_owned(),
    }
}

/// A name is frozen with the first deploy: one that is written later would make a second app, without its data.
///
/// That is the problem of an app that is deployed under the name that it had before its file said one.
///
/// # Errors
/// The repository's own.
pub(crate) fn renamed(
    gitops: &mut Gitops,
    inputs: &Inputs,
    environment: &str,
) -> Result<Option<Diagnostic>, Failure> {
    let Some(before) = app_name::default_name(&inputs.query).filter(|name| *name != inputs.name) else {
        return Ok(None);
    };
    let (None, Some(_)) = (&inputs.query.app, &inputs.app.value.name) else { return Ok(None) };
    let folders = Folders::new("any", environment, &before)?;
    let record = Folders::below(&folders.release, "release.yaml")?;
    let deployed =
        crate::load::release_file::previous(&gitops.read(std::slice::from_ref(&record))?, &record)?;
    let source = &inputs.query.source;
    let ours = |release: &ReleaseFile| {
        let both = release.source.repository.as_ref().zip(source.repository.as_ref());
        !release.removed
            && release.source.path == source.path
            && both.is_some_and(|(was, is)| same_repository(was, is))
    };
    if !deployed.is_some_and(|release| ours(&release)) {
        return Ok(None);
    }
    let message = format!(
        "this app is deployed in {environment} as {before:?}, and its name cannot change after the first deploy"
    );
    let problem = Diagnostic::error(Code::AppRenamed, inputs.app.at(&["name"]), message).hint(format!(
        "set `name: {before}`, or first run `cupaas remove --app {before} --env {environment}`"
    ));
    Ok(Some(problem))
}
