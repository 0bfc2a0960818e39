//! What a runtime's recipe proposes to people whose app shows that it needs it; nothing of it is done unasked.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::load::scalars::{Name, VariableName};

/// What an app of this runtime may want in its `.cupaas`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SuggestRules {
    /// Processes beside the one that `start` finds.
    #[serde(default)]
    #[schemars(length(max = 50))]
    pub processes: Vec<ProcessRule>,
    /// What runs before the processes of each new release; the first that fits.
    #[serde(default)]
    #[schemars(length(max = 20))]
    pub release: Vec<ReleaseRule>,
    /// Secrets that the app does not start without.
    #[serde(default)]
    #[schemars(length(max = 50))]
    pub secrets: Vec<SecretRule>,
    /// Variables that it asks for.
    #[serde(default)]
    #[schemars(length(max = 50))]
    pub variables: Vec<VariableRule>,
    /// Services that its dependencies speak to.
    #[serde(default)]
    #[schemars(length(max = 50))]
    pub services: Vec<ServiceRule>,
}

/// A process that is proposed.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProcessRule {
    /// Its name.
    pub name: Name,
    /// Its command, a template over the facts.
    pub command: String,
    /// When it runs, where it does not run always: `*/5 * * * *`.
    pub schedule: Option<String>,
    /// Only where this expression over the facts is true.
    pub when: Option<String>,
    /// `cupaas new` writes it as something that holds, and not as something to choose.
    #[serde(default)]
    pub certain: bool,
}

/// A release command that is proposed.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseRule {
    /// The command, a template over the facts.
    pub command: String,
    /// Only where this expression over the facts is true.
    pub when: Option<String>,
    /// `cupaas new` writes it as something that holds.
    #[serde(default)]
    pub certain: bool,
}

/// A secret that is proposed.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretRule {
    /// Its name, a template over the facts.
    pub name: String,
    /// Names of which any does in its place: where the app has one of them, it is not proposed.
    #[serde(default)]
    #[schemars(length(max = 10))]
    pub instead: Vec<VariableName>,
    /// Only where this expression over the facts is true.
    pub when: Option<String>,
    /// `cupaas new` writes it as something that holds.
    #[serde(default)]
    pub certain: bool,
}

/// A variable that is proposed.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VariableRule {
    /// Its name.
    pub name: VariableName,
    /// Its value, a template over the facts.
    pub value: String,
    /// Only where this expression over the facts is true.
    pub when: Option<String>,
    /// `cupaas new` writes it as something that holds.
    #[serde(default)]
    pub certain: bool,
}

/// A service that is proposed.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceRule {
    /// The name of its recipe.
    pub service: Name,
    /// Names of recipes of which any does in its place: where the app has one of them, it is not proposed.
    #[serde(default)]
    #[schemars(length(max = 20))]
    pub instead: Vec<Name>,
    /// Only where this expression over the facts is true.
    pub when: Option<String>,
    /// `cupaas new` writes it as something that holds.
    #[serde(default)]
    pub certain: bool,
}
