//! What an app's files say about it, by the rules of its runtime's recipe: facts, version, start command.

use std::collections::BTreeMap;

use regex_lite::RegexBuilder;
use serde_json::Value;

use crate::diagnostic::{Code, Diagnostic, Span};
use crate::expression;
use crate::load::app_folder::matches;
use crate::load::catalog::Recipe;
use crate::load::inputs::{Inputs, Recorded};
use crate::load::recipe::{FactRule, RecipeFile};
use crate::load::release_file::ReleaseFile;
use crate::resolve::decisions::Notes;
use crate::resolve::version;
use crate::yaml::document::Document;

/// The most bytes that a regular expression of a recipe may take once it is read, its repetitions written out: each is
/// looked at for each letter of a file.
const MAX_PATTERN: usize = 64 << 10;

/// Facts by name.
pub(crate) type Facts = BTreeMap<String, String>;

/// Which runtime, which version, and what was found.
#[derive(Debug, Clone, Default)]
pub(crate) struct Runtime {
    /// The runtime's name.
    pub name: String,
    /// Its version; empty where a runtime has none.
    pub version: String,
    /// What was found in the app's files, `version` among it.
    pub facts: Facts,
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
    let facts = match &inputs.recorded {
        Some(recorded) => known_facts(recorded, notes),
        None => find_facts(recipe, inputs, notes),
    };
    let chosen = choose_version(inputs, recipe, asked, &facts, previous, notes);
    let mut facts = facts;
    facts.insert("version".to_owned(), chosen.clone());
    Runtime { name: name.to_owned(), version: chosen, facts }
}

/// What the last deploy found, where the app's files are not at hand.
fn known_facts(recorded: &Recorded, notes: &mut Notes) -> Facts {
    for (fact, value) in &recorded.facts {
        notes.decided(format!("found.{fact}"), value, &recorded.place);
    }
    recorded.facts.clone()
}

fn find_facts(recipe: &Recipe, inputs: &Inputs, notes: &mut Notes) -> Facts {
    let mut found: BTreeMap<&str, (String, String)> = BTreeMap::new();
    for (index, rule) in recipe.description.value.facts.iter().enumerate() {
        let (value, file) = match apply(rule, inputs) {
            Ok(Some(found)) => found,
            Ok(None) => continue,
            Err(message) => {
                let span = recipe.description.at(&["facts", &index.to_string(), "match"]);
                notes.problem(Code::InvalidExpression, span, "invalid regular expression", message);
                continue;
            }
        };
        let Some((first, first_file)) = found.get(rule.fact.as_str()) else {
            found.insert(&rule.fact, (value, file));
            continue;
        };
        let advice = recipe.description.value.exclusive.get(&rule.fact);
        if let Some(advice) = advice.filter(|_| *first != value) {
            let message = format!("{first_file} and {file} disagree on {}", rule.fact);
            notes.problem(Code::ConflictingFiles, inputs.app.at(&["runtime"]), message, advice);
        }
    }
    for (fact, (value, file)) in &found {
        notes.decided(format!("found.{fact}"), value, file);
    }
    found.into_iter().map(|(fact, (value, _))| (fact.to_owned(), value)).collect()
}

/// What one rule finds, and in which file.
///
/// # Errors
///
/// Why its pattern is no regular expression.
fn apply(rule: &FactRule, inputs: &Inputs) -> Result<Option<(String, String)>, String> {
    let Some(pattern) = &rule.pattern else {
        let file = rule.files.iter().find_map(|p| inputs.listing.iter().find(|path| matches(p, path)));
        return Ok(file.and_then(|file| Some((fill(&rule.is, file, &[])?, file.clone()))));
    };
    let looked_at = |file| inputs.texts.iter().filter(move |(path, _)| matches(file, path));
    if rule.files.iter().all(|file| looked_at(file).next().is_none()) {
        return Ok(None);
    }
    let regex =
        RegexBuilder::new(pattern).size_limit(MAX_PATTERN).build().map_err(|error| error.to_string())?;
    for file in &rule.files {
        for (path, text) in looked_at(file) {
            if let Some(captures) = regex.captures(text) {
                let groups: Vec<&str> =
                    captures.iter().map(|group| group.map_or("", |g| g.as_str())).collect();
                return Ok(fill(&rule.is, path, &groups).map(|value| (value, path.clone())));
            }
        }
    }
    Ok(None)
}

/// The rule's value with what was found in it. A file whose name is no plain word is not looked at: it would become
/// a word of a command.
fn fill(template: &str, file: &str, groups: &[&str]) -> Option<String> {
    if !file.chars().all(|c| c.is_alphanumeric() || "_-./".contains(c)) {
        return None;
    }
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let module = stem.strip_suffix("/__init__").unwrap_or(stem);
    let module = module.strip_prefix("src/").unwrap_or(module).replace('/', ".");
    let mut text = template.replace("{file}", file).replace("{module}", &module);
    for (index, group) in groups.iter().enumerate().skip(1) {
        text = text.replace(&format!("{{{index}}}"), group);
    }
    Some(text)
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

/// The start command that the recipe knows for an app with these facts.
pub(super) fn start(inputs: &Inputs, facts: &Facts, notes: &mut Notes) -> Option<(String, String)> {
    let recipe = inputs.runtime.as_ref()?;
    if inputs.dockerfile.is_some() {
        // Whoever wrote it has said there how the app is started.
        return None;
    }
    match start_rule(&recipe.description, facts) {
        Err(problem) => {
            notes.problems.push(*problem);
            None
        }
        Ok(None) => None,
        Ok(Some((command, warning))) => {
            if let Some(warning) = warning {
                let (message, hint) =
                    warning.split_once(": ").unwrap_or((&warning, "set a command under `processes`"));
                notes.warning(Code::StartCommandGuessed, inputs.app.at(&["runtime"]), message, hint);
            }
            Some((command, format!("recipe {}, by what is in the app's folder", recipe.name)))
        }
    }
}

type Start = Option<(String, Option<String>)>;

fn start_rule(recipe: &Document<RecipeFile>, facts: &Facts) -> Result<Start, Box<Diagnostic>> {
    let values: Value =
        facts.iter().map(|(name, value)| (name.clone(), Value::String(value.clone()))).collect();
    for (index, rule) in recipe.value.start.iter().enumerate() {
        let index = index.to_string();
        let span = |key: &str| recipe.at(&["start", &index, key]);
        let fail =
            |span: Span, message: String| Box::new(Diagnostic::error(Code::InvalidExpression, span, message));
        let fits = match &rule.when {
            Some(when) => expression::is_true(when, &values).map_err(|e| fail(span("when"), e))?,
            None => true,
        };
        if fits {
            let command = expression::text(&rule.command, &values).map_err(|e| fail(span("command"), e))?;
            return Ok(Some((command, rule.warning.clone())));
        }
    }
    Ok(None)
}
