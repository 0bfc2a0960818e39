//! A recipe that another uses → the same without what nobody asks of it there: its parts need a few facts of many, and no
//! other file of the app is looked at for the rest.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::load::recipe::{FactRule, RecipeFile, VERSION};
use crate::load::recipe_folder::{Recipe, SHARED};

/// The recipe with rules for what `user` needs of it alone. The others stay in their places and look at nothing.
pub(super) fn trimmed(user: &Recipe, used: &Arc<Recipe>) -> Arc<Recipe> {
    let needed = needed(user, used);
    let mut recipe = Recipe::clone(used);
    for rule in recipe.description.value.facts.iter_mut().filter(|rule| !needed.contains(&rule.fact)) {
        rule.files.clear();
    }
    Arc::new(recipe)
}

/// The facts that are named where it is used, and those that these are found by. A word that only looks like one costs a
/// look at some files.
fn needed(user: &Recipe, used: &Recipe) -> BTreeSet<String> {
    let recipe = &used.description.value;
    let all: BTreeSet<&str> = recipe.facts.iter().map(|rule| rule.fact.as_str()).collect();
    let asked: BTreeSet<&str> = texts(used).chain(conditions(recipe)).flat_map(words).collect();
    let by_user: BTreeSet<&str> = user.texts.values().flat_map(|source| of_facts(&source.text)).collect();
    let is_asked = |fact: &&&str| **fact == VERSION || asked.contains(**fact) || by_user.contains(**fact);
    let mut needed: BTreeSet<&str> = all.iter().filter(is_asked).copied().collect();
    loop {
        let rules = recipe.facts.iter().filter(|rule| needed.contains(rule.fact.as_str()));
        let further: Vec<&str> =
            rules.flat_map(of_rule).flat_map(words).filter(|word| all.contains(word)).collect();
        let before = needed.len();
        needed.extend(further);
        if needed.len() == before {
            return needed.into_iter().map(str::to_owned).collect();
        }
    }
}

/// The recipe's parts, and what they can put in.
fn texts(recipe: &Recipe) -> impl Iterator<Item = &str> {
    let dockerfile = recipe.description.value.dockerfile.as_deref();
    let own = recipe.texts.iter().filter(move |(name, _)| {
        name.ends_with(".j2") && !name.starts_with(SHARED) && Some(name.as_str()) != dockerfile
    });
    own.map(|(_, source)| source.text.as_str())
}

/// What decides about packages, and what is said wherever the recipe is used.
fn conditions(recipe: &RecipeFile) -> impl Iterator<Item = &str> {
    let system = recipe.system.iter().filter_map(|rule| rule.when.as_deref());
    let checks = recipe.checks.iter().filter(|check| check.used).flat_map(|check| {
        let said = [&check.error, &check.warning, &check.at].into_iter().filter_map(|text| text.as_deref());
        said.chain([check.when.as_str(), check.hint.as_str()])
    });
    system.chain(checks)
}

fn of_rule(rule: &FactRule) -> impl Iterator<Item = &str> {
    [&rule.when, &rule.of_file, &rule.below].into_iter().filter_map(|text| text.as_deref())
}

/// The words of a text that could be names.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
}

/// What a text names as `facts.NAME`.
fn of_facts(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("facts.").filter_map(|(at, before)| words(&text[at + before.len()..]).next())
}

/// Whether only checks and rules further down read a fact, so that nobody needs to see or keep it: all names of a lock file.
pub(crate) fn is_passing(recipe: &RecipeFile, fact: &str) -> bool {
    recipe.facts.iter().any(|rule| rule.passing && rule.fact == fact)
}

/// Whether a text has a word, which may be one with dots, and not as a part of a longer one.
pub(super) fn mentions(text: &str, word: &str) -> bool {
    let is_of_word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word)
        .any(|(at, _)| !text[..at].ends_with(is_of_word) && !text[at + word.len()..].starts_with(is_of_word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::catalog::{Catalog, RecipeKind};

    #[test]
    fn what_parts_do_not_ask_for_is_not_looked_for() {
        let get = |name: &str| Catalog::default().get(RecipeKind::Runtime, name).unwrap().unwrap();
        let node = trimmed(&get("ruby"), &get("node"));
        let looks = |fact: &str| {
            let mut rules = node.description.value.facts.iter().filter(|rule| rule.fact == fact);
            rules.any(|rule| !rule.files.is_empty())
        };
        assert_eq!(["version", "manager", "lock", "berry", "tokens", "has"].map(looks), [true; 6]);
        assert_eq!(["reads_port", "reads_host", "server", "worker"].map(looks), [false; 4]);
    }
}
