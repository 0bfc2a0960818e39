//! Patterns of files that no file of an app can fit, and what rules for facts ask of files that cannot tell it.

use super::Report;
use crate::diagnostic::Code;
use crate::load::app_files::{DEPTH, SKIPPED};
use crate::load::keyed::format_of;
use crate::load::path_pattern::matches;
use crate::load::recipe::FactRule;

pub(super) fn check(report: &mut Report<'_>) {
    let recipe = &report.document.value;
    for (list, patterns) in [("markers", &recipe.markers), ("weakMarkers", &recipe.weak_markers)] {
        for (index, pattern) in patterns.iter().enumerate() {
            let deep = pattern.trim_start_matches("**/").matches('/').count() > 1 || pattern.starts_with('/');
            let hint = "it is looked for at the top of an app's folder and one folder deep: write a file's name, or `public/index.html`";
            say(report, &[list, &index.to_string()], pattern, (deep || pattern.is_empty()).then_some(hint));
        }
    }
    for (index, pattern) in recipe.skip.iter().enumerate() {
        let deep = pattern.contains('/') && !pattern.starts_with("**/");
        let hint = "each part of a path is compared: write one name, such as tests";
        let hint = (deep || pattern.is_empty()).then_some(hint);
        say(report, &["skip", &index.to_string()], pattern, hint);
    }
    for (index, rule) in recipe.facts.iter().enumerate() {
        let index = index.to_string();
        files(report, &index, rule);
        values(report, &index, rule);
    }
}

fn say(report: &mut Report<'_>, path: &[&str], pattern: &str, hint: Option<&str>) {
    if let Some(hint) = hint {
        report.error(Code::InvalidValue, path, format!("no file can match {pattern:?}"), hint);
    }
}

/// Why a path never is what a pattern says.
fn impossible(pattern: &str) -> Option<&'static str> {
    let odd = |c: char| !c.is_alphanumeric() && !"_-./*".contains(c);
    if pattern.starts_with('/') {
        return Some("paths begin in the app's folder, without a slash");
    }
    if pattern.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Some("paths stay in the app's folder, and have no empty parts and no dots for parts");
    }
    if pattern.contains(odd) {
        return Some("files are looked at whose paths have letters, digits and `_-./` alone");
    }
    if pattern.split('/').any(|part| SKIPPED.contains(&part)) {
        return Some(
            "no file is looked at in .git, .hg, .venv, venv, node_modules, __pycache__, target and .tox",
        );
    }
    let deep = pattern.split('/').filter(|part| *part != "**").count() > DEPTH;
    deep.then_some("files are looked for in the app's folder and three folders deep")
}

/// Whether the rule's files can be found.
fn files(report: &mut Report<'_>, index: &str, rule: &FactRule) {
    if rule.files.is_empty() {
        report.error(
            Code::InvalidValue,
            &["facts", index, "files"],
            "this rule looks at no file",
            "name one, or remove the rule",
        );
    }
    let recipe = &report.document.value;
    for (item, pattern) in rule.files.iter().enumerate() {
        let item = item.to_string();
        let path = ["facts", index, "files", item.as_str()];
        say(report, &path, pattern, impossible(pattern));
        let hides = |skip: &&String, part: &str| {
            skip.as_str() == part || (!part.contains('*') && matches(skip, part))
        };
        let hidden = pattern.split('/').find_map(|part| recipe.skip.iter().find(|skip| hides(skip, part)));
        if let Some(skip) = hidden {
            let message = format!("{pattern:?} is never looked at: `skip` has {skip:?}");
            report.error(
                Code::ConflictingSettings,
                &path,
                message,
                "remove it from `skip`, or name another file",
            );
        }
        let name = pattern.rsplit('/').next().unwrap_or_default();
        // Of a format that is none it has been said.
        let unsaid = rule.format.is_none() && report.document.is_sound(&["facts", index, "format"]);
        if rule.key.is_some() && unsaid && !name.ends_with('*') && format_of(name).is_none() {
            let message = format!("the name {name:?} does not say what the file is written in");
            let hint = "add `format`: json, toml, yaml, ini, properties or xml";
            report.error(Code::MissingKey, &path, message, hint);
        }
    }
}

/// Whether the rule's texts can say something.
fn values(report: &mut Report<'_>, index: &str, rule: &FactRule) {
    let has_star = |pattern: &String| pattern.split('/').any(|part| part != "**" && part.contains('*'));
    if rule.is.contains("{*}") && !rule.files.iter().any(has_star) {
        let hint = "a `*` in `files` stands for a part of a name, `**` for folders";
        report.error(Code::InvalidValue, &["facts", index, "is"], "{*} needs a `*` in `files`", hint);
    }
    if rule.is.is_empty() {
        let hint = "write what the fact is, such as \"{file}\"";
        report.error(Code::InvalidValue, &["facts", index, "is"], "an empty value is never found", hint);
    }
    if let Some(without) = &rule.without {
        let outside = without.starts_with('/') || without.split('/').any(|part| part == "..");
        let hint = outside.then_some("a path in the app's folder, such as \"{folder}/setup.cfg\"");
        say(report, &["facts", index, "without"], without, hint);
    }
}
