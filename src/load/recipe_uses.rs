//! What a runtime's recipe takes of another: a second language that its apps are built with.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::load::scalars::Named;

/// For which apps another runtime's parts are used.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UseRule {
    /// The fact that is the folder in which the other runtime's files stand. Where it is not found, nothing is used.
    pub below: String,
    /// Only where this expression over the facts is true.
    pub when: Option<String>,
    /// What the other recipe's parameters are, each a template over the facts; one that is empty leaves the default.
    #[serde(default)]
    #[schemars(extend("maxProperties" = 20))]
    pub with: Named<String>,
}

/// What is known of a recipe that is used, beside its parts.
pub(crate) const OF_A_USED: [&str; 3] = ["version", "folder", "facts"];
