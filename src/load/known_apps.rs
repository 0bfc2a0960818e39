//! Which apps the GitOps repository knows: those that are registered, and those of which anything stands in `releases/`.

use crate::diagnostic::{Code, Failure};
use crate::layout::path;
use crate::load::gitops::Gitops;
use crate::load::requires::read_platform;
use crate::load::{records, registered};
use crate::tree::RepoPath;

/// Whether `name` is registered, deployed, or has anything that waits for it, in an environment of the platform.
///
/// Errors: a platform that is wrong, or the repository's own.
pub fn is_known(name: &str, gitops: &mut Gitops) -> Result<bool, Failure> {
    let platform = read_platform(&gitops.read(&[path("cupaas.yaml")?])?).map_err(Failure::invalid)?;
    let environments = platform.value.environments.keys();
    let mut places: Vec<RepoPath> =
        environments.map(|name_of| path(&format!("releases/{name_of}/{name}"))).collect::<Result<_, _>>()?;
    places.extend(registered::paths_of(name)?);
    Ok(!gitops.read(&places)?.is_empty())
}

/// The failure of a run that names an app which is not there, with the name that it may have meant.
pub fn unknown(name: &str, gitops: &mut Gitops) -> Failure {
    let names = || -> Result<Vec<String>, Failure> {
        let (registered, _) = registered::all(gitops, false)?;
        let registered = registered.into_iter().map(|app| app.name);
        Ok(registered.chain(records::records(gitops)?.into_iter().map(|release| release.app)).collect())
    };
    // Whatever is wrong with other files is not what this run is about.
    let names = { names }().unwrap_or_default();
    if names.iter().any(|known| known == name) {
        return Failure::new(
            Code::UnsortedUsage,
            format!("{name} was removed: nothing of it runs, and what it has left waits"),
        )
        .hint("`cupaas app add URL` and a deploy bring it back");
    }
    let failure = Failure::new(Code::UnsortedUsage, format!("{name:?} is neither registered nor deployed"));
    match crate::schema::suggest(name, names.iter().map(String::as_str)) {
        Some(close) => failure.hint(format!("did you mean {close:?}?")),
        None => failure
            .hint("`cupaas app list` shows all apps")
            .hint("`cupaas app add URL` registers one; so does its first deploy"),
    }
}
