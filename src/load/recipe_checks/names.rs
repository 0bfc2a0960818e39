//! Names that expressions and templates read: words that they can be written with, and no two things of one name.

use super::Report;
use crate::diagnostic::Code;
use crate::load::needed_facts::mentions;
use crate::load::pod_rules::EnvRule;
use crate::load::recipe::{RecipeFile, VERSION};
use crate::load::recipe_folder::{Recipe, RecipeKind};
use crate::load::variable::refused;
use crate::version_range::Scheme;

/// What expressions and templates of a runtime see beside facts.
const GIVEN: [&str; 12] = [
    "command",
    "ignore",
    "image",
    "mirror",
    "params",
    "port",
    "system",
    "uses",
    "variables",
    "version_by_default",
    "version_is_open",
    "words",
];
/// What variables of `env` see as well.
const OF_ENV: [&str; 4] = ["host", "hosts", "memory", "url"];
/// Words of the expressions themselves.
const WORDS: [&str; 20] = [
    "False",
    "None",
    "True",
    "and",
    "caller",
    "debug",
    "dict",
    "else",
    "false",
    "if",
    "in",
    "is",
    "loop",
    "namespace",
    "none",
    "not",
    "or",
    "range",
    "self",
    "true",
];

pub(super) fn check(recipe: &Recipe, report: &mut Report<'_>) {
    let description = &report.document.value;
    for (index, rule) in description.facts.iter().enumerate() {
        let index = index.to_string();
        let path = ["facts", index.as_str(), "fact"];
        if let Some(hint) = unreadable(&rule.fact) {
            let message = format!("{:?} is no name that an expression can read", rule.fact);
            report.error(Code::InvalidValue, &path, message, hint);
        } else if is_taken(description, &rule.fact) {
            let message = format!("{:?} is something else in expressions and templates", rule.fact);
            report.error(Code::NameConflict, &path, message, "give the fact another name");
        }
        version(report, &index);
    }
    for (key, names) in [("words", keys(&description.words)), ("parts", keys(&description.parts))] {
        for name in names {
            if let Some(hint) = unreadable(name) {
                let message = format!("{name:?} is no name that a template can read");
                report.error_at_key(&[key, name], message, hint);
            }
        }
    }
    if description.exclusive.contains_key(VERSION) {
        let hint = "of versions every find counts: another choice is a warning of its own, and one outside a range an error";
        report.error_at_key(&["exclusive", VERSION], "`exclusive` has no effect on the version", hint);
    }
    words(report);
    variables(report);
    items(recipe.kind, report);
}

/// Lists of words of the name of a fact: two things that one word means.
fn words(report: &mut Report<'_>) {
    let recipe = &report.document.value;
    for name in recipe.words.keys().filter(|name| recipe.facts.iter().any(|rule| rule.fact == **name)) {
        if report.document.is_sound(&["words", name]) {
            let message = format!("{name:?} is a fact, too");
            let hint = format!(
                "give the list another name: `words.{name}` and `{name}` are easily taken for each other"
            );
            report.at(Code::NameConflict, report.document.key(&["words", name]), message, hint);
        }
    }
}

/// Variables that cupaas gives, and what no variable can be.
fn variables(report: &mut Report<'_>) {
    for (index, rule) in report.document.value.env.iter().enumerate() {
        // What a template makes of it an app alone shows.
        let value = if rule.value.contains('{') { "" } else { &rule.value };
        if let Some((message, hint)) = refused(&rule.name.0, value) {
            let key = if refused(&rule.name.0, "").is_some() { "name" } else { "value" };
            report.error(Code::InvalidVariable, &["env", &index.to_string(), key], message, hint);
        }
    }
}

fn keys<V>(named: &std::collections::BTreeMap<String, V>) -> Vec<&str> {
    named.keys().map(String::as_str).collect()
}

/// What to do about a name that is no word.
fn unreadable(name: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if starts && name.chars().all(plain) {
        return None;
    }
    let near: String = name.chars().map(|c| if plain(c) { c } else { '_' }).collect();
    let rule = "letters, digits and underscores, not beginning with a digit";
    Some(if starts { format!("{rule}: {near}") } else { rule.to_owned() })
}

fn is_taken(recipe: &RecipeFile, fact: &str) -> bool {
    let by_wheels = recipe.facts.iter().any(|rule| rule.range == Some(Scheme::WheelTags));
    GIVEN.contains(&fact)
        || WORDS.contains(&fact)
        || (OF_ENV.contains(&fact) && recipe.env.iter().any(|rule| env_reads(rule, fact)))
        || (fact == "lacking" && by_wheels)
        || (fact == "folder" && !recipe.parts.is_empty())
}

/// Whether a variable's value or condition reads that name.
fn env_reads(rule: &EnvRule, name: &str) -> bool {
    [Some(&rule.value), rule.when.as_ref()].into_iter().flatten().any(|text| mentions(text, name))
}

/// Keys that are for the version alone, or for all others.
fn version(report: &mut Report<'_>, index: &str) {
    let Some(rule) = index.parse::<usize>().ok().and_then(|at| report.document.value.facts.get(at)) else {
        return;
    };
    if rule.range.is_some() && rule.fact != VERSION {
        let hint = "remove it, or name the fact `version`";
        let message = format!("`range` is for the fact `version`, and not for {:?}", rule.fact);
        report.error(Code::ConflictingSettings, &["facts", index, "range"], message, hint);
    }
    if rule.decides && !report.document.value.exclusive.contains_key(&rule.fact) {
        let message = "`decides` has no effect without `exclusive`";
        let hint = format!("the first rule that finds {:?} decides it anyway: remove it", rule.fact);
        report.error(Code::ConflictingSettings, &["facts", index, "decides"], message, hint);
    }
}

/// Names that items of a list have in a manifest's template.
fn items(kind: RecipeKind, report: &mut Report<'_>) {
    for (index, rule) in report.document.value.files.iter().enumerate() {
        let Some(item) = &rule.item else { continue };
        let index = index.to_string();
        let path = ["files", index.as_str(), "as"];
        let taken = ["service", "workload"].into_iter().chain(super::RELEASE).any(|name| name == item.0);
        if let Some(hint) = unreadable(&item.0) {
            let message = format!("{:?} is no name that a template can read", item.0);
            report.error(Code::InvalidValue, &path, message, hint);
        } else if taken && kind != RecipeKind::Shared {
            let message = format!("{:?} is something else in templates", item.0);
            report.error(Code::NameConflict, &path, message, "give the item another name");
        }
    }
}
