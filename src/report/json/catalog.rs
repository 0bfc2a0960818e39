//! Recipes, their checks and their cases → JSON.

use schemars::JsonSchema;
use serde::Serialize;

use crate::outcome::catalog::{CaseResult, CatalogChecked, CatalogTested, RecipeFacts, Recipes as Known};
use crate::report::diagnostic::Placed;
use crate::report::json::shared::Status;

/// `catalog list` and `catalog show`.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Recipes<'a> {
    status: Status,
    recipes: &'a [RecipeFacts],
}

impl<'a> From<&'a Known> for Recipes<'a> {
    fn from(known: &'a Known) -> Self {
        Self { status: Status::Ok, recipes: &known.recipes }
    }
}

/// `catalog check`, which found nothing wrong.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct CatalogCheck<'a> {
    status: Status,
    /// The recipes that were looked at: `services/redis`.
    recipes: &'a [String],
    /// What else is to be said of their files.
    warnings: Vec<Placed<'a>>,
}

impl<'a> From<&'a CatalogChecked> for CatalogCheck<'a> {
    fn from(checked: &'a CatalogChecked) -> Self {
        let warnings = checked.warnings.iter().map(Placed::from).collect();
        Self { status: Status::Ok, recipes: &checked.recipes, warnings }
    }
}

/// `catalog test`.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct CatalogTest<'a> {
    status: Status,
    cases: &'a [CaseResult],
    /// Recipes without a case.
    untested: &'a [String],
    /// Whether what is expected was written again.
    updated: bool,
}

impl<'a> From<&'a CatalogTested> for CatalogTest<'a> {
    fn from(tested: &'a CatalogTested) -> Self {
        let status = if tested.is_as_expected() { Status::Ok } else { Status::Differs };
        Self { status, cases: &tested.cases, untested: &tested.untested, updated: tested.updated }
    }
}
