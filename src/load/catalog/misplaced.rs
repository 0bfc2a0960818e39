//! Files of a GitOps repository that look like recipes and stand where nobody looks for them.

use std::collections::BTreeSet;

use crate::diagnostic::{Code, Diagnostic, Source, Span};
use crate::schema::suggest;
use crate::tree::Files;

/// Folders of recipes.
const KINDS: [&str; 2] = ["runtimes", "services"];
/// What `catalog/` may hold.
const FOLDERS: [&str; 3] = ["runtimes", "schemas", "services"];
/// What somebody may have called `catalog/`.
pub(super) const SLIPS: [&str; 7] =
    ["catalogue", "catalogs", "catalogues", "Catalog", "catlog", "cataloge", "catalogo"];

/// What stands in the wrong place.
pub(super) struct Misplaced {
    /// The file, or the beginning of the paths in its folder.
    pub(super) below: String,
    /// What is said of it.
    pub(super) problem: Diagnostic,
}

/// All of them, each folder once.
pub(super) fn find(files: &Files, shown: &dyn Fn(&str) -> String) -> Vec<Misplaced> {
    let recipes: BTreeSet<&str> =
        files.keys().map(|path| path.as_str()).filter(|path| is_recipe(path)).collect();
    let mut said: BTreeSet<String> = BTreeSet::new();
    let mut found = Vec::new();
    for (path, text) in files {
        let parts: Vec<&str> = path.as_str().split('/').collect();
        let Some((folder, message, hint)) = wrong(&parts, &recipes) else { continue };
        if said.insert(folder.clone()) {
            let place = Span::file(&Source::new(shown(path.as_str()), text.as_str()));
            let problem = Diagnostic::error(Code::MisplacedFile, place, message).hint(hint);
            found.push(Misplaced { below: folder, problem });
        }
    }
    found
}

/// Cases of recipes that stand in a folder of another name than `cases/`, each folder once: nobody runs them.
pub(super) fn cases(files: &Files, shown: &dyn Fn(&str) -> String) -> Vec<Diagnostic> {
    let mut said: BTreeSet<String> = BTreeSet::new();
    let mut found = Vec::new();
    for (path, text) in files {
        let parts: Vec<&str> = path.as_str().split('/').collect();
        let ["catalog", kind, name, folder, .., "case.yaml"] = parts.as_slice() else { continue };
        let below = format!("catalog/{kind}/{name}/{folder}/");
        // Of a recipe that is too deep that is said, and its cases go with it.
        let is_recipe = files.keys().any(|path| path.as_str().strip_prefix(&below) == Some("recipe.yaml"));
        if !is_recipe && KINDS.contains(kind) && *folder != "cases" && said.insert(below.clone()) {
            let place = Span::file(&Source::new(shown(path.as_str()), text.as_str()));
            let message = format!("the cases in {} are not run", shown(&below));
            let hint = format!("did you mean {}?", shown(&format!("catalog/{kind}/{name}/cases/")));
            found.push(Diagnostic::warning(Code::FileUnused, place, message).hint(hint));
        }
    }
    found
}

fn is_recipe(path: &str) -> bool {
    path.ends_with("/recipe.yaml")
}

/// Which folder or file is in the wrong place, what is wrong, and what to do.
fn wrong(parts: &[&str], recipes: &BTreeSet<&str>) -> Option<(String, String, String)> {
    let whole = parts.join("/");
    let ignored = "this recipe is ignored: it is in neither catalog/services/ nor catalog/runtimes/";
    match parts {
        ["catalog", "shared", ..] => Some((
            whole,
            "a catalog cannot replace the shared recipe".to_owned(),
            "put recipes in catalog/services/<name>/ or catalog/runtimes/<name>/; they may have files of their own"
                .to_owned(),
        )),
        ["catalog", kind, _, "recipe.yaml"] if KINDS.contains(kind) => None,
        ["catalog", kind, _, rest @ ..] if KINDS.contains(kind) && rest.first() != Some(&"cases") => {
            let (_, name) = whole.strip_suffix("/recipe.yaml")?.rsplit_once('/')?;
            let hint = format!("move its folder to catalog/{kind}/{name}/");
            let message = format!("this recipe is ignored: it is too deep in catalog/{kind}/");
            Some((whole.clone(), message, hint))
        }
        ["catalog", kind, _, ..] if KINDS.contains(kind) => None,
        ["catalog", folder, rest @ ..] if !rest.is_empty() => {
            let near = suggest(folder, FOLDERS.into_iter()).filter(|near| near != folder);
            let below = format!("catalog/{folder}/");
            if is_recipe(&whole) {
                let hint = match (near, rest) {
                    (Some(near), [name, "recipe.yaml"]) => format!("did you mean catalog/{near}/{name}/?"),
                    _ => "move it to catalog/services/<name>/ or catalog/runtimes/<name>/".to_owned(),
                };
                return Some((whole, ignored.to_owned(), hint));
            }
            let has_recipe = recipes.iter().any(|path| path.starts_with(&below));
            let near = near.filter(|_| !has_recipe)?;
            let hint = format!("did you mean catalog/{near}/?");
            Some((below.clone(), format!("nothing in {below} is read"), hint))
        }
        ["catalog", "recipe.yaml"] => Some((
            whole,
            ignored.to_owned(),
            "move it to catalog/services/<name>/ or catalog/runtimes/<name>/".to_owned(),
        )),
        [top, kind, ..] if SLIPS.contains(top) && is_recipe(&whole) => {
            let hint = "did you mean catalog/?".to_owned();
            Some((format!("{top}/"), format!("the recipes in {top}/{kind}/ are ignored"), hint))
        }
        _ => None,
    }
}
