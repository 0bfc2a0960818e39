//! What can go wrong, and where: a [`Diagnostic`] cannot be built without a [`Span`], and a [`Failure`]
//! says with its [`Kind`] what the caller's exit code is and whether trying again may help.

mod message;
mod place;

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

pub use message::Message;
pub use place::Source;
pub(crate) use place::Span;

/// How much a diagnostic weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Nothing goes on.
    Error,
    /// Said, and gone on.
    Warning,
}

include!(concat!(env!("OUT_DIR"), "/codes.rs"));

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl JsonSchema for Code {
    fn schema_name() -> Cow<'static, str> {
        "Code".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<&str> = Self::ALL.iter().map(|code| code.as_str()).collect();
        json_schema!({"description": "What is wrong; `cupaas explain CODE` explains it.", "enum": names})
    }
}

/// One problem in a text that a person wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What sort of problem it is.
    pub code: Code,
    /// Where.
    pub span: Span,
    /// How bad.
    pub severity: Severity,
    /// What is wrong, one line, no full stop.
    pub message: Message,
    /// What to do about it.
    pub hint: Option<Message>,
}

impl Diagnostic {
    /// Whether it stops the run.
    pub(crate) fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// A problem that stops the run.
    pub fn error(code: Code, span: Span, message: impl Into<String>) -> Self {
        let message = Message::from(message.into());
        Self { code, span, severity: Severity::Error, message, hint: None }
    }

    /// A problem that is only said.
    pub fn warning(code: Code, span: Span, message: impl Into<String>) -> Self {
        let message = Message::from(message.into());
        Self { code, span, severity: Severity::Warning, message, hint: None }
    }

    /// File and offset.
    fn place(&self) -> (&str, usize) {
        (&self.span.source.name, self.span.range.start)
    }

    /// The same, which is so in one case alone.
    #[must_use]
    pub(crate) fn with(mut self, case: &str) -> Self {
        self.message = Message::from(format!("with {case}: {}", self.message));
        self
    }

    /// Place, message and hint in one line.
    pub(crate) fn in_one_line(&self) -> String {
        let hint = self.hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
        format!("{}: {}{hint}", self.span, self.message)
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(Message::from(hint.into()));
        self
    }
}

/// Who can mend a failure; each kind has its exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The command line is wrong.
    Usage,
    /// A file that a person wrote is wrong.
    Invalid,
    /// The plan would be refused by the cluster or would lose data.
    Refused,
    /// The GitOps side failed and a retry may help.
    Unavailable,
    /// The GitOps side forbids it: rights, a hook, a protected branch.
    Forbidden,
    /// A recipe or cupaas itself is wrong.
    Internal,
    /// The cluster says that a release did not come up.
    RolloutFailed,
    /// Nobody says what became of a release.
    Unreported,
}

impl Kind {
    /// The process's exit code.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Usage => 2,
            Self::Invalid => 3,
            Self::Refused => 4,
            Self::Unavailable => 5,
            Self::Forbidden => 6,
            Self::Internal => 7,
            Self::RolloutFailed => 8,
            Self::Unreported => 9,
        }
    }
}

/// The most problems of a run that are shown with their places: what comes after so many is not read, and to show one
/// takes as long as its file is.
const SHOWN: usize = 200;

/// One of several things that were refused together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Cause {
    /// What sort of thing.
    pub code: Code,
    /// What is wrong, one line.
    pub message: Message,
    /// What to do about it, one suggestion each.
    pub hints: Vec<Message>,
}

/// Why a run ended without doing its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What has gone wrong.
    pub code: Code,
    /// One line; never holds a secret.
    pub message: Message,
    /// What to do, one suggestion each.
    pub hints: Vec<Message>,
    /// The places, where a person's files are to blame.
    pub diagnostics: Vec<Diagnostic>,
    /// Each thing that was refused, where several together are the reason.
    pub causes: Vec<Cause>,
    /// The plan that was refused, for machines.
    pub plan: Option<Box<serde_json::Value>>,
    /// Whether it comes before anything is written, which whoever was to write something wants to know.
    pub(crate) is_before_writing: bool,
}

