//! What a recipe says and nobody reads: parameters, facts, and packages that no template prints.

use std::collections::BTreeSet;

use super::{Report, files, places};
use crate::diagnostic::{Code, Diagnostic};
use crate::load::needed_facts::mentions;
use crate::load::recipe::{RecipeFile, VERSION};
use crate::load::recipe_folder::{Recipe, RecipeKind};

pub(super) fn check(recipe: &Recipe, report: &mut Report<'_>) {
    // What could not be read, or has another name, may be what reads it.
    let is_wrong = report.found.iter().any(Diagnostic::is_error);
    if recipe.kind == RecipeKind::Shared || is_wrong || !report.document.is_sound(&[]) {
        return;
    }
    let templates: Vec<&str> = { files::own(recipe) }
        .filter(|(name, _)| *name != "recipe.yaml")
        .map(|(_, source)| source.text.as_str())
        .collect();
    version(recipe.kind, report, &templates);
    params(recipe.kind, report, &templates);
    facts(report, &templates);
    packages(report, &templates);
}

/// Versions that an app can choose from, and gets the same of.
fn version(kind: RecipeKind, report: &mut Report<'_>, templates: &[&str]) {
    let recipe = &report.document.value;
    let image = recipe.image.as_deref().filter(|_| kind == RecipeKind::Service);
    let reads = |text: &str| mentions(text, VERSION) || is_whole(text, "service");
    if recipe.versions.supported.len() < 2 || image.into_iter().chain(templates.iter().copied()).any(reads) {
        return;
    }
    let (what, hint) = match kind {
        RecipeKind::Service => {
            ("neither `image` nor a template reads", "image: docker.io/library/…:{{ version }}")
        }
        _ => ("no template reads", "FROM {{ image(\"docker.io/library/…:\" ~ version) }}"),
    };
    let message = format!("{what} `version`: every version is the same");
    let hint = format!("read it where the image is named: `{hint}`; or support one version alone");
    warn(report, &["versions", "supported"], true, message, hint);
}

/// A word that only looks like a name is taken for it: nothing is said that would be wrong.
fn params(kind: RecipeKind, report: &mut Report<'_>, templates: &[&str]) {
    let recipe = &report.document.value;
    let places = places::all(recipe);
    let texts: Vec<&str> = places.iter().map(|place| place.text).chain(templates.iter().copied()).collect();
    if texts.iter().any(|text| is_whole(text, "params")) {
        return;
    }
    let prefix = if kind == RecipeKind::Service { "service.params" } else { "params" };
    for name in recipe.params.keys().filter(|name| !texts.iter().any(|text| mentions(text, name))) {
        let hint = format!("expressions and templates read it as `{prefix}.{name}`; or remove it");
        let message = format!("nothing reads the parameter {name:?}: setting it would change nothing");
        warn(report, &["params", name], true, message, hint);
    }
}

fn facts(report: &mut Report<'_>, templates: &[&str]) {
    let recipe = &report.document.value;
    // Recipes that use this one may read any.
    if !recipe.parts.is_empty() {
        return;
    }
    let named = named(recipe);
    let places = places::all(recipe);
    let mut seen = BTreeSet::new();
    for (index, rule) in recipe.facts.iter().enumerate() {
        let fact = rule.fact.as_str();
        if fact == VERSION || !seen.insert(fact) || named.contains(fact) {
            continue;
        }
        // That a rule asks whether its own fact has been found is no use of it.
        let is_own = |path: &[String]| match path {
            [list, index, ..] if list == "facts" => index
                .parse()
                .ok()
                .and_then(|at: usize| recipe.facts.get(at))
                .is_some_and(|rule| rule.fact == fact),
            _ => false,
        };
        let by_text = places.iter().any(|place| !is_own(&place.path) && mentions(place.text, fact));
        let below =
            recipe.facts.iter().any(|other| other.fact != fact && other.below.as_deref() == Some(fact));
        if !by_text && !below && !templates.iter().any(|text| mentions(text, fact)) {
            let message = format!("nothing uses the fact {fact:?}");
            let hint = "name it in an expression or a template, or remove its rules";
            warn(report, &["facts", &index.to_string(), "fact"], false, message, hint.to_owned());
        }
    }
}

/// Whether a text takes all that there is below a name: who reads all of it reads each.
fn is_whole(text: &str, name: &str) -> bool {
    let mut all = text.match_indices(name).map(|(at, word)| &text[at + word.len()..]);
    all.any(|rest| !rest.starts_with(|c: char| c == '.' || c == '_' || c.is_alphanumeric()))
}

/// Facts that keys name.
fn named(recipe: &RecipeFile) -> BTreeSet<&str> {
    let at = recipe.checks.iter().filter_map(|check| check.at.as_deref());
    let one_of = recipe.start.iter().flat_map(|rule| rule.one_of.iter().map(String::as_str));
    let below = recipe.uses.values().map(|rule| rule.below.as_str());
    at.chain(one_of).chain(below).chain(recipe.exclusive.keys().map(String::as_str)).collect()
}

/// Packages that would be in no image.
fn packages(report: &mut Report<'_>, templates: &[&str]) {
    let recipe = &report.document.value;
    if recipe.dockerfile.is_none() {
        return;
    }
    for key in ["build", "run"] {
        let plain = format!("system.{key}");
        let prints = |text: &&str| mentions(text, &plain) || is_whole(text, "system");
        let rule = recipe.system.iter().position(|rule| match key {
            "build" => !rule.build.is_empty(),
            _ => !rule.run.is_empty(),
        });
        if let Some(index) = rule.filter(|_| !templates.iter().any(prints)) {
            let message = format!("no template prints `{plain}`: these packages are installed nowhere");
            let hint = format!(
                "in the Dockerfile: `apt-get install -y {{{{ {plain} | join(' ') }}}}`, where there are any"
            );
            report.error(Code::RecipeInvalid, &["system", &index.to_string(), key], message, hint);
        }
    }
}

fn warn(report: &mut Report<'_>, path: &[&str], at_key: bool, message: String, hint: String) {
    let document = report.document;
    let span = if at_key { document.key(path) } else { document.at(path) };
    report.found.push(Diagnostic::warning(Code::SettingUnused, span, message).hint(hint));
}
