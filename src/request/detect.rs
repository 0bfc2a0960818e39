//! The environment and the event of a CI job → [`Ci`], read once.
#![allow(clippy::disallowed_methods)] // The environment is read here.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;

use crate::cli;
use crate::request::ci::{self, Ci};

/// The CI job that this is a step of, as the environment, the event and the flags say.
pub(crate) fn detect(given: &cli::Ci) -> Option<Ci> {
    let variables = std::env::vars_os();
    let variables =
        variables.filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?))).collect();
    Ci::read(&variables, given, event)
}

/// The event that started a CI job.
fn event(path: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = File::open(path).ok()?.take(ci::EVENT + 1).read_to_end(&mut bytes).ok()?;
    (read as u64 <= ci::EVENT).then_some(bytes)
}

/// Whether a variable of the environment is set to an empty text.
pub(crate) fn is_empty(variable: &OsStr) -> bool {
    std::env::var_os(variable).is_some_and(|text| text.is_empty())
}
