//! What a release's record says of its rollout: under which name the cluster reports it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::forge::Forge;
use crate::load::scalars::ObjectName;

/// `flux.status` of `cupaas.yaml`: the cluster says on each app's commit what became of its rollout.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RolloutStatus {
    /// The Secret in Flux's namespace whose key `token` holds a token that may set commit statuses of the apps'
    /// repositories.
    pub secret: ObjectName,
    /// The forge that the apps' repositories are on; default: what their address tells, where everybody knows it.
    pub forge: Option<Forge>,
}

/// Under which name the cluster reports a release.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RolloutRecord {
    /// The release's own id: the last part of its statuses' contexts.
    pub id: String,
    /// The release before it, to which the cluster reports that this one cannot be built.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<RolloutId>,
}

/// Where the statuses of a release are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RolloutId {
    /// The app's commit.
    pub commit: String,
    /// The release's own id.
    pub id: String,
}
