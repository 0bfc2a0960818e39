//! What `.cupaas` sets of its runtime.

use serde_json::{Map, Value};

use crate::load::inputs::Inputs;
use crate::load::known_runtimes::WITHOUT_RECIPE;
use crate::load::scalars::Named;
use crate::resolve::decisions::Notes;
use crate::resolve::params::{self, Written};

/// The recipe's parameters with the app's values.
pub(super) fn resolve(inputs: &Inputs, notes: &mut Notes) -> Map<String, Value> {
    let entry = &inputs.app.value.runtime;
    let none = Named::new();
    let (known, common): (_, &[&str]) = match &inputs.runtime {
        Some(recipe) => (&recipe.description.value.params, &["version"]),
        None if WITHOUT_RECIPE.contains(&entry.name.as_str()) => (&none, &[]),
        // Its recipe cannot be read, which has been said.
        None => return Map::new(),
    };
    let path = |key: &str| inputs.app.key(&["runtime", &entry.name, key]);
    let place = |key: &str| {
        let recipe = inputs.runtime.as_ref();
        let sound = recipe.is_none_or(|recipe| recipe.description.is_sound(&["params", key]))
            && inputs.app.is_sound(&["runtime", &entry.name, key]);
        sound.then(|| path(key))
    };
    let written = Written { of: &entry.name, called: "runtime", settings: &entry.settings, common };
    params::resolve(known, &written, place, notes)
}
