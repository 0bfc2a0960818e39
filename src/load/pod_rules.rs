//! What a runtime's recipe says of the pods that its apps run in, and of what they are built with.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::load::folder::Folder;
use crate::load::scalars::{UrlPath, VariableName};

/// A variable that apps of a runtime want where they run, below all that a person sets.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnvRule {
    /// Its name.
    pub name: VariableName,
    /// Its value, a template over the facts, `params`, `port`, `host`, `hosts`, `url` and `memory` (of `web`, in MiB).
    #[schemars(extend("x-missing" = "a template over the facts: `value: \"{{ memory }}\"`"))]
    pub value: String,
    /// Only where this expression over the same is true.
    pub when: Option<String>,
}

/// A folder that apps of a runtime write into while they run. It is empty in each new pod.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WritableRule {
    /// The folder; without a slash at its beginning, in the app's.
    pub path: Folder,
    /// Only where this expression over the facts and `params` is true.
    pub when: Option<String>,
}

/// What holds for processes of a runtime where the app says nothing.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ProcessDefaults {
    /// One of the sizes that every platform has.
    pub size: Option<BuiltInSize>,
    /// A path that answers 2xx when the web process is ready.
    pub health: Option<UrlPath>,
    /// How many seconds a process has to end once it is asked to, of which a pod waits five for the router; 30 where nothing is
    /// said.
    #[schemars(range(min = 6, max = 3600))]
    pub grace_period: Option<u32>,
    /// How many seconds a process may take until it listens; 120 where nothing is said.
    #[schemars(range(min = 10, max = 3600))]
    pub startup_time: Option<u32>,
}

/// The sizes that every platform has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum BuiltInSize {
    /// For most.
    Small,
    /// Twice the memory.
    Medium,
    /// Four times the memory.
    Large,
}

impl BuiltInSize {
    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Medium => "medium",
            Self::Large => "large",
        }
    }
}

/// What an app of this runtime is built with, beside its files.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BuildRule {
    /// Names (patterns) of the app's variables that its build reads: they are frozen in its image.
    #[serde(default)]
    #[schemars(length(max = 100), inner(length(max = 200)))]
    pub variables: Vec<String>,
}
