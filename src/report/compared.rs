//! What apps have in two environments, and what a promotion moves → text.

use std::fmt::Write;

use similar::ChangeTag;

use crate::outcome::compared::{Compared, ComparedApp, Moved, Promoted};
use crate::report::folded::{self, Detail};
use crate::report::style::{FAINT, GONE, GOOD, NEW, STRONG, paint, tame};
use crate::repository::short;
use crate::resolve::unlike::{Decided, Unlike};

/// `diff --to`.
pub(super) fn text(compared: &Compared) -> String {
    let Compared { from, to, apps, .. } = compared;
    if apps.is_empty() {
        return format!("nothing is deployed in {from} or in {to}\n");
    }
    apps.iter().map(|app| of_app(app, from, to)).collect()
}

fn of_app(app: &ComparedApp, from: &str, to: &str) -> String {
    let name = tame(&app.app);
    match &app.only_in {
        Some(only) => return format!("{} only in {only}\n", paint(STRONG, name)),
        None if app.unlike.is_empty() => {
            return format!("{} {name}: the same in {from} and in {to}\n", paint(GOOD, "ok"));
        }
        None => {}
    }
    format!("{}\n{}", paint(STRONG, name), unlike(&app.unlike, from, to))
}

/// Each thing, and below it what it is in both.
pub(super) fn unlike(all: &[Unlike], from: &str, to: &str) -> String {
    let width = from.chars().count().max(to.chars().count());
    let mut text = String::new();
    for one in all {
        let _ = writeln!(text, "  {}", tame(&one.what));
        for (environment, decided) in [(from, &one.from), (to, &one.to)] {
            let _ = writeln!(text, "    {environment:width$}  {}", value(decided.as_ref()));
        }
    }
    text
}

fn value(decided: Option<&Decided>) -> String {
    match decided {
        None => paint(FAINT, "nothing").to_string(),
        Some(Decided { value, origin }) if origin.is_empty() => tame(value),
        Some(Decided { value, origin }) => {
            format!("{}{}", tame(value), paint(FAINT, format!("  # {}", tame(origin))))
        }
    }
}

/// The three lists of a promotion.
pub(super) fn promoted(one: &Promoted, detail: Detail) -> String {
    let Promoted { app, from, to, along, stays, settings } = one;
    let mut text = String::new();
    let mut list = |title: String, lines: String| {
        if !lines.is_empty() {
            let _ = write!(text, "{}\n{lines}", paint(STRONG, title));
        }
    };
    list(format!("{} comes along", tame(app)), along.iter().map(moved).collect());
    list(format!("{} stays unlike, as files say", tame(app)), unlike(stays, from, to));
    list(
        format!("{} also changes, though it is no part of the release", tame(app)),
        folded::changes(settings, detail),
    );
    text
}

fn moved(one: &Moved) -> String {
    let Moved { what, was, is } = one;
    let shown = |value: &Option<String>| match (value, what.as_str()) {
        (None, _) => "nothing".to_owned(),
        (Some(commit), "commit") => short(commit).to_owned(),
        (Some(value), _) => tame(value),
    };
    let is_file = [was, is].iter().any(|value| value.as_ref().is_some_and(|text| text.contains('\n')));
    if is_file {
        let lines = lines(was.as_deref().unwrap_or_default(), is.as_deref().unwrap_or_default());
        return format!("  {}\n{lines}", tame(what));
    }
    format!("  {}  {} → {}\n", tame(what), shown(was), shown(is))
}

/// The lines that go and come.
fn lines(was: &str, is: &str) -> String {
    let diff = similar::TextDiff::from_lines(was, is);
    let line = |change: similar::Change<&str>| {
        let (mark, style) = match change.tag() {
            ChangeTag::Equal => return None,
            ChangeTag::Delete => ("-", GONE),
            ChangeTag::Insert => ("+", NEW),
        };
        Some(format!("    {}\n", paint(style, format!("{mark} {}", tame(change.value().trim_end())))))
    };
    diff.iter_all_changes().filter_map(line).collect()
}
