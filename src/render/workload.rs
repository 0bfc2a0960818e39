//! What a recipe's `workload` template says about the program that answers for a service, beyond what all services
//! have in common: typed, so that a misspelt key is no key that is passed over.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::schema;

/// What templates see as `workload` of what the recipe's template says: every key is there.
///
/// # Errors
///
/// A key that is missing, unknown, or not of its type, each with the key where it is known.
pub(super) fn read(said: Json) -> Result<Json, Vec<Wrong>> {
    let plain = |error: serde_json::Error| vec![Wrong { key: None, message: error.to_string(), hint: None }];
    let mut workload: Workload = serde_json::from_value(said).map_err(plain)?;
    let unknown = std::mem::take(&mut workload.unknown);
    let seen = serde_json::to_value(workload).map_err(plain)?;
    if unknown.is_empty() {
        return Ok(seen);
    }
    let known = || seen.as_object().into_iter().flat_map(|seen| seen.keys().map(String::as_str));
    let wrong = unknown.into_keys().map(|key| Wrong {
        message: format!("unknown key {key:?}"),
        hint: Some(match schema::suggest(&key, known()) {
            Some(close) => format!("did you mean {close:?}?"),
            None => format!("available: {}", known().collect::<Vec<_>>().join(", ")),
        }),
        key: Some(key),
    });
    Err(wrong.collect())
}

/// What is wrong with a workload.
pub(super) struct Wrong {
    /// The key that is wrong.
    pub(super) key: Option<String>,
    /// What is wrong.
    pub(super) message: String,
    /// What to do about it.
    pub(super) hint: Option<String>,
}

/// What is special about a service's pod. Keys and values are Kubernetes' own wherever it has them.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Workload {
    /// The number of the image's user and group.
    user: u32,
    /// CPU that is set aside.
    cpu: String,
    /// Memory that is set aside, and the most.
    memory: String,
    /// The program; without it, the image's own.
    command: Option<Json>,
    /// Its arguments.
    args: Option<Json>,
    /// Its variables.
    env: Option<Json>,
    /// Ports beside the service's own, for the app's processes.
    #[serde(default)]
    ports: Vec<Port>,
    /// In the place of a connection to the port.
    startup_probe: Option<Json>,
    /// In the place of a connection to the port.
    readiness_probe: Option<Json>,
    /// In the place of a connection to the port.
    liveness_probe: Option<Json>,
    /// Mounts beside the disk and `/tmp`.
    #[serde(default)]
    volume_mounts: Vec<Json>,
    /// Volumes beside the disk and `/tmp`.
    #[serde(default)]
    volumes: Vec<Json>,
    /// What runs before, in the service's image.
    #[serde(default)]
    init_containers: Vec<InitContainer>,
    /// How long the program has to end.
    #[serde(default = "grace_period")]
    termination_grace_period_seconds: u32,
    /// Whether the program must find itself under the Service's name before it is ready.
    #[serde(default)]
    publish_not_ready_addresses: bool,
    /// Annotations of the pod, such as a hash of what it reads only when it starts.
    annotations: Option<Json>,
    /// Everything else.
    #[serde(flatten)]
    unknown: BTreeMap<String, Json>,
}

/// A port beside the service's own.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Port {
    name: String,
    port: u16,
}

/// A container that prepares something and ends.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct InitContainer {
    name: String,
    command: Json,
    env: Option<Json>,
    volume_mounts: Option<Json>,
    #[serde(default = "little_cpu")]
    cpu: String,
    #[serde(default = "little_memory")]
    memory: String,
}

fn grace_period() -> u32 {
    30
}

fn little_cpu() -> String {
    "20m".to_owned()
}

fn little_memory() -> String {
    "32Mi".to_owned()
}
