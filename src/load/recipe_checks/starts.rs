//! Rules of which the first that fits counts: two answers in one, and rules that are never reached.

use super::Report;
use crate::diagnostic::Code;
use crate::load::start_rule::StartRule;

pub(super) fn check(report: &mut Report<'_>) {
    let recipe = &report.document.value;
    for (index, rule) in recipe.start.iter().enumerate() {
        one(report, &index.to_string(), rule);
    }
    unreached(report, &["start"], &recipe.start.iter().map(|rule| rule.when.as_deref()).collect::<Vec<_>>());
    let releases: Vec<_> = recipe.suggests.release.iter().map(|rule| rule.when.as_deref()).collect();
    unreached(report, &["suggests", "release"], &releases);
    for (index, rule) in recipe.suggests.processes.iter().enumerate() {
        let path = ["suggests", "processes", &index.to_string(), "name"];
        reserved(report, &path, &rule.name.0);
    }
    let of_processes =
        recipe.suggests.processes.iter().map(|rule| (rule.name.0.as_str(), rule.when.as_deref()));
    named(report, (&["suggests", "processes"], "proposes"), &of_processes.collect::<Vec<_>>());
    let of_variables = recipe.env.iter().map(|rule| (rule.name.0.as_str(), rule.when.as_deref()));
    named(report, (&["env"], "sets"), &of_variables.collect::<Vec<_>>());
    for (index, check) in recipe.checks.iter().enumerate() {
        if check.error.is_some() && check.warning.is_some() {
            let (message, hint) = ("a check either refuses or warns", "remove `error` or `warning`");
            report.error(
                Code::ConflictingSettings,
                &["checks", &index.to_string(), "warning"],
                message,
                hint,
            );
        }
    }
}

fn one(report: &mut Report<'_>, index: &str, rule: &StartRule) {
    if rule.command.is_some() && rule.error.is_some() {
        let message = "a rule has either a `command` or an `error`";
        report.error(Code::ConflictingSettings, &["start", index, "error"], message, "remove one of them");
        return;
    }
    if rule.hint.is_some() && rule.error.is_none() {
        let message = "`hint` has no effect without `error`";
        let hint = "say it in `warning`, behind a colon: `what: what to do`";
        report.error(Code::MissingKey, &["start", index, "hint"], message, hint);
    }
    let beside_error = [("warning", rule.warning.is_some()), ("oneOf", !rule.one_of.is_empty())];
    for (key, _) in beside_error.into_iter().filter(|(_, is_there)| *is_there && rule.error.is_some()) {
        let message = format!("`{key}` has no effect beside `error`");
        report.error(Code::ConflictingSettings, &["start", index, key], message, "remove it");
    }
    reserved(report, &["start", index, "process"], rule.process());
}

/// Of processes one name is no app's.
fn reserved(report: &mut Report<'_>, path: &[&str], process: &str) {
    if process == "release" {
        let hint = "a command that runs before each release is proposed by `suggests.release`";
        report.error(Code::ReservedName, path, "the process name \"release\" is reserved", hint);
    }
}

/// Says that a rule stands behind one that always fits.
fn unreached(report: &mut Report<'_>, list: &[&str], rules: &[Option<&str>]) {
    let Some(first) = rules.iter().position(|when| always(*when)) else { return };
    if first + 1 < rules.len() {
        let (index, next) = (first.to_string(), (first + 1).to_string());
        // A condition that could not be read has been said.
        if report.document.is_sound(&[list, &[index.as_str(), "when"]].concat()) {
            let message = "this rule is never reached: the one above it has no `when`, and always fits";
            let hint = "add `when` to that one, or move it to the end";
            report.error(Code::ConflictingSettings, &[list, &[next.as_str()]].concat(), message, hint);
        }
    }
}

/// The same of rules of which the first of one name counts: `does` says what each does with it.
fn named(report: &mut Report<'_>, (list, does): (&[&str], &str), rules: &[(&str, Option<&str>)]) {
    for (index, (name, _)) in rules.iter().enumerate() {
        // A condition that could not be read has been said.
        let hides = |(above, (other, when)): (usize, &(&str, Option<&str>))| {
            let above = above.to_string();
            let condition = [list, &[above.as_str(), "when"]].concat();
            other == name && always(*when) && report.document.is_sound(&condition)
        };
        if rules[..index].iter().enumerate().any(hides) {
            let message = format!("this rule is never reached: one above {does} {name:?} always");
            let hint = "add `when` to that one, or remove one of them";
            let index = index.to_string();
            let path = [list, &[index.as_str(), "name"]].concat();
            report.error(Code::ConflictingSettings, &path, message, hint);
        }
    }
}

fn always(when: Option<&str>) -> bool {
    when.is_none_or(|when| when.trim() == "true")
}
