//! What an app says of a service beyond what every service has.

use serde_json::{Map, Value};

use crate::diagnostic::Span;
use crate::load::app_file::ServiceEntry;
use crate::load::catalog::Recipe;
use crate::load::recipe_checks::COMMON;
use crate::resolve::decisions::Notes;
use crate::resolve::params::{self, Written};

/// Whether there is such a setting.
pub(super) fn knows(recipe: &Recipe, key: &str) -> bool {
    COMMON.contains(&key) || recipe.description.value.params.contains_key(key)
}

/// The parameters of the service's recipe with the app's values; `place` is that of a setting.
pub(super) fn resolve(
    service: &str,
    recipe: &Recipe,
    entry: &ServiceEntry,
    place: impl Fn(&str) -> Span,
    notes: &mut Notes,
) -> Map<String, Value> {
    let place = |key: &str| recipe.description.is_sound(&["params", key]).then(|| place(key));
    let called = format!("services.{service}");
    let written = Written { of: &entry.recipe, called: &called, settings: &entry.settings, common: &COMMON };
    params::resolve(&recipe.description.value.params, &written, place, notes)
}
