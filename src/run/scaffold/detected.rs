//! Which runtime the app in a folder needs, by the names of its files.

use std::path::Path;

use walkdir::WalkDir;

use crate::diagnostic::Failure;
use crate::load::app_files::SKIPPED;
use crate::load::app_folder::APP_FILES;
use crate::load::catalog::{Catalog, RecipeKind};
use crate::load::path_pattern::matches;

/// The first runtime, by name, one of whose markers stands in the folder or in a folder of it, as they say, else one of whose
/// weak markers does; and the file that tells.
///
/// # Errors
/// A recipe that is wrong.
pub(super) fn runtime(catalog: &Catalog, folder: &Path) -> Result<Option<(String, String)>, Failure> {
    let names = names(folder);
    if let Some(file) = names.iter().find(|name| *name == "Dockerfile") {
        return Ok(Some(("dockerfile".to_owned(), file.clone())));
    }
    let mut by_weak = None;
    for name in catalog.names(RecipeKind::Runtime) {
        let Some(recipe) = catalog.get(RecipeKind::Runtime, &name).map_err(Failure::invalid)? else {
            continue;
        };
        let recipe = &recipe.description.value;
        if let Some(file) = first(&names, &recipe.markers) {
            return Ok(Some((name, file)));
        }
        by_weak = by_weak.or_else(|| Some((name, first(&names, &recipe.weak_markers)?)));
    }
    Ok(by_weak)
}

/// The first runtime that is none of `taken`, one of whose markers stands there too; and the file that tells.
///
/// # Errors
/// A recipe that is wrong.
pub(super) fn beside(
    catalog: &Catalog,
    folder: &Path,
    taken: &[&str],
) -> Result<Option<(String, String)>, Failure> {
    let names = names(folder);
    for name in catalog.names(RecipeKind::Runtime).into_iter().filter(|name| !taken.contains(&name.as_str()))
    {
        let recipe = catalog.get(RecipeKind::Runtime, &name).map_err(Failure::invalid)?;
        if let Some(file) = recipe.and_then(|recipe| first(&names, &recipe.description.value.markers)) {
            return Ok(Some((name, file)));
        }
    }
    Ok(None)
}

/// A folder in an app's folder that has an app itself: its name, the file that tells, and the runtime.
pub(super) struct Below {
    pub(super) folder: String,
    pub(super) file: String,
    pub(super) runtime: String,
}

/// The folders of a folder in which an app is, by name.
///
/// # Errors
/// A recipe that is wrong.
pub(super) fn below(catalog: &Catalog, folder: &Path) -> Result<Vec<Below>, Failure> {
    let mut found = Vec::new();
    let hidden = |name: &String| name.contains('/') || name.starts_with('.');
    for name in names(folder).into_iter().filter(|name| !hidden(name) && folder.join(name).is_dir()) {
        if let Some((runtime, file)) = runtime(catalog, &folder.join(&name))? {
            found.push(Below { folder: name, file, runtime });
        }
    }
    Ok(found)
}

/// The first of the names that fits one of the patterns.
fn first(names: &[String], patterns: &[String]) -> Option<String> {
    names.iter().find(|name| patterns.iter().any(|pattern| matches(pattern, name))).cloned()
}

/// The file that says that an app is in a folder.
pub(super) fn app_in(folder: &Path) -> Option<String> {
    let names = names(folder);
    let own = names.iter().find(|name| APP_FILES.contains(&name.as_str()) || *name == "Procfile");
    own.cloned().or_else(|| Some(runtime(&Catalog::default(), folder).ok()??.1))
}

/// What is at the top of the folder and one folder deep, as paths from it; nothing in folders that hold no part of an app.
fn names(folder: &Path) -> Vec<String> {
    let walk = WalkDir::new(folder).min_depth(1).max_depth(2).sort_by_file_name();
    let walk = walk.into_iter().filter_entry(|entry| {
        entry.depth() != 1 || entry.file_name().to_str().is_some_and(|name| !SKIPPED.contains(&name))
    });
    walk.filter_map(|entry| Some(entry.ok()?.path().strip_prefix(folder).ok()?.to_str()?.to_owned()))
        .collect()
}
