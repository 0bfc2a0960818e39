//! Facts as expressions and templates see them: texts, and lists for those that gather all that is found.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::expression;
use crate::load::recipe::RecipeFile;

/// Facts by name.
pub(crate) type Facts = BTreeMap<String, String>;

/// What stands between the values of a fact that is a list, where it is one text.
pub(super) const BETWEEN: &str = ", ";

/// The facts by name, the app's `params` and the recipe's `words`. A list that is not there is an empty one.
pub(crate) fn values(recipe: &RecipeFile, facts: &Facts, params: &Map<String, Value>) -> Map<String, Value> {
    let lists = recipe.facts.iter().filter(|rule| rule.is_list()).map(|rule| (rule.fact.clone(), json!([])));
    let mut values: Map<String, Value> = lists.collect();
    for (name, text) in facts {
        let value = match values.get(name) {
            Some(_) => json!(text.split(BETWEEN).collect::<Vec<_>>()),
            None => json!(text),
        };
        values.insert(name.clone(), value);
    }
    values.insert("params".to_owned(), Value::Object(params.clone()));
    if !recipe.words.is_empty() {
        values.insert("words".to_owned(), json!(recipe.words));
    }
    values
}

/// The same as templates see it: what was not found is an empty text there.
pub(super) fn scope(recipe: &RecipeFile, facts: &Facts, params: &Map<String, Value>) -> Value {
    let mut scope = values(recipe, facts, params);
    for rule in &recipe.facts {
        scope.entry(rule.fact.clone()).or_insert_with(|| Value::from(""));
    }
    Value::Object(scope)
}

/// The packages of the system that an image with these facts needs: while it is built, and when it runs.
///
/// # Errors
///
/// Which rule's expression is wrong, and why.
pub(crate) fn system(
    recipe: &RecipeFile,
    facts: &Map<String, Value>,
) -> Result<(Vec<String>, Vec<String>), (usize, String)> {
    let scope = Value::Object(facts.clone());
    let (mut build, mut run) = (Vec::new(), Vec::new());
    for (index, rule) in recipe.system.iter().enumerate() {
        let fits = rule.when.as_deref().map_or(Ok(true), |when| expression::is_true(when, &scope));
        if fits.map_err(|message| (index, message))? {
            build.extend(rule.build.iter().cloned());
            run.extend(rule.run.iter().cloned());
        }
    }
    for packages in [&mut build, &mut run] {
        packages.sort_unstable();
        packages.dedup();
    }
    Ok((build, run))
}
