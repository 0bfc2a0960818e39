//! Rules for facts: their regular expressions, what `is` takes from them, and the facts that other keys name.

use std::collections::BTreeSet;

use regex_lite::Regex;

use super::{Report, near};
use crate::diagnostic::{Code, Diagnostic};
use crate::load::recipe::{FactRule, VERSION};
use crate::load::recipe_pattern::regex;
use crate::load::recipe_uses::OF_A_USED;
use crate::version_range::Scheme;

/// What `is` knows beside groups.
const OF_A_FILE: [&str; 4] = ["file", "module", "folder", "top"];
/// What it knows of the first group.
const OF_A_GROUP: [&str; 2] = ["slug", "path"];

pub(super) fn check(report: &mut Report<'_>) {
    let recipe = &report.document.value;
    let mut above: BTreeSet<&str> = BTreeSet::new();
    for (index, rule) in recipe.facts.iter().enumerate() {
        let index = index.to_string();
        let expression = rule.pattern.as_deref().map(|text| read(report, &index, "match", text));
        rule.within.as_deref().map(|text| read(report, &index, "within", text));
        words(report, &index, rule, expression);
        if let Some(fact) = rule.below.as_deref().filter(|fact| !above.contains(fact)) {
            let message = format!("no rule above finds the fact {fact:?}");
            report.error(
                Code::InvalidValue,
                &["facts", &index, "below"],
                message,
                near(fact, above.iter().copied()),
            );
        }
        alone(report, &index, rule);
        of_version(report, &index, rule);
        of_range(report, &index, rule);
        above.insert(&rule.fact);
    }
    named(report, &above);
}

/// Facts that other keys name.
fn named(report: &mut Report<'_>, facts: &BTreeSet<&str>) {
    let recipe = &report.document.value;
    let unknown = |fact: &str| (!facts.contains(fact)).then(|| near(fact, facts.iter().copied()));
    for fact in recipe.exclusive.keys() {
        if let Some(hint) = unknown(fact) {
            report.error_at_key(&["exclusive", fact], format!("no rule finds the fact {fact:?}"), hint);
        }
    }
    for (name, rule) in &recipe.uses {
        if let Some(hint) = unknown(&rule.below) {
            let message = format!("no rule finds the fact {:?}", rule.below);
            report.error(Code::InvalidValue, &["uses", name, "below"], message, hint);
        }
    }
    for part in recipe.parts.keys().filter(|part| OF_A_USED.contains(&part.as_str())) {
        let message = format!("{part:?} is known of every recipe that is used");
        report.error_at_key(&["parts", part], message, "give the part another name");
    }
    for (index, check) in recipe.checks.iter().enumerate() {
        let index = index.to_string();
        if let Some((fact, hint)) = check.at.as_deref().and_then(|fact| Some((fact, unknown(fact)?))) {
            let message = format!("no rule finds the fact {fact:?}");
            report.error(Code::InvalidValue, &["checks", &index, "at"], message, hint);
        }
        if check.error.is_none() && check.warning.is_none() {
            let hint = "add `error` to refuse such an app, or `warning`";
            report.error(Code::MissingKey, &["checks", &index], "this check says nothing", hint);
        }
    }
    for (index, rule) in recipe.start.iter().enumerate() {
        let index = index.to_string();
        for (item, fact) in rule.one_of.iter().enumerate() {
            if let Some(hint) = unknown(fact) {
                let message = format!("no rule finds the fact {fact:?}");
                let path = ["start", &index, "oneOf", &item.to_string()];
                report.error(Code::InvalidValue, &path, message, hint);
            }
        }
        if rule.command.is_none() && rule.error.is_none() {
            let hint = "add `command`, or `error` to say why there is none";
            report.error(Code::MissingKey, &["start", &index], "this rule starts nothing", hint);
        }
        if rule.runtime.is_some() && rule.error.is_none() {
            let hint = "add `error`, and say in `hint` that it is an app of that runtime";
            let message = "what another runtime starts is not started here";
            report.error(Code::MissingKey, &["start", &index, "runtime"], message, hint);
        }
    }
}

/// The expression, where it is one.
fn read(report: &mut Report<'_>, index: &str, key: &str, text: &str) -> Option<Regex> {
    let read = regex(text);
    if let Err(error) = &read {
        let path = ["facts", index, key];
        report.error(Code::InvalidExpression, &path, "invalid regular expression", error.to_string());
    }
    read.ok()
}

