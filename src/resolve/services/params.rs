//! What an app says of a service beyond what every service has, checked against the parameters of its recipe.

use serde_json::{Map, Value};

use crate::diagnostic::{Code, Span};
use crate::load::app_file::ServiceEntry;
use crate::load::catalog::Recipe;
use crate::load::parameter::refused;
use crate::load::service_rules::COMMON;
use crate::resolve::decisions::Notes;

/// Whether there is such a setting.
pub(super) fn knows(recipe: &Recipe, key: &str) -> bool {
    COMMON.contains(&key) || recipe.description.value.params.contains_key(key)
}

/// The recipe's parameters with the app's values, each checked; `place` is that of a setting.
pub(super) fn resolve(
    recipe: &Recipe,
    entry: &ServiceEntry,
    place: impl Fn(&str) -> Span,
    notes: &mut Notes,
) -> Map<String, Value> {
    let known = &recipe.description.value.params;
    for key in entry.settings.keys().filter(|key| !knows(recipe, key)) {
        if recipe.description.is_sound(&["params", key]) {
            let names = known.keys().map(String::as_str).chain(COMMON);
            let hint = match crate::schema::suggest(key, names.clone()) {
                Some(close) => format!("did you mean {close:?}?"),
                None => format!("available: {}", names.collect::<Vec<_>>().join(", ")),
            };
            let message = format!("{} has no setting {key:?}", entry.recipe);
            notes.problem(Code::UnknownKey, place(key), message, hint);
        }
    }
    let mut params = Map::new();
    for (name, parameter) in known {
        let written = entry.settings.get(name);
        let sound = recipe.description.is_sound(&["params", name]);
        // What is wrong with a default has been said of the recipe.
        if let Some(hint) = written.and_then(|value| refused(parameter, value)).filter(|_| sound) {
            notes.problem(Code::InvalidValue, place(name), format!("invalid value for {name:?}"), hint);
        }
        params.insert(name.clone(), written.unwrap_or(&parameter.default).clone());
    }
    params
}
