//! A failure → JSON.

use crate::diagnostic::Failure;
use crate::report::diagnostic::Placed;
use serde_json::Value;
use serde_json::json;

pub(crate) fn failed(failure: &Failure) -> Value {
    let mut value = json!({
        "status": "failed",
        "code": failure.code.as_str(),
        "exit_code": failure.kind().exit_code(),
        "message": failure.message,
        "hints": failure.hints,
        "diagnostics": failure.diagnostics.iter().map(Placed::from).collect::<Vec<_>>(),
    });
    if let Some(plan) = &failure.plan {
        value["plan"] = (**plan).clone();
    }
    value
}
