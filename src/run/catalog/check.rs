//! `catalog check`: everything that is wrong with the recipes in a folder.

use std::path::Path;

use crate::diagnostic::{Diagnostic, Failure};
use crate::load::catalog::{Catalog, RecipeKind};
use crate::outcome::catalog::CatalogChecked;
use crate::run::catalog::folder::{self, Chosen};
use crate::run::catalog::{folder_of, trial};

/// Checks all recipes in a folder.
///
/// # Errors
/// All that is wrong with them, in one failure.
pub(super) fn check(folder: &Path) -> Result<CatalogChecked, Failure> {
    let Chosen { catalog, recipes } = folder::read(folder)?;
    let recipes: Vec<_> = recipes.into_iter().map(|(kind, name, _)| (kind, name)).collect();
    let found = all(catalog, &recipes)?;
    if found.iter().any(Diagnostic::is_error) {
        return Err(Failure::invalid(found));
    }
    let recipes = recipes.iter().map(|(kind, name)| format!("{}/{name}", folder_of(*kind))).collect();
    Ok(CatalogChecked { recipes, warnings: found })
}

/// What is wrong with a catalog and these recipes of it, beside what there is to warn of.
///
/// # Errors
/// A bug, or a machine that is full.
pub(super) fn all(
    mut catalog: Catalog,
    recipes: &[(RecipeKind, String)],
) -> Result<Vec<Diagnostic>, Failure> {
    let mut found = catalog.misplaced();
    found.extend(catalog.misplaced_cases());
    found.extend(catalog.take_wrong_schemas());
    for (kind, name) in recipes {
        found.extend(one(&catalog, *kind, name)?);
    }
    Ok(found)
}

/// What is wrong with one recipe. What it renders is looked at once its own files are right.
fn one(catalog: &Catalog, kind: RecipeKind, name: &str) -> Result<Vec<Diagnostic>, Failure> {
    let (recipe, mut found) = catalog.get_leniently(kind, name);
    let Some(recipe) = recipe else { return Ok(found) };
    let is_whole = found.is_empty();
    found.extend(recipe.warnings.iter().cloned());
    if is_whole {
        found.extend(trial::of(catalog, &recipe)?);
    }
    Ok(found)
}
