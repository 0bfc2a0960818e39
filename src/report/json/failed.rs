//! A failure → JSON.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::diagnostic::{Cause, Code, Failure, Message};
use crate::plan::Plan;
use crate::report::diagnostic::Placed;
use crate::report::json::shared::Status;

/// A run that ended without doing its work.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Failed<'a> {
    status: Status,
    /// What has gone wrong; `cupaas explain CODE` explains it.
    code: Code,
    /// The exit code.
    exit_code: u8,
    /// What has gone wrong, for people.
    message: &'a Message,
    /// What to do, for people.
    hints: &'a [Message],
    /// The places in files that are to blame.
    diagnostics: Vec<Placed<'a>>,
    /// Each thing that was refused.
    causes: &'a [Cause],
    /// The plan that was refused.
    #[schemars(with = "Option<Plan>")]
    plan: Option<&'a Value>,
}

impl<'a> From<&'a Failure> for Failed<'a> {
    fn from(failure: &'a Failure) -> Self {
        Self {
            status: Status::Failed,
            code: failure.code,
            exit_code: failure.kind().exit_code(),
            message: &failure.message,
            hints: &failure.hints,
            diagnostics: failure.diagnostics.iter().map(Placed::from).collect(),
            causes: &failure.causes,
            plan: failure.plan.as_deref(),
        }
    }
}
