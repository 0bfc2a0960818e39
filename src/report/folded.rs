//! A plan that nothing was done of yet → text for people: what changes first, and on one line what only follows.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::plan::diff::FileDiff;
use crate::plan::{Action, Effect, FieldChange, ObjectChange};
use crate::report::plan;
use crate::report::style::{FAINT, paint, tame};

/// How much of a plan is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// What only follows from other changes on one line.
    Folded,
    /// Every change and every line.
    Full,
}

/// The most characters of a value.
const VALUE: usize = 60;

/// Changes, one line an object, with the variables that a ConfigMap's is about.
pub(super) fn changes(all: &[ObjectChange], detail: Detail) -> String {
    let (derived, direct): (Vec<&ObjectChange>, Vec<&ObjectChange>) =
        all.iter().partition(|change| change.derived);
    if detail == Detail::Full || direct.is_empty() {
        return plan::changes(all);
    }
    let mut text = String::new();
    let mut said = Vec::new();
    for change in direct {
        text.push_str(&plan::changes(std::slice::from_ref(change)));
        for line in variables(change) {
            // The release command has a ConfigMap of its own, with the same variables.
            if !said.contains(&line) {
                text.push_str(&line);
                said.push(line);
            }
        }
    }
    if !derived.is_empty() {
        text.push_str(&format!("  {} and what follows from it: {}\n", paint(FAINT, "…"), follows(&derived)));
    }
    text
}

fn variables(change: &ObjectChange) -> Vec<String> {
    if change.object.kind != "ConfigMap" {
        return Vec::new();
    }
    let named = change.fields.iter().filter_map(|field| Some((field.path.strip_prefix("data.")?, field)));
    named.map(|(name, field)| format!("      {}\n", tame(&variable(name, field)))).collect()
}

fn variable(name: &str, field: &FieldChange) -> String {
    match (&field.before, &field.after) {
        (Some(before), Some(after)) => format!("{name}: {} -> {}", shown(before), shown(after)),
        (None, Some(after)) => format!("{name}: {} (new)", shown(after)),
        (before, _) => format!("{name}: {} (gone)", before.as_ref().map(shown).unwrap_or_default()),
    }
}

/// A value on one line.
fn shown(value: &Value) -> String {
    let text = match value {
        Value::String(text) if !text.contains('\n') && !text.is_empty() => text.clone(),
        other => other.to_string(),
    };
    match text.char_indices().nth(VALUE) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// `2 Deployments restart, 1 Job runs (config hash)`.
fn follows(derived: &[&ObjectChange]) -> String {
    let mut counts: BTreeMap<(&str, &str, &str), usize> = BTreeMap::new();
    for change in derived {
        let restarts = change.effects.iter().any(|effect| matches!(effect, Effect::Restart { .. }));
        let (one, many) = match change.action {
            // The Job that takes its place is counted.
            Action::Delete => continue,
            Action::Create => ("runs", "run"),
            _ if restarts => ("restarts", "restart"),
            _ => ("changes", "change"),
        };
        *counts.entry((change.object.kind.as_str(), one, many)).or_default() += 1;
    }
    let words = counts.into_iter().map(|((kind, one, many), count)| match count {
        1 => format!("1 {kind} {one}"),
        count => format!("{count} {kind}s {many}"),
    });
    format!("{} (hash of what they read)", words.collect::<Vec<_>>().join(", "))
}

/// Files line by line.
pub(super) fn lines(diffs: &[FileDiff], detail: Detail) -> String {
    let direct: Vec<FileDiff> = diffs.iter().filter(|file| !file.derived).cloned().collect();
    if detail == Detail::Full || direct.is_empty() || direct.len() == diffs.len() {
        return plan::lines(diffs);
    }
    let files = match diffs.len() - direct.len() {
        1 => "1 more file".to_owned(),
        count => format!("{count} more files"),
    };
    let more = format!("{files} where only hashes or lists of files differ: --full shows all lines");
    format!("{}{}\n", plan::lines(&direct), paint(FAINT, more))
}
