//! Which app and environment a run is about whose files are wrong, as far as something still says so.

use std::sync::Arc;

use super::app_folder;
use super::app_name::default_name;
use super::gitops::Gitops;
use super::inputs::{Asked, path};
use super::registered;
use super::requires::read_platform;
use super::words::Name;
use super::yaml;
use crate::diagnostic::Source;
use crate::resolve::environment;

/// App and environment, chosen as for files that are right; nothing where that is unknown, or where the platform's own
/// settings are what is wrong.
pub fn meant(asked: &Asked, gitops: &mut Gitops) -> Option<(String, String)> {
    let app = app(asked, gitops)?;
    let mut places = registered::paths_of(&app).ok()?.to_vec();
    places.push(path("cupaas.yaml").ok()?);
    let files = gitops.read(&places).ok()?;
    let platform = read_platform(&files).ok()?;
    let (registration, _) = registered::of(&app, &files, asked.ci).ok()?;
    let (name, _) = environment::wanted(asked, None, registration.as_ref(), &platform).ok()?;
    platform.value.environments.contains_key(&name).then_some((app, name))
}

fn app(asked: &Asked, gitops: &mut Gitops) -> Option<String> {
    if let Some(name) = &asked.app {
        return Some(name.clone()).filter(|name| Name::fits(name));
    }
    let file = app_folder::app_file(&asked.folder, asked.called.as_deref()).ok();
    let there = file.is_some();
    if let Some(name) = file.and_then(|file| written(&file)) {
        return Some(name);
    }
    // A folder without such a file is an app's only as far as its repository says so.
    let by_itself = default_name(asked).filter(|_| there || asked.source.repository.is_some());
    registered::name_of(&asked.source, by_itself.as_deref(), gitops).ok()?.or(by_itself)
}

/// The name that a file says, whatever else is wrong with it. Of what is no YAML it is the line that begins so.
pub(crate) fn written(file: &Arc<Source>) -> Option<String> {
    let name = match yaml::parse(file) {
        Ok(root) => root.get("name")?.text()?.to_owned(),
        Err(_) => {
            let value = file.text.lines().find_map(|line| line.strip_prefix("name:"))?;
            let value = value.split(" #").next().unwrap_or_default();
            value.trim().trim_matches(['"', '\'']).to_owned()
        }
    };
    Some(name).filter(|name| Name::fits(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_from_a_file_that_is_wrong() {
        let name = |text: &str| written(&Source::new(".cupaas", text));
        assert_eq!(name("name: shop\nruntime: nonsense\n").as_deref(), Some("shop"));
        assert_eq!(name("name: shop # ours\nruntime: [\n").as_deref(), Some("shop"));
        assert_eq!(name("runtime: {\nname: \"shop\n").as_deref(), Some("shop"));
        assert_eq!(name("name: shop\nname: shop\n").as_deref(), Some("shop"));
        for unknown in ["runtime: [\n", "name: My Shop\n", "name: [a]\n", "env:\n  name: x\n", ""] {
            assert_eq!(name(unknown), None, "{unknown}");
        }
    }
}
