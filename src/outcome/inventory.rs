//! What the GitOps repository knows of its apps.

use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// One app.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AppFacts {
    /// Its name.
    pub name: String,
    /// Whether it has a registration.
    pub registered: bool,
    /// Address of its repository.
    pub repository: Option<String>,
    /// Its folder in it.
    pub path: String,
    /// Branch → environment, as registered.
    pub branches: BTreeMap<String, String>,
    /// Environment → image that it is pinned to.
    pub pins: BTreeMap<String, String>,
    /// Names of registered variables, by environment; those for all of them under the empty name.
    pub variables: BTreeMap<String, Vec<String>>,
    /// Where it is deployed.
    pub releases: Vec<Deployment>,
}

/// One release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Deployment {
    /// The environment.
    pub environment: String,
    /// The image.
    pub image: String,
    /// The commit, where it is known.
    pub commit: Option<String>,
    /// Its host names.
    pub hosts: Vec<String>,
    /// Whether it was removed, and its data waits.
    pub removed: bool,
}

/// The variables of one app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variables {
    /// The app.
    pub app: String,
    /// By environment.
    pub environments: BTreeMap<String, Vec<Variable>>,
    /// Whether each origin is shown.
    pub origin: bool,
}

/// One variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value; nothing where a Secret holds it.
    pub value: Option<String>,
    /// The place that decides it.
    pub origin: String,
    /// What other layers set it to, the highest first: none of it counts.
    #[serde(rename = "overrides")]
    pub over: Vec<OverriddenValue>,
}

/// A value that one layer gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OverriddenValue {
    /// The value; nothing where a Secret holds it.
    pub value: Option<String>,
    /// Where it stands.
    pub origin: String,
}
