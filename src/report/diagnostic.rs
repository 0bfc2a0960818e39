//! A diagnostic → how machines read it.

use crate::diagnostic::{Code, Diagnostic, Message, Severity};
use schemars::JsonSchema;
use serde::Serialize;

/// A diagnostic as machines read it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Diagnostic")]
pub(crate) struct Placed<'a> {
    pub(super) code: Code,
    pub(super) file: &'a str,
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) severity: Severity,
    pub(super) message: &'a Message,
    pub(super) hint: Option<&'a Message>,
}

impl<'a> From<&'a Diagnostic> for Placed<'a> {
    fn from(diagnostic: &'a Diagnostic) -> Self {
        let (line, column) = diagnostic.span.line_column();
        let file = &diagnostic.span.source.name;
        Self {
            code: diagnostic.code,
            file,
            line,
            column,
            severity: diagnostic.severity,
            message: &diagnostic.message,
            hint: diagnostic.hint.as_ref(),
        }
    }
}
