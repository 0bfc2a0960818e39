//! What became of several releases in one commit → text.

use crate::report::folded::{self, Detail};
use std::collections::BTreeMap;
use std::fmt::Write;

use crate::outcome::Rerendered;
use crate::plan::{ObjectChange, Plan};
use crate::report::compared;
use crate::report::plan::rest;
use crate::report::style::{FAINT, GOOD, STRONG, paint, tame};
use crate::repository::short;

pub(super) fn text(done: &Rerendered, detail: Detail) -> String {
    if done.is_empty() && done.edited {
        let notes: String = done.notes.iter().map(|note| format!("  {note}\n")).collect();
        return format!("{} {}: nothing to do\n{notes}", paint(GOOD, "ok"), tame(&done.subject));
    }
    if done.is_empty() {
        return format!("{} {}: nothing to do\n", paint(GOOD, "ok"), count(done.looked_at));
    }
    let mut text = words(done, detail);
    if !done.diffs.is_empty() {
        text.push('\n');
    }
    text + &folded::lines(&done.diffs, detail)
}

/// What happens, without the lines.
fn words(done: &Rerendered, detail: Detail) -> String {
    let which = format!("{} of {}", done.releases.len(), count(done.looked_at));
    let mut text = match &done.commit {
        _ if done.edited => {
            let word = match done.commit {
                Some(_) if done.proposed => paint(GOOD, "proposed"),
                Some(_) => paint(GOOD, "done"),
                None => paint(STRONG, "would do"),
            };
            let files = done.files.iter().map(|file| format!("  {} {file}\n", paint(FAINT, "·")));
            format!("{word} {}\n{}", tame(&done.subject), files.collect::<String>())
        }
        Some(_) if done.proposed => format!("{} {which}\n", paint(GOOD, "proposed")),
        Some(_) => format!("{} {which}\n", paint(GOOD, "deployed")),
        None => format!("{}\n", paint(STRONG, format!("A deploy of {which} would:"))),
    };
    for one in &done.promoted {
        text.push_str(&compared::promoted(one, detail));
    }
    if !done.releases.is_empty() {
        let detail = if done.commit.is_none() { detail } else { Detail::Full };
        text.push_str(&plan(&done.plan, detail));
    }
    for secret in &done.makes {
        let _ = writeln!(text, "  {} make and encrypt the credentials of {secret}", paint(FAINT, "+"));
    }
    if let Some(commit) = &done.commit {
        let _ = writeln!(text, "  commit {} in {}", short(commit), done.place);
    }
    for note in &done.notes {
        let _ = writeln!(text, "  {note}");
    }
    text
}

/// What is said beside the plan, one line each: what became of it, the files that an edit writes, and notes.
pub(super) fn lines_of(done: &Rerendered) -> Vec<String> {
    let mut lines: Vec<String> = done.files.iter().map(|file| format!("writes {file}")).collect();
    let which = format!("{} of {}", done.releases.len(), count(done.looked_at));
    match &done.commit {
        Some(commit) => {
            let word = if done.proposed { "proposed" } else { "deployed" };
            lines.push(format!("{word} {which}: commit {} in {}", short(commit), done.place));
        }
        None => lines.push(format!("{which} would change")),
    }
    lines.extend(done.notes.iter().cloned());
    lines
}

fn count(releases: usize) -> String {
    if releases == 1 { "1 release".to_owned() } else { format!("{releases} releases") }
}

/// The changes below the app that each belongs to, then what all of them add up to.
fn plan(whole: &Plan, detail: Detail) -> String {
    let mut apps: BTreeMap<&str, Vec<ObjectChange>> = BTreeMap::new();
    for change in &whole.changes {
        apps.entry(change.app.as_deref().unwrap_or_default()).or_default().push(change.clone());
    }
    let mut words = String::new();
    for (app, of_app) in apps {
        let _ = writeln!(words, "{}", paint(STRONG, app));
        words.push_str(&folded::changes(&of_app, detail));
    }
    words + &rest(whole)
}
