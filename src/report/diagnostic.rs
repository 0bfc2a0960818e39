//! A diagnostic → how machines read it.

use crate::diagnostic::{Diagnostic, Message};
use serde::Serialize;

/// A diagnostic as machines read it.
#[derive(Debug, Serialize)]
pub(crate) struct Placed<'a> {
    pub(super) code: &'static str,
    pub(super) file: &'a str,
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) severity: &'static str,
    pub(super) message: &'a Message,
    pub(super) hint: Option<&'a Message>,
}

impl<'a> From<&'a Diagnostic> for Placed<'a> {
    fn from(diagnostic: &'a Diagnostic) -> Self {
        let (line, column) = diagnostic.span.line_column();
        let severity = match diagnostic.severity {
            crate::diagnostic::Severity::Error => "error",
            crate::diagnostic::Severity::Warning => "warning",
        };
        let code = diagnostic.code.as_str();
        let file = &diagnostic.span.source.name;
        Self {
            code,
            file,
            line,
            column,
            severity,
            message: &diagnostic.message,
            hint: diagnostic.hint.as_ref(),
        }
    }
}
