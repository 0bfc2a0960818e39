//! Where the history of the app in a folder can be had beyond its checkout, and with which of the job's tokens.

use crate::diagnostic::Failure;
use crate::git::{AppRemote, RepositoryUrl, origin_of};
use crate::request::environment::Environment;
use crate::request::{forge, sync};
use crate::run::spec::{RunSpec, Selection};

/// What the checkout was cloned from, and the address that somebody has stated. A token goes where it is for: what the
/// checkout was cloned with, the job's own to its own repository, `CUPAAS_SOURCE_TOKEN` to its hosts.
///
/// # Errors
/// `Usage` where `CUPAAS_SOURCE_HOSTS` is wrong.
pub(super) fn app_remotes(spec: &RunSpec, env: &Environment) -> Result<Vec<AppRemote>, Failure> {
    if spec.selection != Selection::Folder || spec.query.source.commit.is_none() {
        return Ok(Vec::new());
    }
    let folder = &spec.query.folder;
    let stated = spec.query.source.repository.as_deref();
    let stated = stated.and_then(|address| RepositoryUrl::read(address, folder).ok());
    let mut all: Vec<AppRemote> = origin_of(folder).into_iter().collect();
    all.extend(stated.map(|address| AppRemote { address, token: None }));
    all.dedup_by(|later, first| later.address == first.address);
    let job = env.ci.as_ref().and_then(forge::job);
    let given = sync::token(&spec.gitops)?;
    for remote in all.iter_mut().filter(|remote| remote.token.is_none()) {
        let of_job = || job.as_ref()?.token_for(remote.address.as_str()).cloned();
        let of_apps = given.as_ref().and_then(|token| token.for_address(&remote.address)).cloned();
        remote.token = of_apps.or_else(of_job);
    }
    Ok(all)
}
