//! What stands where: `status`, and what is to be known of it beside the releases themselves.

use schemars::JsonSchema;
use serde::Serialize;

use crate::diagnostic::Diagnostic;
use crate::outcome::history::{Change, Standing};

/// `status`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standings {
    /// The commit that was the newest one then, where another time than now was asked for.
    pub at: Option<Change>,
    /// The environments that are frozen.
    pub frozen: Vec<FrozenEnvironment>,
    /// The releases.
    pub releases: Vec<Standing>,
    /// What is wrong with registrations: of those apps no pin, scale or stop is known.
    pub problems: Vec<Diagnostic>,
}

/// An environment to which no new release comes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FrozenEnvironment {
    /// Its name.
    pub environment: String,
    /// From when on new releases may come again, by the clocks of the freeze; nothing where no end is in sight.
    pub until: Option<String>,
    /// Why, in the platform's words.
    pub why: Option<String>,
    /// File, line and column that say so.
    pub place: String,
}
