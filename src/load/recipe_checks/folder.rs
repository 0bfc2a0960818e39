//! The name of a recipe's folder, by which apps name it.

use super::{Report, files};
use crate::diagnostic::{Code, Span};
use crate::load::recipe_folder::{Recipe, RecipeKind, SHARED};
use crate::load::recipe_name::{LONGEST, is_reserved, refused};
use crate::load::scalars::Name;

pub(super) fn check(recipe: &Recipe, report: &mut Report<'_>) {
    let name = &recipe.name;
    // The shared parts call a service's port and container so; whoever uses none of them may call it longer.
    let is_free = Name::fits(name)
        && name.len() > LONGEST
        && !(recipe.kind == RecipeKind::Service && uses_shared(recipe));
    if let Some((message, hint)) = refused(recipe.kind, name).filter(|_| !is_free) {
        let code = if is_reserved(recipe.kind, name) { Code::ReservedName } else { Code::InvalidValue };
        report.at(
            code,
            Span::file(&recipe.description.source),
            message,
            format!("rename its folder: {hint}"),
        );
    }
}

/// Whether the recipe uses any part that names things after it.
fn uses_shared(recipe: &Recipe) -> bool {
    let rules = recipe.description.value.files.iter();
    let mut shared = recipe.texts.keys().filter(|name| name.starts_with(SHARED));
    { rules }.any(|rule| rule.template.starts_with(SHARED))
        || shared.any(|part| files::is_quoted(recipe, part))
}
