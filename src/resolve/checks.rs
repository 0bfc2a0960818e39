//! What a runtime's recipe says of an app whose files it cannot do justice to.

use serde_json::{Map, Value};

use crate::diagnostic::{Code, Span};
use crate::expression;
use crate::load::catalog::Recipe;
use crate::load::inputs::Inputs;
use crate::load::recipe::CheckRule;
use crate::resolve::decisions::Notes;
use crate::resolve::fact_values::values;
use crate::resolve::facts::Known;
use crate::resolve::runtime_version::Said;

/// Applies the checks that count where another recipe uses this one.
pub(super) fn apply_used(
    inputs: &Inputs,
    recipe: &Recipe,
    found: (&Known, &Map<String, Value>),
    version: (&str, Said),
    notes: &mut Notes,
) {
    each(inputs, recipe, found, version, |check| check.used, notes);
}

/// Applies every check. `version`: the one that was chosen, and what was said of it.
pub(super) fn apply(
    inputs: &Inputs,
    recipe: &Recipe,
    found: (&Known, &Map<String, Value>),
    version: (&str, Said),
    notes: &mut Notes,
) {
    each(inputs, recipe, found, version, |_| true, notes);
}

/// Applies the checks that count. With a Dockerfile of its own the app is not built by the recipe.
fn each(
    inputs: &Inputs,
    recipe: &Recipe,
    (known, params): (&Known, &Map<String, Value>),
    version: (&str, Said),
    counts: impl Fn(&CheckRule) -> bool,
    notes: &mut Notes,
) {
    if inputs.dockerfile.is_some() {
        return;
    }
    let mut scope = values(&recipe.description.value, &known.facts, params);
    // A text may name what was not found: it is empty there.
    for rule in &recipe.description.value.facts {
        scope.entry(rule.fact.clone()).or_insert_with(|| Value::String(String::new()));
    }
    scope.insert("version".to_owned(), Value::from(version.0));
    scope.insert("version_by_default".to_owned(), Value::from(version.1 == Said::Nothing));
    scope.insert("version_is_open".to_owned(), Value::from(version.1 == Said::Open));
    let scope = Value::Object(scope);
    let checks = recipe.description.value.checks.iter().enumerate();
    for (index, check) in checks.filter(|(_, check)| counts(check)) {
        let index = index.to_string();
        let fail = |notes: &mut Notes, key: &str, message: String| {
            let span = recipe.description.at(&["checks", &index, key]);
            notes.problem(Code::InvalidExpression, span, "invalid check", message);
        };
        match expression::is_true(&check.when, &scope) {
            Err(message) => {
                fail(notes, "when", message);
                continue;
            }
            Ok(false) => continue,
            Ok(true) => {}
        }
        let place = check.at.as_ref().and_then(|fact| known.place(fact));
        let place: Span = place.cloned().unwrap_or_else(|| inputs.app.at(&["runtime"]));
        let (key, words) = match (&check.error, &check.warning) {
            (Some(words), _) => ("error", words),
            (None, Some(words)) => ("warning", words),
            (None, None) => {
                fail(notes, "when", "it has neither `error` nor `warning`".to_owned());
                continue;
            }
        };
        match (expression::text(words, &scope), expression::text(&check.hint, &scope)) {
            (Ok(message), Ok(hint)) if key == "error" => {
                notes.problem(Code::UnsuitableFiles, place, message, hint);
            }
            (Ok(message), Ok(hint)) => notes.warning(Code::UnsuitableFiles, place, message, hint),
            (Err(message), _) => fail(notes, key, message),
            (_, Err(message)) => fail(notes, "hint", message),
        }
    }
}
