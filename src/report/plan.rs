//! A plan → text for people.

use crate::diagnostic::Cause;
use crate::plan::diff::FileDiff;
use crate::plan::{Action, Effect, Loss, ObjectChange, Plan};
use crate::report::style::{BAD, CHANGED, FAINT, GONE, NEW, STRONG, paint, tame};
use crate::report::wrap::wrapped;
use anstyle::Style;
use std::fmt::Write;

/// Files line by line.
pub(super) fn lines(diffs: &[FileDiff]) -> String {
    diffs.iter().map(|file| colour(&tame(&file.text))).collect()
}

fn colour(diff: &str) -> String {
    let line = |line: &str| {
        let style = match line.as_bytes().first() {
            _ if line.starts_with("+++") || line.starts_with("---") => STRONG,
            Some(b'+') => NEW,
            Some(b'-') => GONE,
            Some(b'@') => FAINT,
            _ => return format!("{line}\n"),
        };
        format!("{}\n", paint(style, line))
    };
    diff.lines().map(line).collect()
}

/// A plan in words, one line an object, then what it adds up to.
pub(super) fn plan(plan: &Plan) -> String {
    changes(&plan.changes) + &rest(plan)
}

/// Changes, one line an object.
pub(super) fn changes(changes: &[ObjectChange]) -> String {
    changes.iter().map(one).collect()
}

/// What a plan says beside its changes.
pub(super) fn rest(plan: &Plan) -> String {
    let mut text = String::new();
    // Lists of files say nothing that the lines above do not.
    for file in plan.rewrites.iter().filter(|file| !file.ends_with("/kustomization.yaml")) {
        let _ = writeln!(text, "  {} {file}", paint(FAINT, "·"));
    }
    for loss in &plan.losses {
        text.push_str(&lost(loss));
    }
    for name in &plan.unused_allowances {
        let _ = writeln!(
            text,
            "  {} --allow-data-loss {name}: no data of that name would be lost",
            paint(CHANGED, "!")
        );
    }
    for refusal in &plan.refusals {
        text.push_str(&cause("refused", BAD, &refusal.cause(), &[]));
    }
    let summary = plan.summary();
    let mut parts = vec![format!(
        "{} created, {} changed, {} deleted",
        summary.created, summary.updated, summary.deleted
    )];
    let mut add = |what: &str, names: &[String]| {
        if !names.is_empty() {
            parts.push(format!("{what} {}", names.join(", ")));
        }
    };
    add("restarts", &summary.restarts);
    add("unavailable meanwhile:", &summary.outages);
    add("runs", &summary.jobs);
    let _ = writeln!(text, "  {}", parts.join("; "));
    text
}

fn one(change: &ObjectChange) -> String {
    let (sign, style) = match change.action {
        Action::Create => ("+", NEW),
        Action::Update | Action::Move => ("~", CHANGED),
        Action::Delete => ("-", GONE),
        Action::Orphan => ("○", FAINT),
    };
    let mut text = format!("  {} {} {}\n", paint(style, sign), change.action, change.object);
    let telling = |effect: &&Effect| !matches!(effect, Effect::NoRestart);
    for effect in change.effects.iter().filter(telling) {
        let _ = writeln!(text, "      {}", tame(&effect.to_string()));
    }
    text
}

fn lost(loss: &Loss) -> String {
    let (word, style) = if loss.allowed { ("allowed", CHANGED) } else { ("data loss", BAD) };
    cause(word, style, &loss.cause(), &loss.kept)
}

/// One thing that is refused or lost: its code and the reason, then what stays, then what to do.
pub(super) fn cause(word: &str, style: Style, cause: &Cause, stays: &[String]) -> String {
    let lead = format!("  {}: ", paint(style, format!("{word}[{}]", cause.code)));
    let mut text = wrapped(&lead, &tame(&cause.message.to_string()), 6);
    if !stays.is_empty() {
        text.push_str(&wrapped("      stays: ", &stays.join(", "), 8));
    }
    for hint in &cause.hints {
        text.push_str(&wrapped("      hint: ", &tame(&hint.to_string()), 8));
    }
    text
}
