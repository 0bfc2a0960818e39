//! What an app's files say about it, by the rules of its runtime's recipe: facts and version.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Code;
use crate::load::catalog::Recipe;
use crate::load::inputs::{Inputs, Recorded};
use crate::load::release_file::ReleaseFile;
use crate::resolve::decisions::Notes;
use crate::resolve::fact_search::Search;
use crate::resolve::fact_values::{BETWEEN, Facts};
use crate::resolve::version;

/// By fact, values and the files that say them.
pub(super) type Finds = BTreeMap<String, Vec<(String, String)>>;

/// Which runtime, which version, and what was found.
#[derive(Debug, Clone, Default)]
pub(crate) struct Runtime {
    /// The runtime's name.
    pub name: String,
    /// Its version; empty where a runtime has none.
    pub version: String,
    /// What was found in the app's files, `version` among it.
    pub facts: Facts,
    /// For each fact all that the rule which decided it found, each with its file.
    pub finds: Finds,
}

pub(super) fn resolve(inputs: &Inputs, previous: Option<&ReleaseFile>, notes: &mut Notes) -> Runtime {
    let written = &inputs.app.value.runtime.0;
    let (name, asked) = match written.split_once(':') {
        Some((name, asked)) => (name, Some(asked)),
        None => (written.as_str(), None),
    };
    notes.decided("runtime", name, inputs.app.at(&["runtime"]));
    let Some(recipe) = &inputs.runtime else {
        return Runtime { name: name.to_owned(), ..Runtime::default() };
    };
    let (facts, finds) = match &inputs.recorded {
        Some(recorded) => (known_facts(recorded, notes), Finds::new()),
        None => find_facts(recipe, inputs, notes),
    };
    let chosen = choose_version(inputs, recipe, asked, &facts, previous, notes);
    let mut facts = facts;
    facts.insert("version".to_owned(), chosen.clone());
    Runtime { name: name.to_owned(), version: chosen, facts, finds }
}

/// What the last deploy found, where the app's files are not at hand.
fn known_facts(recorded: &Recorded, notes: &mut Notes) -> Facts {
    for (fact, value) in &recorded.facts {
        notes.decided(format!("found.{fact}"), value, &recorded.place);
    }
    recorded.facts.clone()
}

/// The facts, and for each all that the rule which decided it could have taken.
fn find_facts(recipe: &Recipe, inputs: &Inputs, notes: &mut Notes) -> (Facts, Finds) {
    let mut facts = Facts::new();
    let mut finds = Finds::new();
    for (index, rule) in recipe.description.value.facts.iter().enumerate() {
        let found = match Search::new(recipe, inputs, &facts).apply(rule) {
            Ok(found) => found,
            Err((key, message)) => {
                let span = recipe.description.at(&["facts", &index.to_string(), key]);
                notes.problem(Code::InvalidExpression, span, wrong(key), message);
                continue;
            }
        };
        let Some((value, file)) = found.first() else { continue };
        if rule.all {
            let known = finds.entry(rule.fact.clone()).or_default();
            for (value, file) in found {
                if !known.iter().any(|(other, _)| *other == value) {
                    known.push((value, file));
                }
            }
            let values: Vec<&str> = known.iter().map(|(value, _)| value.as_str()).collect();
            facts.insert(rule.fact.clone(), values.join(BETWEEN));
            continue;
        }
        let Some((first, first_file)) = finds.get(&rule.fact).and_then(|finds| finds.first()) else {
            facts.insert(rule.fact.clone(), value.clone());
            finds.insert(rule.fact.clone(), found);
            continue;
        };
        let advice = recipe.description.value.exclusive.get(&rule.fact);
        if let Some(advice) = advice.filter(|_| first != value) {
            let message = format!("{first_file} and {file} disagree on {}", rule.fact);
            notes.problem(Code::ConflictingFiles, inputs.app.at(&["runtime"]), message, advice);
        }
    }
    for (fact, value) in &facts {
        let files = finds.get(fact).into_iter().flatten().map(|(_, file)| file.as_str());
        let files: BTreeSet<&str> = files.take(if is_list(recipe, fact) { usize::MAX } else { 1 }).collect();
        notes.decided(format!("found.{fact}"), value, files.into_iter().collect::<Vec<_>>().join(BETWEEN));
    }
    (facts, finds)
}

fn is_list(recipe: &Recipe, fact: &str) -> bool {
    recipe.description.value.facts.iter().any(|rule| rule.all && rule.fact == fact)
}

fn wrong(key: &str) -> &'static str {
    if matches!(key, "match" | "within") { "invalid regular expression" } else { "invalid expression" }
}

fn choose_version(
    inputs: &Inputs,
    recipe: &Recipe,
    asked: Option<&str>,
    facts: &Facts,
    previous: Option<&ReleaseFile>,
    notes: &mut Notes,
) -> String {
    let versions = &recipe.description.value.versions;
    let place = inputs.app.at(&["runtime"]);
    let recorded = previous.and_then(|release| release.runtime.strip_prefix(&recipe.name)?.strip_prefix(':'));
    let default = versions.default.clone().unwrap_or_default();
    let (wanted, origin) = match (asked, facts.get("version"), recorded) {
        (Some(asked), _, _) => (asked.to_owned(), place.to_string()),
        (None, Some(found), _) => (found.clone(), "the app's files".to_owned()),
        (None, None, Some(recorded)) => (recorded.to_owned(), "recorded by the first deploy".to_owned()),
        (None, None, None) => (default, format!("the default of recipe {}", recipe.name)),
    };
    let minimum = facts.get("minimum").filter(|least| asked.is_none() && version::older(&wanted, least));
    let (wanted, origin) = match minimum {
        Some(least) => (least.clone(), "the least that the app's files ask for".to_owned()),
        None => (wanted, origin),
    };
    match version::pick(versions, &wanted) {
        _ if !recipe.description.is_sound(&["versions"]) => wanted,
        Ok(version) => {
            notes.decided("runtime.version", &version, origin);
            version
        }
        Err(hint) => {
            notes.problem(
                Code::UnknownVersion,
                place,
                format!("{} {wanted} (from {origin}) is not supported", recipe.name),
                hint,
            );
            wanted
        }
    }
}
