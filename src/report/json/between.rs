//! What changed of an app between two of its releases → JSON.

use schemars::JsonSchema;
use serde::Serialize;

use crate::outcome::between::{Between, ComparedRelease};
use crate::plan::diff::FileDiff;
use crate::plan::{Plan, Summary};
use crate::report::json::failed::Failed;
use crate::report::json::shared::Status;
use crate::resolve::unlike::Unlike;

/// `history --diff`.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct HistoryDiff<'a> {
    status: Status,
    app: &'a str,
    environment: &'a str,
    /// One release.
    from: &'a ComparedRelease,
    /// The other.
    to: &'a ComparedRelease,
    /// What was decided otherwise, by the files of their times.
    unlike: &'a [Unlike],
    /// Why that cannot be said, where files of then are wrong by the rules of today.
    undecided: Option<Failed<'a>>,
    /// What changed in the cluster.
    plan: &'a Plan,
    summary: Summary,
    /// Files line by line.
    diffs: &'a [FileDiff],
}

impl<'a> From<&'a Between> for HistoryDiff<'a> {
    fn from(between: &'a Between) -> Self {
        Self {
            status: if between.is_empty() { Status::Unchanged } else { Status::Differs },
            app: &between.app,
            environment: &between.environment,
            from: &between.from,
            to: &between.to,
            unlike: &between.unlike,
            undecided: between.undecided.as_ref().map(Failed::from),
            plan: &between.plan,
            summary: between.plan.summary(),
            diffs: &between.diffs,
        }
    }
}
