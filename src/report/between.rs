//! What changed of an app between two of its releases → text and Markdown: words first, then the cluster's objects, then
//! lines.

use std::fmt::Write;

use crate::outcome::between::{Between, ComparedRelease};
use crate::report::compared::unlike;
use crate::report::folded::{self, Detail};
use crate::report::history::name;
use crate::report::markup::{escaped, fenced, plain};
use crate::report::page::Page;
use crate::report::plan::rest;
use crate::report::style::{CHANGED, FAINT, GOOD, STRONG, paint, tame};
use crate::repository::short;

/// For people.
pub(super) fn text(between: &Between, detail: Detail) -> String {
    let Between { app, environment, plan, diffs, .. } = between;
    let (from, to) = names(between);
    let title = format!("{} in {}, from {from} to {to}", tame(app), tame(environment));
    if between.is_empty() {
        return format!("{} {title}: nothing has changed\n", paint(GOOD, "ok"));
    }
    let mut text = format!("{}\n", paint(STRONG, title));
    text.push_str(&words(between));
    let _ = writeln!(text, "{}", paint(STRONG, "In the cluster"));
    text.push_str(&folded::changes(&plan.changes, detail));
    text.push_str(&rest(plan));
    text.push('\n');
    text + &folded::lines(diffs, detail)
}

/// What was decided otherwise, and both commits.
fn words(between: &Between) -> String {
    let (from, to) = names(between);
    let mut text = String::new();
    for (label, one) in [(&from, &between.from), (&to, &between.to)] {
        let words = format!("  {label}  image {}, commit {}", tame(&one.image), short(&one.commit));
        let _ = writeln!(text, "{}", paint(FAINT, words));
    }
    if let Some(why) = &between.undecided {
        let words = "what was decided otherwise cannot be said by the rules of today";
        let _ = writeln!(text, "  {} {words}: {}", paint(CHANGED, "!"), tame(&why.in_a_line()));
    }
    text + &unlike(&between.unlike, &from, &to)
}

/// What both are called: by the app's commit, else the image; where that is one and the same, by the commit that made it.
fn names(between: &Between) -> (String, String) {
    let short_name = |one: &ComparedRelease| match &one.source_commit {
        Some(commit) => short(commit).to_owned(),
        None => tame(&name(&one.image)),
    };
    let (mut from, mut to) = (short_name(&between.from), short_name(&between.to));
    if from == to {
        (from, to) = (short(&between.from.commit).to_owned(), short(&between.to.commit).to_owned());
    }
    (from, if between.to.stands { format!("{to} (now)") } else { to })
}

/// For a comment or a summary, in at most `most` bytes; nothing where nothing has changed.
pub(super) fn page(between: &Between, most: usize) -> Option<String> {
    if between.is_empty() {
        return None;
    }
    let (from, to) = names(between);
    let title =
        [&*between.app, " in ", &between.environment, ", from ", &from, " to ", &to].map(escaped).concat();
    let title = format!("cupaas: {title}");
    let words = format!("{}\n", fenced("text", &plain(&words(between))));
    Some(
        Page { title: &title, words: &words, plan: &between.plan, makes: &[], diffs: &between.diffs }
            .write(most),
    )
}
