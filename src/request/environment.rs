//! What surrounds every command.
#![allow(clippy::disallowed_methods)] // The environment is read in this room.

use crate::diagnostic::{Code, Failure};
use crate::request::ci::Ci;
use crate::run::home::Home;
use crate::token::Secret;
use std::path::PathBuf;

/// What surrounds every command.
pub(super) struct Environment {
    /// Where cupaas keeps what belongs to this user.
    pub(super) home: Home,
    /// The CI job.
    pub(super) ci: Option<Ci>,
    /// Whether this is a job, also of a CI that cupaas knows nothing more of.
    pub(super) job: bool,
}

pub(super) fn text(variable: &str) -> Option<String> {
    std::env::var(variable).ok().filter(|text| !text.is_empty())
}

/// What was given: an unset variable of a CI job is an empty one.
pub(super) fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// The token in a variable, which knows the variable's name.
pub(super) fn token(variable: &'static str) -> Option<Secret> {
    text(variable).map(|text| Secret::of_variable(variable, text))
}

impl Home {
    /// `$CUPAAS_HOME`, else `$XDG_DATA_HOME/cupaas`, else `~/.local/share/cupaas` (XDG Base Directory Specification).
    ///
    /// # Errors
    /// `Usage` where `CUPAAS_HOME` is no whole path.
    pub(super) fn read() -> Result<Self, Failure> {
        let folder = |variable: &str| text(variable).map(PathBuf::from).filter(|path| path.is_absolute());
        if let Some(given) = text("CUPAAS_HOME") {
            let Some(path) = folder("CUPAAS_HOME") else {
                let message = format!("CUPAAS_HOME: {given:?} is not an absolute path");
                return Err(Failure::new(Code::InvalidArgument, message).hint("begin it with /"));
            };
            return Ok(Self(Some(path)));
        }
        let data = folder("XDG_DATA_HOME").or_else(|| Some(folder("HOME")?.join(".local/share")));
        Ok(Self(data.map(|data| data.join("cupaas"))))
    }
}
