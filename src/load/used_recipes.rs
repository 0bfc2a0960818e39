//! The recipes that a runtime's recipe uses, and what is wrong with how it names others: what the recipe alone does not tell.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Span};
use crate::expression::names;
use crate::load::catalog::{Catalog, Recipe, RecipeKind};
use crate::load::known_runtimes;
use crate::load::recipe::RecipeFile;
use crate::load::recipe_uses::OF_A_USED;
use crate::schema::suggest;

/// How many recipes may stand behind each other before it is a circle all the same.
const LONGEST: usize = 50;

/// The recipes by name, as far as they can be read, and everything that is wrong. Those that come with cupaas have been
/// through the same in its tests, and are not looked at again by every deploy.
pub(crate) fn of(catalog: &Catalog, recipe: &Recipe) -> (BTreeMap<String, Arc<Recipe>>, Vec<Diagnostic>) {
    let own = catalog.own_names(RecipeKind::Runtime);
    let mut names = recipe.description.value.uses.keys();
    if own.contains(&recipe.name) || names.any(|name| own.contains(name)) {
        return checked(catalog, recipe);
    }
    let read = |name: &String| Some((name.clone(), catalog.get(RecipeKind::Runtime, name).ok()??));
    (recipe.description.value.uses.keys().filter_map(read).collect(), Vec::new())
}

fn checked(catalog: &Catalog, recipe: &Recipe) -> (BTreeMap<String, Arc<Recipe>>, Vec<Diagnostic>) {
    let (mut used, mut problems) = (BTreeMap::new(), unknown_services(catalog, recipe));
    problems.extend(unknown_runtimes(catalog, recipe));
    for name in recipe.description.value.uses.keys() {
        if !recipe.description.is_sound(&["uses", name]) {
            continue;
        }
        if let Some(way) = circle(catalog, &recipe.name, name) {
            let message = format!("a recipe cannot use itself: {}", way.join(" uses "));
            problems.push(
                Diagnostic::error(Code::InvalidValue, recipe.description.key(&["uses", name]), message)
                    .hint("remove one of these uses"),
            );
            continue;
        }
        match catalog.get_leniently(RecipeKind::Runtime, name) {
            (None, found) if found.is_empty() => problems.push(unknown(catalog, recipe, name)),
            (other, found) => {
                problems.extend(found);
                if let Some(other) = other {
                    problems.extend(wrong(recipe, &other));
                    used.insert(name.clone(), other);
                }
            }
        }
    }
    (used, problems)
}

/// The folders, as patterns, in which the files of a recipe can stand that is used below this fact.
pub(super) fn folders(recipe: &RecipeFile, below: &str) -> BTreeSet<String> {
    let rules = recipe.facts.iter().filter(|rule| rule.fact == below);
    let folder = |file: &String| file.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned());
    rules.flat_map(|rule| &rule.files).map(folder).collect()
}

/// The way from a recipe over one that it uses back to itself, where there is one.
fn circle(catalog: &Catalog, from: &str, over: &str) -> Option<Vec<String>> {
    let mut todo = vec![vec![from.to_owned(), over.to_owned()]];
    while let Some(way) = todo.pop() {
        let last = way.last()?;
        if last == from {
            return Some(way);
        }
        let (recipe, _) = catalog.get_leniently(RecipeKind::Runtime, last);
        let next = recipe
            .into_iter()
            .flat_map(|recipe| recipe.description.value.uses.keys().cloned().collect::<Vec<_>>());
        for next in next {
            // Another circle is that of another recipe.
            if way.len() < LONGEST && (next == from || !way.contains(&next)) {
                todo.push(way.iter().cloned().chain([next]).collect());
            }
        }
    }
    None
}

fn unknown(catalog: &Catalog, recipe: &Recipe, name: &str) -> Diagnostic {
    let place = recipe.description.key(&["uses", name]);
    not_found(place, ("runtime", name), &catalog.names(RecipeKind::Runtime))
}

fn not_found(place: Span, (kind, name): (&str, &str), known: &[String]) -> Diagnostic {
    let problem = Diagnostic::error(Code::RecipeNotFound, place, format!("unknown {kind} {name:?}"));
    match suggest(name, known.iter().map(String::as_str)) {
        Some(close) => problem.hint(format!("did you mean {close:?}?")),
        None => problem.hint(format!("available: {}", known.join(", "))),
    }
}

