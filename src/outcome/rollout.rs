//! What the cluster has said of a release.

use schemars::JsonSchema;
use serde::Serialize;

/// A release that the cluster says is healthy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RolledOut {
    /// The app.
    pub app: String,
    /// The environment.
    pub environment: String,
    /// The app's commit that is healthy.
    pub source_commit: String,
    /// The release's own id, the last part of its statuses' contexts.
    pub release: String,
    /// The one-off task that has succeeded, where one was waited for and not the release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<String>,
    /// Whether it is a later release, which holds the one that was waited for.
    pub later: bool,
    /// The contexts of the statuses that say so.
    pub contexts: Vec<String>,
}
