//! What resolving gathers besides the release itself: problems with their places, warnings, and for `explain` the
//! origin of every value.

use serde::Serialize;
use std::fmt::Display;

use crate::diagnostic::{Code, Diagnostic, Span};

/// Problems, warnings and origins so far.
#[derive(Debug, Default)]
pub(super) struct Notes {
    pub(super) problems: Vec<Diagnostic>,
    pub(super) warnings: Vec<Diagnostic>,
    pub(super) decisions: Vec<Decision>,
}

/// The hint for a name that is not in `known`: the one that was probably meant, else all of them.
pub(super) fn did_you_mean<'a>(name: &str, known: impl Iterator<Item = &'a String> + Clone) -> String {
    match crate::schema::suggest(name, known.clone().map(String::as_str)) {
        Some(close) => format!("did you mean {close:?}?"),
        None => format!("available: {}", known.map(String::as_str).collect::<Vec<_>>().join(", ")),
    }
}

impl Notes {
    pub(super) fn problem(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.problems.push(Diagnostic::error(code, span, message).hint(hint));
    }

    pub(super) fn warning(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.warnings.push(Diagnostic::warning(code, span, message).hint(hint));
    }

    pub(super) fn decided(&mut self, what: impl Into<String>, value: impl Display, origin: impl Display) {
        let (value, origin) = (value.to_string(), origin.to_string());
        self.decisions.push(Decision { what: what.into(), value, origin });
    }
}

/// One decided value, and where it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Decision {
    /// What was decided, as a path: `processes.web.port`.
    pub what: String,
    /// The value, in words.
    pub value: String,
    /// Where it came from.
    pub origin: String,
}
