//! The name of a recipe's folder, by which apps name it.

use super::{Report, files};
use crate::diagnostic::{Code, Span};
use crate::load::recipe_folder::{Recipe, RecipeKind, SHARED};
use crate::load::recipe_names::{LONGEST, RULE};
use crate::load::scalars::Name;

pub(super) fn check(recipe: &Recipe, report: &mut Report<'_>) {
    let name = &recipe.name;
    let is_long = recipe.kind == RecipeKind::Service && name.len() > LONGEST && uses_shared(recipe);
    if recipe.kind != RecipeKind::Shared && (!Name::fits(name) || is_long) {
        let message = format!("a recipe cannot be called {name:?}, as its folder is");
        let hint = format!("rename the folder: {RULE}");
        report.at(Code::InvalidValue, Span::file(&recipe.description.source), message, hint);
    }
}

/// Whether the recipe uses any part that names things after it.
fn uses_shared(recipe: &Recipe) -> bool {
    let rules = recipe.description.value.files.iter();
    let mut shared = recipe.texts.keys().filter(|name| name.starts_with(SHARED));
    { rules }.any(|rule| rule.template.starts_with(SHARED))
        || shared.any(|part| files::is_quoted(recipe, part))
}
