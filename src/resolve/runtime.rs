//! An app's runtime, by its recipe: what its files say, and the version.

use std::collections::BTreeMap;

use crate::load::inputs::Inputs;
use crate::load::needed_facts::is_passing;
use crate::load::recipe::VERSION;
use crate::load::release_file::ReleaseFile;
use crate::resolve::decisions::Notes;
use crate::resolve::fact_values::Facts;
use crate::resolve::facts::Finds;
use crate::resolve::uses::{self, Used};
use crate::resolve::{checks, facts, runtime_params, runtime_version, runtime_wheels};
use serde_json::{Map, Value};

/// Which runtime, which version, and what was found.
#[derive(Debug, Clone, Default)]
pub(crate) struct Runtime {
    /// The runtime's name.
    pub name: String,
    /// Its version; empty where a runtime has none.
    pub version: String,
    /// What was found in the app's files, `version` among it.
    pub facts: Facts,
    /// What the app sets on it.
    pub params: Map<String, Value>,
    /// What the recipes that it uses found.
    pub uses: BTreeMap<String, Used>,
    /// For each fact all that the rule which decided it could have taken; nothing where the app's files are not at hand.
    pub finds: Finds,
}

pub(super) fn resolve(inputs: &Inputs, previous: Option<&ReleaseFile>, notes: &mut Notes) -> Runtime {
    let entry = &inputs.app.value.runtime;
    let (name, asked) = (entry.name.as_str(), entry.version.as_deref());
    notes.decided("runtime", name, inputs.app.at(&["runtime"]));
    let params = runtime_params::resolve(inputs, notes);
    let Some(recipe) = &inputs.runtime else {
        return Runtime { name: name.to_owned(), ..Runtime::default() };
    };
    let mut known = match &inputs.recorded {
        Some(recorded) => facts::recorded(recorded, notes),
        None => facts::find(recipe, (&inputs.files, &inputs.app.at(&["runtime"])), &params, notes),
    };
    let wheels = runtime_wheels::of(inputs, recipe, &known);
    let chosen = runtime_version::choose(inputs, recipe, asked, (&known, &wheels), previous, notes);
    if let Some(lacking) = runtime_wheels::lacking(&wheels, &chosen) {
        known.facts.insert(runtime_wheels::LACKING.to_owned(), lacking);
    }
    if inputs.recorded.is_none() {
        let said = runtime_version::said(recipe, asked, (&known, &chosen), previous);
        checks::apply(inputs, recipe, (&known, &params), (&chosen, said), notes);
    }
    let mut facts = known.facts;
    facts.retain(|fact, _| !is_passing(&recipe.description.value, fact));
    facts.insert(VERSION.to_owned(), chosen.clone());
    let uses = uses::resolve(inputs, recipe, (&facts, &params), notes);
    Runtime { name: name.to_owned(), version: chosen, facts, params, uses, finds: known.finds }
}
