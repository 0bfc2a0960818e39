//! Which runtimes an app can name: the catalog's, and those that need no recipe.

use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic};
use crate::load::app_file::AppFile;
use crate::load::catalog::{Catalog, RecipeKind};
pub(crate) use crate::load::recipe_name::WITHOUT_RECIPE;
use crate::yaml::document::Document;
use crate::yaml::node::{self, Node};

/// All of them, by name.
pub(super) fn known(catalog: &Catalog) -> Vec<String> {
    let mut names = catalog.names(RecipeKind::Runtime);
    names.extend(WITHOUT_RECIPE.map(str::to_owned));
    names
}

/// Where a file names no runtime, what is said of that says which ones there are.
pub(super) fn offer(catalog: &Catalog, app: &Document<AppFile>, problems: &mut [Diagnostic]) {
    let Some((code, start)) = lacking(app) else { return };
    let hint = format!(
        "write `runtime: NAME`, one of: {}; in a folder without a .cupaas, `cupaas new` finds out which and writes it",
        known(catalog).join(", ")
    );
    for problem in problems {
        let same = Arc::ptr_eq(&problem.span.source, &app.source);
        if same && problem.code == code && problem.span.range.start == start {
            *problem = problem.clone().hint(hint.as_str());
        }
    }
}

/// What is said of a file without a runtime, and the place that it is said of.
fn lacking(app: &Document<AppFile>) -> Option<(Code, usize)> {
    if app.is_sound(&["runtime"]) {
        return None;
    }
    // As a person wrote it: in the document something stands in its place.
    let (root, _) = node::parse_leniently(&app.source).ok()?;
    let is_null = |node: &Node| node.to_json().is_null();
    match root.get("runtime") {
        None => Some((Code::MissingKey, root.range.start)),
        Some(node) => is_null(node).then_some((Code::InvalidValue, node.range.start)),
    }
}
