//! Outcome | Failure → text, JSON, Markdown. Pure: it returns texts, and the caller prints them.

mod between;
mod bounded;
mod catalog;
pub(crate) mod ci;
mod compared;
mod cut;
mod diagnostic;
mod failure;
mod folded;
mod format;
mod hand_over;
mod history;
mod inventory;
mod json;
mod markdown;
mod markup;
mod notices;
mod overview;
mod page;
mod plan;
mod proposal;
mod remote;
mod rerendered;
mod rollout;
mod secrets;
mod standing;
mod style;
mod sync;
mod text;
mod title;
mod wrap;

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Failure};
use crate::outcome::{Outcome, Report};
use crate::report::style::upright;

pub use folded::Detail;
pub use format::Format;
pub(crate) use hand_over::line as shell_line;
pub use json::Document;
pub(crate) use overview::page as overview;
pub(crate) use page::COMMENT;
pub(crate) use proposal::{comment, proposal, settled, unrenderable};

/// The outcome in the form that was asked for.
pub fn of(outcome: &Outcome, format: Format, detail: Detail) -> String {
    match (format, &outcome.report) {
        (_, Report::Text(text)) | (Format::Text | Format::Markdown, Report::Dockerfile { text, .. }) => {
            text.clone()
        }
        (Format::Matrix, Report::Synced(synced)) => sync::matrix(synced),
        // For a shell, as it is.
        (Format::Text | Format::Markdown, Report::HandOver(one)) => hand_over::text(one),
        // For another program, every byte of it.
        (Format::Text, Report::Rendered { out: None, .. }) => text::with_notices(outcome, detail),
        (Format::Text | Format::Html | Format::Matrix, _) => upright(&text::with_notices(outcome, detail)),
        (Format::Json, _) => json::of(outcome),
        (Format::Markdown, _) => upright(&markdown::of(outcome)),
    }
}

/// What was said on the way; machines find it in the report.
pub fn warnings(outcome: &Outcome, format: Format) -> String {
    match (format, &outcome.report) {
        (Format::Json, _) => String::new(),
        (Format::Matrix, Report::Synced(synced)) => sync::text(synced),
        (_, report) => {
            let rollout = outcome.notices.rollout.as_ref().and_then(|ended| ended.as_ref().err());
            let failed = rollout.map(|failed| failure::text(failed)).unwrap_or_default();
            upright(&(warnings_of(report) + &notices::warnings(&outcome.notices) + &failed))
        }
    }
}

/// All of them; what is said of the platform with each release is said once.
fn warnings_of(report: &Report) -> String {
    let mut said = BTreeSet::new();
    let each =
        warnings_in(report).into_iter().map(|warning| failure::diagnostics(std::slice::from_ref(warning)));
    each.filter(|text| said.insert(text.clone())).collect()
}

fn warnings_in(report: &Report) -> Vec<&Diagnostic> {
    match report {
        Report::Each(reports) => reports.iter().flat_map(warnings_in).collect(),
        Report::Rerendered(done) => done.warnings.iter().collect(),
        Report::CatalogChecked(checked) => checked.warnings.iter().collect(),
        _ => report.release().map(|release| release.warnings.iter().collect()).unwrap_or_default(),
    }
}

/// A failure in the form that was asked for.
pub fn failure(failure: &Failure, format: Format) -> String {
    match format {
        Format::Text | Format::Html | Format::Matrix => upright(&failure::text(failure)),
        Format::Json => json::failure(failure),
        Format::Markdown => upright(&markdown::failure(failure)),
    }
}
