//! Outcome | Failure → Markdown for a comment or a step summary: the words first, the lines folded away.

use crate::diagnostic::Failure;
use crate::outcome::{Outcome, Report};
use crate::report::Detail;
use crate::report::bounded::page_with_notices;
use crate::report::cut::lines;
use crate::report::markup::{escaped, fenced, plain, problems};
use crate::report::page::COMMENT;
use crate::report::{sync, text};

pub(super) fn of(outcome: &Outcome) -> String {
    page_with_notices(outcome, COMMENT).unwrap_or_else(|| match &outcome.report {
        Report::Synced(synced) => sync::markdown(synced),
        _ => fenced("text", &plain(&text::with_notices(outcome, Detail::Full))),
    })
}

/// The outcome in at most `most` bytes.
pub(super) fn within(outcome: &Outcome, most: usize) -> String {
    page_with_notices(outcome, most).unwrap_or_else(|| lines(&of(outcome), most))
}

pub(super) fn failure(failure: &Failure) -> String {
    format!("### cupaas: {}\n\n{}", escaped(&failure.message.to_string()), problems(failure))
}
