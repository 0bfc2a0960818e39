//! What is handed over to a program of whoever runs this.

use schemars::JsonSchema;
use serde::Serialize;

/// A program with its arguments, which takes this one's place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HandOver {
    /// The app.
    pub app: String,
    /// The environment.
    pub environment: String,
    /// The namespace that it is in.
    pub namespace: String,
    /// The cluster that the GitOps repository calls it; which one `kubectl` asks is its own setting.
    pub cluster: String,
    /// The address that is opened; of `open` alone.
    pub url: Option<String>,
    /// The program and its arguments.
    pub command: Vec<String>,
    /// Whether it is only shown.
    #[serde(skip)]
    pub print: bool,
}
