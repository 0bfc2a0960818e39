//! What `.cupaas` sets of its runtime, checked against the recipe.

use serde_json::{Map, Value};

use crate::diagnostic::Code;
use crate::load::inputs::Inputs;
use crate::load::known_runtimes::WITHOUT_RECIPE;
use crate::load::parameter::refused;
use crate::load::recipe::Parameter;
use crate::load::scalars::Named;
use crate::resolve::decisions::Notes;

/// The recipe's parameters with the app's values.
pub(super) fn resolve(inputs: &Inputs, notes: &mut Notes) -> Map<String, Value> {
    let entry = &inputs.app.value.runtime;
    let none: Named<Parameter> = Named::new();
    let known = match &inputs.runtime {
        Some(recipe) => &recipe.description.value.params,
        None if WITHOUT_RECIPE.contains(&entry.name.as_str()) => &none,
        // Its recipe cannot be read, which has been said.
        None => return Map::new(),
    };
    let path = |key: &str| inputs.app.key(&["runtime", &entry.name, key]);
    let is_sound = |key: &str| {
        inputs.runtime.as_ref().is_none_or(|recipe| recipe.description.is_sound(&["params", key]))
            && inputs.app.is_sound(&["runtime", &entry.name, key])
    };
    for key in entry.settings.keys().filter(|key| !known.contains_key(*key) && is_sound(key)) {
        let names = known.keys().map(String::as_str).chain(["version"]);
        let hint = match crate::schema::suggest(key, names.clone()) {
            Some(close) => format!("did you mean {close:?}?"),
            None if inputs.runtime.is_none() => "remove it: no recipe is used that could know it".to_owned(),
            None => format!("available: {}", names.collect::<Vec<_>>().join(", ")),
        };
        notes.problem(Code::UnknownKey, path(key), format!("{} has no setting {key:?}", entry.name), hint);
    }
    let mut params = Map::new();
    for (name, parameter) in known {
        let written = entry.settings.get(name);
        let value = written.unwrap_or(&parameter.default);
        if let Some(hint) = refused(parameter, value).filter(|_| is_sound(name)) {
            notes.problem(Code::InvalidValue, path(name), format!("invalid value for {name:?}"), hint);
        }
        if written.is_some() {
            notes.decided(format!("runtime.{name}"), value, path(name));
        }
        params.insert(name.clone(), value.clone());
    }
    params
}