/// What stands in braces in `is` and `without`.
fn words(report: &mut Report<'_>, index: &str, rule: &FactRule, pattern: Option<Option<Regex>>) {
    let (groups, is_known) = match &pattern {
        Some(Some(regex)) => (regex.captures_len() - 1, true),
        Some(None) => (0, false),
        None => (0, true),
    };
    for word in braces(&rule.is) {
        let path = ["facts", index, "is"];
        let number = word.parse::<usize>().ok().or_else(|| OF_A_GROUP.contains(&word).then_some(1));
        let message = match number {
            Some(_) if !is_known => continue,
            Some(number) if (1..=groups).contains(&number) => continue,
            Some(_) if pattern.is_none() => format!("{{{word}}} needs a group, and there is no `match`"),
            Some(_) => format!("{{{word}}} needs a group that `match` does not have: it has {groups}"),
            None if word == "value" && (rule.key.is_some() || pattern.is_some()) => continue,
            None if word == "value" => "{value} needs a `key`".to_owned(),
            None if word == "key" && rule.key.is_some() => continue,
            None if word == "key" => "{key} needs a `key`".to_owned(),
            None if OF_A_FILE.contains(&word) => continue,
            None => {
                let known = OF_A_FILE.into_iter().chain(OF_A_GROUP).chain(["value", "key"]);
                let hint = near(word, known);
                report.error(Code::InvalidValue, &path, format!("{{{word}}} stands for nothing"), hint);
                continue;
            }
        };
        let hint = match (&pattern, word) {
            (_, "key" | "value") => "`key` is the way to a value in the file, such as `key: engines.node`",
            (None, _) => "",
            (Some(_), _) => "a group stands in parentheses: `(…)`",
        };
        report.error(Code::InvalidValue, &path, message, hint);
    }
    for word in rule.without.as_deref().map(braces).unwrap_or_default() {
        if !OF_A_FILE.contains(&word) {
            let hint = near(word, OF_A_FILE.into_iter());
            let path = ["facts", index, "without"];
            report.error(Code::InvalidValue, &path, format!("{{{word}}} stands for nothing"), hint);
        }
    }
}

/// Keys that mean nothing without another.
fn alone(report: &mut Report<'_>, index: &str, rule: &FactRule) {
    let lonely = [
        ("within", rule.within.is_some() && rule.pattern.is_none(), "match"),
        ("format", rule.format.is_some() && rule.key.is_none(), "key"),
    ];
    for (key, _, other) in lonely.into_iter().filter(|(_, is_alone, _)| *is_alone) {
        let path = ["facts", index, key];
        report.error(Code::MissingKey, &path, format!("`{key}` has no effect without `{other}`"), "");
    }
    if rule.whole && !rule.is_of_lines() {
        let (message, hint) =
            ("`whole` has no effect here", "it is for a rule with `match`, and without `key` and `within`");
        report.error(Code::ConflictingSettings, &["facts", index, "whole"], message, hint);
    }
}

/// Of several plain versions none is the one.
fn of_version(report: &mut Report<'_>, index: &str, rule: &FactRule) {
    if rule.fact == VERSION && rule.all && rule.range.is_none() {
        let hint = "say in whose words each find is a range, such as `range: npm`, or remove it";
        let message = "`all` for the version needs `range`: it then has to lie within all that is found";
        report.error(Code::ConflictingSettings, &["facts", index, "all"], message, hint);
    }
}

/// What `match` cuts out of a value is seldom a range any more: `20` of `>=20` would be that version alone.
fn of_range(report: &mut Report<'_>, index: &str, rule: &FactRule) {
    let Some(pattern) = rule.pattern.as_deref() else { return };
    let is_range = rule.range.is_some_and(|scheme| scheme != Scheme::WheelTags);
    let is_whole = pattern.starts_with('^') && pattern.ends_with('$');
    let path = ["facts", index, "is"];
    if is_range
        && !is_whole
        && rule.key.is_some()
        && braces(&rule.is).contains(&"value")
        && report.document.is_sound(&path)
    {
        let message = "{value} is only the part that `match` finds, and a range has to be whole";
        let hint = "leave `match` out, or begin it with `^` and end it with `$`";
        let place = report.document.at(&path);
        report.found.push(Diagnostic::warning(Code::InvalidValue, place, message).hint(hint));
    }
}

/// The plain words in braces.
fn braces(text: &str) -> Vec<&str> {
    let parts = text.split('{').skip(1).filter_map(|part| part.split_once('}').map(|(word, _)| word));
    let plain = |word: &&str| !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || c == '_');
    parts.filter(plain).collect()
}
