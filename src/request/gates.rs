//! What was typed of gates that are closed → how they are judged.

use crate::cli::Gates;
use crate::clock::seconds;
use crate::diagnostic::{Code, Failure, typed};
use crate::run::spec::GateOptions;

/// # Errors
/// A reason that says nothing; kind `Usage`.
pub(super) fn options(given: Gates) -> Result<GateOptions, Failure> {
    let why = given.why.map(|why| why.trim().to_owned());
    if why.as_deref() == Some("") {
        return Err(Failure::new(Code::InvalidArgument, "--override needs a reason")
            .hint("such as --override \"mends the outage of this morning\""));
    }
    Ok(GateOptions { now: None, why })
}

/// As of which moment they are judged, where that was said.
///
/// # Errors
/// What is no time; kind `Usage`.
pub(super) fn moment(text: Option<String>) -> Result<Option<i64>, Failure> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    let hint = "such as --now 2026-11-30T08:00, or with its zone: 2026-11-30T08:00:00-05:00";
    match seconds(&text) {
        Some(moment) => Ok(Some(moment)),
        None => Err(typed(Code::InvalidArgument, "--now", &text, "is not a time", hint)),
    }
}
