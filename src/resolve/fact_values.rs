//! Facts as expressions and templates see them: texts, and lists for those that gather all that is found.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::load::recipe::RecipeFile;

/// Facts by name.
pub(crate) type Facts = BTreeMap<String, String>;

/// What stands between the values of a fact that is a list, where it is one text.
pub(super) const BETWEEN: &str = ", ";

/// The facts by name. A list that is not there is an empty one.
pub(crate) fn values(recipe: &RecipeFile, facts: &Facts) -> Map<String, Value> {
    let lists = recipe.facts.iter().filter(|rule| rule.all).map(|rule| (rule.fact.clone(), json!([])));
    let mut values: Map<String, Value> = lists.collect();
    for (name, text) in facts {
        let value = match values.get(name) {
            Some(_) => json!(text.split(BETWEEN).collect::<Vec<_>>()),
            None => json!(text),
        };
        values.insert(name.clone(), value);
    }
    values
}
