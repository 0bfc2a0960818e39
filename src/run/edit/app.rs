//! `app add`: an address → `apps/<app>.yaml`.

use crate::diagnostic::{Code, Diagnostic, Failure, Source, Span, typed};
use crate::git::BranchName;
use crate::load::app_name::default_name;
use crate::load::gitops::Gitops;
use crate::load::inputs::Inputs;
use crate::load::query::ReleaseQuery;
use crate::load::release_file::{ReleaseFile, SourceFacts};
use crate::load::scalars::Name;
use crate::load::{environments, records, registered};
use crate::names;
use crate::repository::{same_repository, without_credentials};
use crate::run::edit::command::AddApp;
use crate::run::edit::registered_app::{Edit, RegisteredApp};
use crate::run::spec::RunSpec;
use crate::tree::{Edits, RepoPath};
use crate::yaml::edit::{self, YamlEdit};

/// Registers the app, or adds branches to its registration.
pub(super) fn add(spec: &RunSpec, add: &AddApp, gitops: &mut Gitops) -> Result<Edit, Failure> {
    let shown = without_credentials(&add.url);
    let address = registered::address_problem(&add.url, spec.query.ci)
        .map_err(|(message, hint)| typed(Code::InvalidArgument, "URL", &shown, message, hint))?;
    let url = match address.local() {
        Some(folder) => folder.display().to_string(),
        None => add.url.clone(),
    };
    let path = registered::plain(&add.path).to_owned();
    if !path.is_empty() && RepoPath::new(path.as_str()).is_err() {
        let hint = "such as services/tasks";
        return Err(typed(
            Code::InvalidArgument,
            "--path",
            &add.path,
            "not a folder inside the repository",
            hint,
        ));
    }
    let name = name(add, &url, &path)?;
    let known = RegisteredApp::read(spec, &name, gitops)?;
    check_branches(add, &known)?;
    taken(&known, &records::of_app(&name, gitops)?, &url, &path)?;
    let (others, problems) = registered::all(gitops, spec.query.ci)?;
    if !problems.is_empty() {
        return Err(Failure::invalid(problems));
    }
    let twin = others.iter().find(|other| other.name != name && other.is_from(&url, &path));
    if let Some(twin) = twin {
        let message = format!("this repository is already registered as {}", twin.name);
        let problem = Diagnostic::error(Code::RepositoryRegistered, twin.file.at(&["repository"]), message);
        return Err(Failure::invalid(vec![problem.hint(format!("`cupaas app show {}`", twin.name))]));
    }
    let set = |path: &[&str], value: &str| {
        YamlEdit::Set(path.iter().map(|key| (*key).to_owned()).collect(), value.to_owned())
    };
    let mut changes = Vec::new();
    if known.file.value.repository.is_none() {
        changes.push(set(&["repository"], &url));
    }
    if !path.is_empty() {
        changes.push(set(&["path"], &path));
    }
    changes.extend(add.branches.iter().map(|(branch, to)| set(&["branches", branch], to)));
    Ok(Edit {
        files: known.changed(&changes)?,
        subject: Some(format!("app({name}): add {url}")),
        app: Some(name),
        scope: None,
        ..Edit::default()
    })
}

fn check_branches(add: &AddApp, known: &RegisteredApp) -> Result<(), Failure> {
    for (branch, environment) in &add.branches {
        let text = format!("{branch}={environment}");
        if BranchName::parse(branch).is_err() {
            let message = format!("{branch:?} is not a valid branch name");
            return Err(typed(Code::InvalidArgument, "--branch", &text, message, "such as main=production"));
        }
        let platform = &known.platform.value;
        if !platform.environments.contains_key(environment) {
            let (message, hint) = environments::message(environment, platform);
            return Err(typed(Code::UnknownEnvironment, "--branch", &text, message, hint));
        }
    }
    Ok(())
}

