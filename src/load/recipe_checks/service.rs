//! What a service's recipe gives to apps and asks of them: variables, credentials and parameters that fit together.

use std::sync::OnceLock;

use regex_lite::Regex;

use super::{Report, near};
use crate::diagnostic::Code;

/// Lists of a release that a manifest can be rendered for, once for each item.
const LISTS: [&str; 9] = [
    "processes",
    "runs",
    "services",
    "disks",
    "generators",
    "service_routes",
    "volumes",
    "secrets",
    "variables",
];

pub(super) fn check(report: &mut Report<'_>) {
    provides(report);
    lists(report);
}

fn pattern(cell: &'static OnceLock<Option<Regex>>, text: &str) -> Option<&'static Regex> {
    cell.get_or_init(|| Regex::new(text).ok()).as_ref()
}

fn provides(report: &mut Report<'_>) {
    let recipe = &report.document.value;
    let keys = || recipe.credentials.iter().map(|rule| rule.key.as_str());
    for (index, variable) in recipe.provides.iter().enumerate() {
        let item = index.to_string();
        let path = ["provides", item.as_str(), "name"];
        if recipe.provides[..index].iter().any(|other| other.name == variable.name) {
            report.error(Code::DuplicateKey, &path, format!("{} is there twice", variable.name), "");
        }
        if let Some(value) = &variable.external {
            references(report, index, "external", &value.0);
        }
        match (&variable.value, &variable.secret) {
            (Some(value), None) => references(report, index, "value", &value.0),
            (None, Some(key)) if keys().any(|known| known == key) => {}
            (None, Some(key)) => {
                let message = format!("{key:?} is no key of `credentials`");
                report.error(Code::InvalidValue, &["provides", &item, "secret"], message, near(key, keys()));
            }
            (Some(_), Some(_)) => {
                let message = "a variable has either a `value` or a `secret`";
                report.error(Code::ConflictingSettings, &["provides", &item], message, "remove one of them");
            }
            (None, None) => {
                let message = format!("{} has no value", variable.name);
                let hint = "add `value`, or `secret`, a key of `credentials`";
                report.error(Code::MissingKey, &["provides", &item], message, hint);
            }
        }
    }
}

/// `$(…)` in a variable's value names one further up.
fn references(report: &mut Report<'_>, index: usize, key: &str, value: &str) {
    static REFERENCE: OnceLock<Option<Regex>> = OnceLock::new();
    let Some(reference) = pattern(&REFERENCE, r"(\$+)\(([^()]*)\)") else { return };
    static OWN: OnceLock<Option<Regex>> = OnceLock::new();
    let Some(own) = pattern(&OWN, r"^\{\{-?\s*prefix\s*-?\}\}_([A-Za-z0-9_]*)$") else { return };
    let provides = &report.document.value.provides;
    let above = || provides[..index].iter().map(|variable| variable.name.0.as_str());
    for found in reference.captures_iter(value) {
        // `$$(X)` is the text `$(X)`.
        if found[1].len() % 2 == 0 {
            continue;
        }
        let named = &found[2];
        let (message, hint) = match own.captures(named) {
            Some(name) if above().any(|other| other == &name[1]) => continue,
            Some(name) if provides[index..].iter().any(|other| other.name.0 == name[1]) => (
                format!("{} stands further down, and is not expanded here", &name[1]),
                "move it above this variable".to_owned(),
            ),
            // It may be the one whose name could not be read.
            Some(_) if above().any(str::is_empty) => continue,
            Some(name) => (format!("no variable above is called {:?}", &name[1]), near(&name[1], above())),
            // What templates make of other names is known with an app alone.
            None if named.contains("{{") => continue,
            None => (
                format!("$({named}) names no variable of this service"),
                "a variable further up is `$({{ prefix }}_NAME)`; `$$(…)` is the text itself".to_owned(),
            ),
        };
        report.error(Code::InvalidVariable, &["provides", &index.to_string(), key], message, hint);
    }
}

fn lists(report: &mut Report<'_>) {
    for (index, rule) in report.document.value.files.iter().enumerate() {
        let index = index.to_string();
        if let Some(list) = rule.each.as_deref().filter(|list| !LISTS.contains(list)) {
            let message = format!("{list:?} is no list of a release");
            report.error(
                Code::InvalidValue,
                &["files", &index, "each"],
                message,
                near(list, LISTS.into_iter()),
            );
        }
        if rule.item.is_some() && rule.each.is_none() {
            let hint = format!("add `each`, one of {}", LISTS.join(", "));
            report.error(
                Code::MissingKey,
                &["files", &index, "as"],
                "`as` has no effect without `each`",
                hint,
            );
        }
    }
}