impl Failure {
    /// A failure without hints and places.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        let message = Message::from(message.into());
        Self {
            code,
            message,
            hints: Vec::new(),
            diagnostics: Vec::new(),
            causes: Vec::new(),
            plan: None,
            is_before_writing: false,
        }
    }

    /// Problems in files that people wrote, put in the order of their files and places; one that was found twice is said
    /// once, and of very many the first 200 with their places.
    pub fn invalid(mut diagnostics: Vec<Diagnostic>) -> Self {
        diagnostics.sort_by(|one, other| one.place().cmp(&other.place()));
        let mut once: Vec<Diagnostic> = Vec::with_capacity(diagnostics.len());
        for one in diagnostics {
            let beside = once.iter().rev().take_while(|other| other.place() == one.place());
            if !{ beside }.any(|other| *other == one) {
                once.push(one);
            }
        }
        let mut diagnostics = once;
        let errors = diagnostics.iter().filter(|found| found.is_error()).count();
        let message = match errors {
            1 => "1 problem found".to_owned(),
            n if diagnostics.len() > SHOWN => {
                // A warning is worth less than the mistake that it would keep out.
                diagnostics.sort_by_key(|one| one.severity);
                diagnostics.truncate(SHOWN);
                format!("{n} problems found, of which the first {SHOWN} are shown")
            }
            n => format!("{n} problems found"),
        };
        Self { diagnostics, is_before_writing: true, ..Self::new(Code::InvalidFiles, message) }
    }

    /// A recipe that is wrong, and where.
    pub fn recipe(span: Span, message: impl Into<String>) -> Self {
        Self::recipes(vec![Diagnostic::error(Code::RecipeInvalid, span, message)])
    }

    /// Recipes that are wrong, and where.
    pub fn recipes(diagnostics: Vec<Diagnostic>) -> Self {
        let failure = Self::new(Code::RecipeInvalid, "a recipe is wrong");
        Self { diagnostics, is_before_writing: true, ..failure }
    }

    /// The same of a run that was to write something: nothing was written, where that is so of every failure like this.
    #[must_use]
    pub(crate) fn of_writing(mut self) -> Self {
        if std::mem::take(&mut self.is_before_writing) {
            self.message = Message::from(format!("{}, nothing was written", self.message));
        }
        self
    }

    /// The same, of which there is more to say.
    #[must_use]
    pub(crate) fn and(mut self, more: &str) -> Self {
        self.message = Message::from(format!("{}, and {more}", self.message));
        self
    }

    /// Who can mend it.
    pub fn kind(&self) -> Kind {
        self.code.kind()
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(Message::from(hint.into()));
        self
    }

    /// What is wrong, in one line: where a file is to blame, the first thing that is wrong with it, and where.
    pub fn in_a_line(&self) -> String {
        match self.diagnostics.first() {
            Some(first) => format!("{}: {} [{}]", first.span, first.message, first.code),
            None => self.with_hint(),
        }
    }

    /// What is wrong and the first thing to do about it, in one line that ends with the code.
    pub fn with_hint(&self) -> String {
        let cause = self.causes.first().map(|cause| &cause.message);
        match self.hints.first().or(cause) {
            Some(hint) => format!("{}; {hint} [{}]", self.message, self.code),
            None => format!("{} [{}]", self.message, self.code),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message)?;
        for diagnostic in &self.diagnostics {
            write!(f, "\n{}: {}", diagnostic.span, diagnostic.message)?;
        }
        for cause in &self.causes {
            write!(f, "\n{}: {}", cause.code, cause.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}

/// A mistake in what was typed: it has its place there.
pub(crate) fn typed(
    code: Code,
    what: &str,
    text: &str,
    message: impl Into<String>,
    hint: impl Into<String>,
) -> Failure {
    let source = Source::new(what, text);
    let span = Span::new(&source, 0..text.len());
    let diagnostics = vec![Diagnostic::error(code, span, message).hint(hint)];
    Failure { diagnostics, ..Failure::new(code, "the command line is invalid") }
}
