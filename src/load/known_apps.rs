//! Which apps the GitOps repository knows: those that are registered, and those of which anything stands in `releases/`.

use crate::diagnostic::{Code, Failure};
use crate::layout::path;
use crate::load::gitops::Gitops;
use crate::load::records::Scope;
use crate::load::release_file::ReleaseFile;
use crate::load::{records, registered};
use crate::tree::RepoPath;

/// Whether `name` is registered, deployed, or has anything that waits for it, in an environment of the platform.
///
/// # Errors
/// When the platform is invalid, or the GitOps repository cannot be read.
pub(crate) fn is_known(name: &str, gitops: &mut Gitops) -> Result<bool, Failure> {
    let platform = gitops.platform()?;
    let environments = platform.value.environments.keys();
    let mut places: Vec<RepoPath> =
        environments.map(|name_of| path(&format!("releases/{name_of}/{name}"))).collect::<Result<_, _>>()?;
    places.extend(registered::paths_of(name)?);
    Ok(!gitops.read(&places)?.is_empty())
}

/// The failure of a run that finds no release of the app that it names: it may be no app at all.
pub(crate) fn no_release(name: &str, scope: &Scope, gitops: &mut Gitops) -> Failure {
    match is_known(name, gitops) {
        Ok(true) => records::none(name, scope),
        Ok(false) => unknown(name, gitops),
        Err(failure) => failure,
    }
}

/// The failure of a run that finds no release of the app in the environments that there are; nothing where it has none in
/// another either.
pub(crate) fn elsewhere(name: &str, gitops: &mut Gitops) -> Option<Failure> {
    undeclared(name, &records::records(gitops).unwrap_or_default())
}

fn undeclared(name: &str, releases: &[ReleaseFile]) -> Option<Failure> {
    let running = releases.iter().find(|release| release.app == name && !release.removed)?;
    let environment = &running.environment;
    let message =
        format!("{name} is deployed in {environment}, and cupaas.yaml has no environment of that name");
    let hint = "declare it again under `environments`: its release and its data are kept by that name";
    Some(Failure::new(Code::UndeclaredEnvironment, message).hint(hint))
}

/// The failure of a run that names an app which is not there, with the name that it may have meant.
pub(crate) fn unknown(name: &str, gitops: &mut Gitops) -> Failure {
    // Whatever is wrong with other files is not what this run is about.
    let releases = records::records(gitops).unwrap_or_default();
    let registered = registered::all(gitops, false).map(|(apps, _)| apps).unwrap_or_default();
    let of_releases = releases.iter().map(|release| release.app.clone());
    let names: Vec<String> = registered.into_iter().map(|app| app.name).chain(of_releases).collect();
    if let Some(failure) = undeclared(name, &releases) {
        return failure;
    }
    if names.iter().any(|known| known == name) {
        return Failure::new(
            Code::AppRemoved,
            format!("{name} was removed; only its data and credentials are kept"),
        )
        .hint("to bring it back, register it with `cupaas app add URL` and deploy it");
    }
    let failure = Failure::new(Code::UnknownApp, format!("{name:?} is neither registered nor deployed"));
    match crate::schema::suggest(name, names.iter().map(String::as_str)) {
        Some(close) => failure.hint(format!("did you mean {close:?}?")),
        None => failure
            .hint("`cupaas app list` shows all apps")
            .hint("`cupaas app add URL` registers an app; so does its first deploy"),
    }
}
