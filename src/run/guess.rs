//! Which app and environment a run is about whose files are wrong, as far as something still says so.

use crate::layout::path;
use crate::load::app_name::{default_name, name_in};
use crate::load::gitops::Gitops;
use crate::load::query::ReleaseQuery;
use crate::load::requires::read_platform;
use crate::load::scalars::Name;
use crate::load::{app_folder, registered};
use crate::resolve::environment;

/// App and environment, chosen as for files that are right; nothing where that is unknown, or where the platform's own
/// settings are what is wrong.
pub(super) fn guess(query: &ReleaseQuery, gitops: &mut Gitops) -> Option<(String, String)> {
    let app = app(query, gitops)?;
    let mut places = registered::paths_of(&app).ok()?.to_vec();
    places.push(path("cupaas.yaml").ok()?);
    let files = gitops.read(&places).ok()?;
    let platform = read_platform(&files).ok()?;
    let (registration, _) = registered::of(&app, &files, query.ci).ok()?;
    let (name, _) = environment::wanted(query, None, registration.as_ref(), &platform).ok()?;
    platform.value.environments.contains_key(&name).then_some((app, name))
}

fn app(query: &ReleaseQuery, gitops: &mut Gitops) -> Option<String> {
    if let Some(name) = &query.app {
        return Some(name.clone()).filter(|name| Name::fits(name));
    }
    let file = app_folder::app_file(&query.folder, query.called.as_deref()).ok();
    let there = file.is_some();
    if let Some(name) = file.and_then(|file| name_in(&file)) {
        return Some(name);
    }
    // A folder without such a file is an app's only as far as its repository says so.
    let by_itself = default_name(query).filter(|_| there || query.source.repository.is_some());
    registered::name_of(&query.source, by_itself.as_deref(), gitops).ok()?.or(by_itself)
}
