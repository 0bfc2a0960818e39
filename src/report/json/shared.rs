//! What several forms of report have.

use schemars::JsonSchema;
use serde::Serialize;

use crate::resolve::image::Pinned;

/// How a run ended, in a word.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Status {
    Ok,
    Unchanged,
    Differs,
    Deployed,
    Proposed,
    Edited,
    Removed,
    Superseded,
    Pinned,
    Held,
    Synced,
    Healthy,
    Failed,
}

/// What holds an image.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Pin<'a> {
    app: &'a str,
    environment: &'a str,
    image: &'a str,
    /// File, line and column that say so.
    place: &'a str,
}

impl<'a> From<&'a Pinned> for Pin<'a> {
    fn from(pin: &'a Pinned) -> Self {
        Self { app: &pin.app, environment: &pin.environment, image: &pin.image, place: &pin.place }
    }
}
