//! Outcome | Failure → JSON, the contract with machines. Its schema is made of the types that it is written from:
//! `cupaas schema report` prints it, and docs/report.md explains it.

mod between;
mod catalog;
mod document;
mod failed;
mod releases;
mod rollout;
mod shared;
mod sync;

use crate::diagnostic::Failure;
use crate::outcome::Outcome;
pub use document::Document;

pub(super) fn of(outcome: &Outcome) -> String {
    pretty(&Document::of(outcome))
}

pub(super) fn failure(failure: &Failure) -> String {
    pretty(&Document::failure(failure))
}

/// Nothing in a report can fail to be written: its keys are text.
fn pretty(document: &Document<'_>) -> String {
    serde_json::to_string_pretty(document).unwrap_or_default() + "\n"
}
