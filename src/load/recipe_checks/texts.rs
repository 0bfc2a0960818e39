//! Every expression and template of `recipe.yaml`: whether it is one, and whether what it reads is there.

use super::places::{self, Form, Place};
use super::sight::{Sight, Unknown};
use super::{Report, near};
use crate::diagnostic::{Code, Span};
use crate::expression::calls::{self, Call, Called};
use crate::expression::names::{self, Wrong};
use crate::load::recipe::RecipeFile;
use crate::load::recipe_folder::RecipeKind;
use crate::schema::suggest;
use crate::yaml::document::Document;

pub(super) fn check(kind: RecipeKind, report: &mut Report<'_>) {
    let document = report.document;
    for place in places::all(&document.value) {
        let path: Vec<&str> = place.path.iter().map(String::as_str).collect();
        if !document.is_sound(&path) {
            continue;
        }
        let (what, read) = match place.form {
            Form::Expression => ("expression", names::of_expression(place.text)),
            Form::Template => ("template", names::of_template(place.text)),
        };
        let read = match read {
            Ok(read) => read,
            Err(Wrong { message, at, hint }) => {
                let span = span(document, &path, &place, |text| at.clone().filter(|at| at.end <= text.len()));
                report.at(
                    Code::InvalidExpression,
                    span,
                    format!("invalid {what}: {message}"),
                    hint.unwrap_or_default(),
                );
                continue;
            }
        };
        for unknown in read.iter().filter_map(|name| place.sight.unknown(name)) {
            // A rule of what every app is made of sees one service after the other, of any recipe.
            if kind == RecipeKind::Shared && unknown.of == "service.params" {
                continue;
            }
            let is_template = place.form == Form::Template;
            let span = span(document, &path, &place, |text| names::find(text, &unknown.path, is_template));
            let (message, hint) = words(&unknown, further_down(&document.value, &path, &unknown));
            report.at(Code::InvalidExpression, span, message, hint);
        }
        let is_template = place.form == Form::Template;
        for call in calls::unknown(place.text, is_template, &[]) {
            let span = span(document, &path, &place, |text| calls::find(text, &call, is_template));
            let (message, hint) = called(&call, &[]);
            report.at(Code::InvalidExpression, span, message, hint);
        }
    }
}

/// What to say of a name that cannot be read.
pub(super) fn words(unknown: &Unknown, is_further_down: bool) -> (String, String) {
    let Unknown { name, of, known, is_passed, elsewhere, .. } = unknown;
    if is_further_down {
        let hint = "a rule sees the facts of the rules above it: move that one up, or this one down";
        return (format!("the fact {name:?} is found further down"), hint.to_owned());
    }
    if *is_passed {
        let hint = "take out `passing: true`, or read it in a check, or in a rule further down";
        return (
            format!("the fact {name:?} is passing: checks and rules of facts alone read it"),
            hint.to_owned(),
        );
    }
    let message = match of.as_str() {
        "" => format!("unknown name {name:?}"),
        of => format!("{of} has no {name:?}"),
    };
    let hint = match elsewhere {
        Some(path) => format!("did you mean {path:?}?"),
        None => near(name, known.iter().map(String::as_str)),
    };
    (message, hint)
}

/// What to say of a filter, test or method that is not there.
pub(super) fn called(call: &Call<'_>, further: &[&'static str]) -> (String, String) {
    let name = call.name;
    let known = call.called.known().iter().chain(further).copied();
    match call.called {
        Called::Filter => (format!("unknown filter {name:?}"), near(name, known)),
        Called::Test => (format!("unknown test {name:?}"), near(name, known)),
        Called::Method => {
            let filter = suggest(name, known).map(|close| format!(": `|{close}`")).unwrap_or_default();
            (format!("values have no method {name:?}"), format!("use a filter{filter}"))
        }
    }
}

/// Whether a rule for a fact reads one that a rule below it finds.
fn further_down(recipe: &RecipeFile, path: &[&str], unknown: &Unknown) -> bool {
    let rule = match path {
        ["facts", index, _] => index.parse::<usize>().ok(),
        _ => None,
    };
    let below = rule.and_then(|rule| recipe.facts.get(rule..)).unwrap_or_default();
    unknown.of.is_empty() && unknown.name != "version" && below.iter().any(|rule| rule.fact == unknown.name)
}

/// The part of a text that `find` finds, in the file; all of the text where YAML writes it otherwise.
fn span<T>(
    document: &Document<T>,
    path: &[&str],
    place: &Place<'_>,
    find: impl Fn(&str) -> Option<std::ops::Range<usize>>,
) -> Span {
    let whole = document.at(path);
    let Some(node) = document.node(path) else { return whole };
    let Some(written) = document.source.text.get(node.range.clone()) else { return whole };
    let found = match written.find(place.text) {
        Some(start) => find(place.text).map(|at| (start, at)),
        // As in a text of several lines, or one with YAML's own escapes.
        None => {
            let start = usize::from(written.starts_with(['"', '\'']));
            let inside = written.get(start..).unwrap_or_default();
            // Columns of the text itself mean nothing here.
            find(inside)
                .filter(|at| inside.get(at.clone()).is_some_and(|name| place.text.contains(name)))
                .map(|at| (start, at))
        }
    };
    match found {
        Some((start, at)) => {
            let from = node.range.start + start;
            Span::new(&document.source, from + at.start..from + at.end)
        }
        None => whole,
    }
}

/// The first names of a template in a file of its own that cannot be read.
pub(super) fn unknown_names(text: &str, sight: &Sight) -> Result<Vec<Unknown>, Wrong> {
    let read = names::of_template(text)?;
    Ok(read.iter().filter_map(|name| sight.unknown(name)).collect())
}
