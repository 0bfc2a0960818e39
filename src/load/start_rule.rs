//! What a runtime's recipe says beside its facts: how an app is started, and what its image needs of the system.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::load::scalars::Name;

/// How apps with certain facts are started, or why they cannot be.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct StartRule {
    /// An expression over the facts.
    pub when: Option<String>,
    /// The command, a template with the facts in it.
    pub command: Option<String>,
    /// The process that it is; `web`, which listens on a port, where nothing is said.
    pub process: Option<Name>,
    /// Facts each of which the app's files must find once alone, or it is an error that names all the files.
    #[serde(default)]
    pub one_of: Vec<String>,
    /// What to tell the person when this rule is used: what, and behind `: ` what to do. A template.
    pub warning: Option<String>,
    /// Instead of a command: why there is none. A template.
    pub error: Option<String>,
    /// What to do about the error. A template.
    pub hint: Option<String>,
    /// The runtime that such an app is of: where none was asked for, `cupaas new` takes it.
    pub runtime: Option<Name>,
}

impl StartRule {
    /// The process that the rule starts.
    pub(crate) fn process(&self) -> &str {
        self.process.as_ref().map_or("web", |process| &process.0)
    }
}

/// Packages of the image's system that apps with certain facts need.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SystemRule {
    /// An expression over the facts.
    pub when: Option<String>,
    /// Packages that are there while dependencies are installed.
    #[serde(default)]
    pub build: Vec<String>,
    /// Packages that are there when the app runs.
    #[serde(default)]
    pub run: Vec<String>,
}
