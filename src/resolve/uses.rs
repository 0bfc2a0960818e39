//! The other runtimes that an app is built with: for which its files ask, and what their recipes find in them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::diagnostic::Code;
use crate::expression;
use crate::load::catalog::Recipe;
use crate::load::inputs::Inputs;
use crate::load::parameter::refused;
use crate::load::recipe::{ParameterKind, VERSION};
use crate::load::recipe_uses::UseRule;
use crate::resolve::decisions::Notes;
use crate::resolve::fact_values::{Facts, scope};
use crate::resolve::{checks, facts, runtime_version};
use crate::version_range::wheels::Wheels;

/// Another runtime that an app is built with.
#[derive(Debug, Clone, Default)]
pub struct Used {
    /// Its version.
    pub version: String,
    /// The folder of the app in which its files stand; `.` for the app's own.
    pub folder: String,
    /// What was found there, `version` among it.
    pub facts: Facts,
    /// Its parameters.
    pub params: Map<String, Value>,
}

/// Those that the app's files ask for, by name. None where they are not at hand, or have a Dockerfile of their own: then
/// nothing is built by the recipe.
pub(super) fn resolve(
    inputs: &Inputs,
    recipe: &Recipe,
    (facts, params): (&Facts, &Map<String, Value>),
    notes: &mut Notes,
) -> BTreeMap<String, Used> {
    let mut used = BTreeMap::new();
    if inputs.recorded.is_some() || inputs.dockerfile.is_some() {
        return used;
    }
    let scope = scope(&recipe.description.value, facts, params);
    for (name, rule) in &recipe.description.value.uses {
        let (Some(other), Some(folder)) = (inputs.used.get(name), facts.get(&rule.below)) else { continue };
        let place = |key: &str| recipe.description.at(&["uses", name, key]);
        let when = rule.when.as_deref().unwrap_or("true");
        match expression::is_true(when, &scope) {
            Ok(true) => {}
            Ok(false) => continue,
            Err(message) => {
                notes.problem(Code::InvalidExpression, place("when"), "invalid expression", message);
                continue;
            }
        }
        let params = with((recipe, name), other, rule, &scope, notes);
        used.insert(name.clone(), one(inputs, other, folder, params, notes));
    }
    used
}

/// What the other recipe finds in the folder.
fn one(inputs: &Inputs, other: &Recipe, folder: &str, params: Map<String, Value>, notes: &mut Notes) -> Used {
    let mut found = Notes::default();
    let files = inputs.files.below(folder);
    let place = inputs.app.at(&["runtime"]);
    let mut known = facts::find(other, (&files, &place), &params, &mut found);
    if known.versions.is_empty() && folder != "." {
        // A version is often said for all of the app: what else is found there is another folder's.
        known.versions = facts::find(other, (&inputs.files, &place), &params, &mut Notes::default()).versions;
    }
    let wheels = Wheels::default();
    let version = runtime_version::choose(inputs, other, None, (&known, &wheels), None, &mut found);
    let said = runtime_version::said(other, None, (&known, &version), None);
    checks::apply_used(inputs, other, (&known, &params), (&version, said), &mut found);
    notes.problems.append(&mut found.problems);
    notes.warnings.append(&mut found.warnings);
    notes.decided(
        format!("uses.{}", other.name),
        folder,
        format!("recipe {}", inputs.app.value.runtime.name),
    );
    for decision in found.decisions {
        let what = decision.what.strip_prefix("runtime.").unwrap_or(&decision.what);
        notes.decided(format!("uses.{}.{what}", other.name), decision.value, decision.origin);
    }
    let mut facts = known.facts;
    facts.insert(VERSION.to_owned(), version.clone());
    Used { version, folder: folder.to_owned(), facts, params }
}

/// The other recipe's parameters, as the rule sets them.
fn with(
    (recipe, name): (&Recipe, &str),
    other: &Recipe,
    rule: &UseRule,
    scope: &Value,
    notes: &mut Notes,
) -> Map<String, Value> {
    let mut params = Map::new();
    for (key, parameter) in &other.description.value.params {
        params.insert(key.clone(), parameter.default.clone());
        let Some(template) = rule.with.get(key) else { continue };
        let place = || recipe.description.at(&["uses", name, "with", key]);
        let text = match expression::text(template, scope) {
            Ok(text) if text.trim().is_empty() => continue,
            Ok(text) => text,
            Err(message) => {
                notes.problem(Code::InvalidExpression, place(), "invalid template", message);
                continue;
            }
        };
        let written = || serde_json::from_str(&text).unwrap_or_else(|_| Value::from(text.as_str()));
        let value = if parameter.kind == ParameterKind::Text { Value::from(text.trim()) } else { written() };
        match refused(parameter, &value) {
            Some(hint) => {
                notes.problem(Code::InvalidValue, place(), format!("invalid value for {key:?}"), hint)
            }
            None => drop(params.insert(key.clone(), value)),
        }
    }
    params
}
