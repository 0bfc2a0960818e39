//! What an app's files say about it, by the rules of its runtime's recipe.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::diagnostic::{Code, Diagnostic, Span};
use crate::load::app_files::AppFiles;
use crate::load::catalog::Recipe;
use crate::load::inputs::Recorded;
use crate::load::needed_facts::is_passing;
use crate::load::recipe::VERSION;
use crate::resolve::decisions::Notes;
use crate::resolve::fact_search::{Found, Search};
use crate::resolve::fact_values::{BETWEEN, Facts};

/// For each fact all that the rule which decided it found.
pub(crate) type Finds = BTreeMap<String, Vec<Found>>;

/// What is known of an app's files.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// The facts, without the version.
    pub facts: Facts,
    /// For each fact all that the rule which decided it found.
    pub finds: Finds,
    /// Everything that says something about the version, in the order of the rules, each with its rule's number.
    pub versions: Vec<(usize, Found)>,
}

impl Known {
    /// Where a fact stands.
    pub(super) fn place(&self, fact: &str) -> Option<&Span> {
        self.finds.get(fact)?.first().map(|found| &found.place)
    }
}

/// What the last deploy found, where the app's files are not at hand.
pub(super) fn recorded(recorded: &Recorded, notes: &mut Notes) -> Known {
    for (fact, value) in &recorded.facts {
        notes.decided(format!("found.{fact}"), value, &recorded.place);
    }
    Known { facts: recorded.facts.clone(), ..Known::default() }
}

/// Applies every rule, in order. `place`: where the app names the runtime.
pub(super) fn find(
    recipe: &Recipe,
    (files, place): (&AppFiles, &Span),
    params: &Map<String, Value>,
    notes: &mut Notes,
) -> Known {
    let description = &recipe.description;
    let mut search = Search::new(&description.value, params, files);
    let mut known = Known::default();
    // Facts that are decided whatever further rules find.
    let mut decided_for_good = BTreeSet::new();
    for (index, rule) in description.value.facts.iter().enumerate() {
        let found = match search.apply(rule, &known.facts) {
            Ok(found) => found,
            Err(wrong) => {
                let span = description.at(&["facts", &index.to_string(), wrong.key]);
                notes.problem(Code::InvalidExpression, span, wrong.what, wrong.why);
                continue;
            }
        };
        let Some(first) = found.first() else { continue };
        if rule.fact == VERSION {
            known.versions.extend(found.into_iter().map(|found| (index, found)));
            continue;
        }
        if rule.all {
            gather(&mut known, &rule.fact, found);
            continue;
        }
        let Some(decided) = known.finds.get(&rule.fact).and_then(|finds| finds.first()) else {
            known.facts.insert(rule.fact.clone(), first.value.clone());
            known.finds.insert(rule.fact.clone(), found);
            if rule.decides {
                decided_for_good.insert(&rule.fact);
            }
            continue;
        };
        if decided_for_good.contains(&rule.fact) {
            continue;
        }
        let advice = description.value.exclusive.get(&rule.fact);
        if let Some(advice) = advice.filter(|_| decided.value != first.value) {
            let message = format!("{} and {} disagree on {}", decided.file, first.file, rule.fact);
            notes.problem(Code::ConflictingFiles, place.clone(), message, advice);
        }
    }
    let (problems, warnings): (Vec<_>, Vec<_>) =
        std::mem::take(&mut search.unread).into_iter().partition(Diagnostic::is_error);
    notes.problems.extend(problems);
    notes.warnings.extend(warnings);
    for (fact, value) in known.facts.iter().filter(|(fact, _)| !is_passing(&recipe.description.value, fact)) {
        notes.decided(format!("found.{fact}"), value, origin(recipe, &known, fact));
    }
    known
}

/// Adds to a fact that is a list.
fn gather(known: &mut Known, fact: &str, found: Vec<Found>) {
    let finds = known.finds.entry(fact.to_owned()).or_default();
    for one in found {
        if !finds.iter().any(|other| other.value == one.value) {
            finds.push(one);
        }
    }
    let values: Vec<&str> = finds.iter().map(|found| found.value.as_str()).collect();
    known.facts.insert(fact.to_owned(), values.join(BETWEEN));
}

/// The files that say a fact.
fn origin(recipe: &Recipe, known: &Known, fact: &str) -> String {
    let is_list = recipe.description.value.facts.iter().any(|rule| rule.all && rule.fact == fact);
    let files = known.finds.get(fact).into_iter().flatten().map(|found| found.file.as_str());
    let files: BTreeSet<&str> = files.take(if is_list { usize::MAX } else { 1 }).collect();
    files.into_iter().collect::<Vec<_>>().join(BETWEEN)
}
