//! What a recipe says of its manifests: which templates there are, and where what they render belongs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::load::scalars::Name;

/// One template, and when it is rendered.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileRule {
    /// A template beside this file, or a part that cupaas brings along: `shared/service/service.yaml.j2`.
    pub template: String,
    /// Once for each item of this list of the release, which the template knows as `as`.
    pub each: Option<String>,
    /// The item's name in the template.
    #[serde(rename = "as")]
    pub item: Option<Name>,
    /// Only where this expression is true.
    pub when: Option<String>,
    /// Where the manifest belongs; default `base`.
    #[serde(default)]
    pub layer: Layer,
}

/// Where a manifest belongs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Layer {
    /// What processes stand on: policy, configuration, services.
    #[default]
    Base,
    /// What has to succeed before the processes of a new release: its Job. It stands in `base`'s folder.
    Release,
    /// The processes, their routes and claims.
    App,
    /// What a one-off task runs by: its Job, and what that reads. Rendered once, where a task is asked for, and kept.
    Run,
    /// What the cluster's entry point applies: Namespace and the objects of Flux or Argo CD.
    Cluster,
}
