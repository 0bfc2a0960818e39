//! Whether a release that stands there is healthy, as its cluster has reported.

use schemars::JsonSchema;
use serde::Serialize;

/// What is said of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ReportedHealth {
    /// In a word.
    pub state: HealthState,
    /// Since when it is healthy, such as `2026-11-23T10:39:00Z`; nothing where it is not, or the forge does not say.
    pub since: Option<String>,
    /// Why it has failed, what was said last, or why nobody could be asked.
    pub why: Option<String>,
}

/// In a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum HealthState {
    /// All of it came up.
    Healthy,
    /// It did not come up.
    Failed,
    /// Nothing that counts was said yet.
    Waiting,
    /// Nobody reports it.
    Unreported,
    /// The forge could not be asked.
    Unknown,
}
