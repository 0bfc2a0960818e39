//! What `.cupaas` sets of its runtime.

use serde_json::{Map, Value};

use crate::diagnostic::Code;
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
        None if WITHOUT_RECIPE.contains(&entry.name.as_str()) => {
            refuse_version(inputs, notes);
            (&none, &[])
        }
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

/// An image and a Dockerfile are whatever they are: a version beside one would say nothing.
fn refuse_version(inputs: &Inputs, notes: &mut Notes) {
    let entry = &inputs.app.value.runtime;
    if let Some(version) = &entry.version {
        let name = &entry.name;
        let message = format!("runtime {name:?} has no versions, and {version:?} is not used");
        let hint = format!("write `runtime: {name}`; what runs is what the image holds");
        notes.problem(Code::UnknownVersion, inputs.app.at(&["runtime"]), message, hint);
    }
}