fn name(add: &AddApp, url: &str, path: &str) -> Result<String, Failure> {
    let source =
        SourceFacts { repository: Some(url.to_owned()), path: path.to_owned(), ..SourceFacts::default() };
    let folder_name = path.rsplit('/').next().unwrap_or_default().to_owned();
    let name = add
        .name
        .clone()
        .or_else(|| default_name(&ReleaseQuery { source, folder_name, ..ReleaseQuery::default() }));
    match name {
        Some(name) if Name::fits(&name) => Ok(name),
        Some(name) => Err(typed(Code::InvalidArgument, "--name", &name, "not a valid app name", Name::HINT)),
        None => {
            let message = "no app name can be derived from this URL";
            Err(typed(Code::InvalidArgument, "URL", &without_credentials(url), message, "pass --name"))
        }
    }
}

/// Whether the name is another app's: registered for another repository, or deployed from one, be it that only its data
/// is left.
fn taken(known: &RegisteredApp, releases: &[ReleaseFile], url: &str, path: &str) -> Result<(), Failure> {
    let hint = "choose another name with --name";
    let file = &known.file;
    if let Some(theirs) = &file.value.repository {
        let same = same_repository(theirs, url);
        let path_is_theirs = registered::folder(&file.value) == path;
        if !same || !path_is_theirs {
            let at: Span = file.at(if same { &["path"] } else { &["repository"] });
            let message = format!("{} is taken: registered for another repository or folder", known.name);
            return Err(Failure::invalid(vec![
                Diagnostic::error(Code::NameRegistered, at, message).hint(hint),
            ]));
        }
    }
    let others = releases.iter().find(|release| {
        let theirs = release.source.repository.as_deref();
        theirs.is_some_and(|theirs| !same_repository(theirs, url))
            || (theirs.is_some() && release.source.path != path)
    });
    match others {
        None => Ok(()),
        Some(release) => {
            let shown = without_credentials(url);
            Err(typed(Code::NameTaken, "URL", &shown, owner(release), remedy(release, hint)))
        }
    }
}

fn owner(release: &ReleaseFile) -> String {
    let ReleaseFile { app, environment, source, .. } = release;
    let from = source.repository.as_deref().map(without_credentials).unwrap_or_default();
    let from = if source.path.is_empty() { from } else { format!("{from} ({})", source.path) };
    if release.removed {
        return format!("{app} is taken: data of a removed app from {from} is kept in {environment}");
    }
    format!("{app} is taken: deployed in {environment} from {from}")
}

fn remedy(release: &ReleaseFile, hint: &str) -> String {
    let place = format!("releases/{}/{}", release.environment, release.app);
    let moved = format!("if its repository moved, edit `source` in {place}/release.yaml");
    if !release.removed {
        return format!("{hint}; {moved}");
    }
    let namespace = names::namespace(&release.app, &release.environment);
    format!(
        "{hint}; {moved}; to free the name, delete the kept data: `kubectl delete namespace {namespace}`, and `git rm -r {place}`"
    )
}

/// The registration that an app's first deploy writes: where it comes from. Nothing where it is registered, or comes
/// from no repository. Branches are for people to say: one deploy does not tell where they go.
///
/// # Errors
/// None but cupaas's own.
pub(crate) fn first_deploy(inputs: &Inputs) -> Result<Edits, Failure> {
    let (None, Some(url)) = (&inputs.registration, &inputs.query.source.repository) else {
        return Ok(Edits::new());
    };
    // An address that no one else could fetch from would only be refused by the next reader.
    if registered::address_problem(url, true).is_err() {
        return Ok(Edits::new());
    }
    let path = &inputs.query.source.path;
    let set = |key: &str, value: &str| YamlEdit::Set(vec![key.to_owned()], value.to_owned());
    let mut changes = vec![set("repository", url)];
    changes.extend((!path.is_empty()).then(|| set("path", path)));
    let place = registered::file_of(&inputs.name)?;
    let new = edit::edit(&Source::new(place.as_str(), "format: 1\n"), &changes).map_err(Failure::invalid)?;
    Ok([(place, Some(new.text.clone()))].into())
}
