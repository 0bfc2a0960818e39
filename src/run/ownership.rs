//! Whether an app may be touched from here.

use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::layout::Folders;
use crate::load::current::Current;
use crate::load::gitops::Gitops;
use crate::load::inputs::Inputs;
use crate::load::platform::RegistrationFile;
use crate::load::release_file::{ReleaseFile, SourceFacts};
use crate::load::{app_name, registered};
use crate::repository::{same_repository, without_credentials};

/// Why this run may not touch that app: what is deployed, or registered, comes from elsewhere.
pub(super) fn other_owner(
    current: &Current,
    source: &SourceFacts,
    registration: Option<&RegistrationFile>,
) -> Option<Failure> {
    let place = |repository: Option<&str>, path: &str| match (repository, path) {
        (Some(repository), "") => without_credentials(repository),
        (Some(repository), path) => format!("{} ({path})", without_credentials(repository)),
        (None, _) => "a folder without a repository".to_owned(),
    };
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