/// Services that the recipe proposes, and that nobody has a recipe for.
fn unknown_services(catalog: &Catalog, recipe: &Recipe) -> Vec<Diagnostic> {
    let rules = &recipe.description.value.suggests.services;
    if rules.is_empty() {
        return Vec::new();
    }
    let known = catalog.names(RecipeKind::Service);
    let mut problems = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        let index = index.to_string();
        let named = std::iter::once((vec!["service".to_owned()], &rule.service.0));
        let others = rule.instead.iter().enumerate();
        let others = others.map(|(item, name)| (vec!["instead".to_owned(), item.to_string()], &name.0));
        for (keys, name) in named.chain(others).filter(|(_, name)| !known.contains(name)) {
            let keys = keys.iter().map(String::as_str);
            let path: Vec<&str> = ["suggests", "services", &index].into_iter().chain(keys).collect();
            if recipe.description.is_sound(&path) {
                problems.push(not_found(recipe.description.at(&path), ("service", name), &known));
            }
        }
    }
    problems
}

/// Runtimes that a start rule leaves apps to, and that nobody has a recipe for.
fn unknown_runtimes(catalog: &Catalog, recipe: &Recipe) -> Vec<Diagnostic> {
    let rules = recipe.description.value.start.iter().enumerate();
    let named = rules.filter_map(|(index, rule)| Some((index.to_string(), &rule.runtime.as_ref()?.0)));
    let named: Vec<(String, &String)> = named.collect();
    if named.is_empty() {
        return Vec::new();
    }
    let known = known_runtimes::known(catalog);
    let unknown = named.into_iter().filter(|(_, name)| !known.contains(name));
    let problems = unknown.filter_map(|(index, name)| {
        let path = ["start", &index, "runtime"];
        let sound = recipe.description.is_sound(&path);
        sound.then(|| not_found(recipe.description.at(&path), ("runtime", name), &known))
    });
    problems.collect()
}

/// Parameters and parts that the other recipe does not have.
fn wrong(recipe: &Recipe, other: &Recipe) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let given = &other.description.value;
    let near = |name: &str, known: Vec<&str>, none: &str| match suggest(name, known.iter().copied()) {
        Some(close) => format!("did you mean {close:?}?"),
        None if known.is_empty() => none.to_owned(),
        None => format!("available: {}", known.join(", ")),
    };
    let with = recipe.description.value.uses.get(&other.name).map(|rule| &rule.with);
    for key in with.into_iter().flat_map(|with| with.keys()).filter(|key| !given.params.contains_key(*key)) {
        let place = recipe.description.key(&["uses", &other.name, "with", key]);
        let hint = near(key, given.params.keys().map(String::as_str).collect(), "it has no parameters");
        problems.push(
            Diagnostic::error(Code::UnknownKey, place, format!("{} has no parameter {key:?}", other.name))
                .hint(hint),
        );
    }
    let known: Vec<&str> = given.parts.keys().map(String::as_str).chain(OF_A_USED).collect();
    let prefix = format!("uses.{}.", other.name);
    let own = recipe.texts.iter().filter(|(name, _)| name.ends_with(".j2") && !name.starts_with("shared/"));
    for (_, source) in own {
        // That a template is none has been said.
        for path in names::of_template(&source.text).unwrap_or_default() {
            let Some(name) = path.strip_prefix(&prefix).and_then(|rest| rest.split('.').next()) else {
                continue;
            };
            if known.contains(&name) {
                continue;
            }
            let span = names::find(&source.text, &format!("{prefix}{name}"), true);
            let span = span.map_or_else(|| Span::file(source), |at| Span::new(source, at));
            let message = format!("the recipe {} has no part {name:?}", other.name);
            let hint = near(name, known.clone(), "");
            problems.push(Diagnostic::error(Code::RecipeInvalid, span, message).hint(hint));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{Files, RepoPath};

    #[test]
    fn a_start_rule_names_a_runtime_that_is_there() {
        let text = "format: 1\nsummary: x\nversions: {default: \"1\", supported: [\"1\"]}\nmarkers: [x]\n\
                    start: [{error: no, runtime: statik}]\n";
        let path = RepoPath::new("catalog/runtimes/own/recipe.yaml").unwrap();
        let catalog = Catalog::new(Files::from([(path, text.to_owned())]));
        let (recipe, _) = catalog.get_leniently(RecipeKind::Runtime, "own");
        let (_, problems) = of(&catalog, &recipe.unwrap());
        let [problem] = problems.as_slice() else { panic!("{problems:?}") };
        assert_eq!(problem.span.line_column(), (5, 30));
        assert_eq!(problem.message.to_string(), "unknown runtime \"statik\"");
    }

    #[test]
    fn every_built_in_recipe_names_others_that_are_there() {
        let catalog = Catalog::default();
        for name in catalog.names(RecipeKind::Runtime) {
            let recipe = catalog.get(RecipeKind::Runtime, &name).unwrap().unwrap();
            let (used, problems) = checked(&catalog, &recipe);
            assert_eq!(problems, [], "{name}");
            assert_eq!(of(&catalog, &recipe).0.len(), used.len(), "{name}");
            assert_eq!(used.len(), recipe.description.value.uses.len(), "{name}");
        }
    }
}
