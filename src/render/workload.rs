//! What a recipe's `workload` template says about the program that answers for a service, beyond what all services
//! have in common: typed, and checked against the type's schema as every file that a person writes.

use std::sync::OnceLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::load::scalars::{Amount, Cpu};
use crate::quantity::Quantity;
use crate::schema::{Fault, OwnSchema, Segment, Violation};
use crate::yaml::document::schema_of;

/// What to do about a program that would run as root.
const NO_ROOT: &str = "the number of another user, whose files the program writes: `docker run --rm --entrypoint cat IMAGE /etc/passwd` lists them";
/// The least memory of one container: no program begins with less, and what is less is an amount without its unit.
const LEAST_MEMORY: &str = "1Mi";
/// The most cores of one container: what is more is thousandths without their `m`.
const MOST_CPU: &str = "64";

/// What templates see as `workload` of what the recipe's template says: every key is there.
///
/// # Errors
///
/// Keys that are missing, unknown, or not of their type.
pub(super) fn read(said: Json) -> Result<Json, Vec<Violation>> {
    static SCHEMA: OnceLock<OwnSchema> = OnceLock::new();
    let found = SCHEMA.get_or_init(|| OwnSchema::new(schema_of::<Workload>())).violations(&said);
    if !found.is_empty() {
        return Err(without_guessed(found));
    }
    // The schema is made from the type: what still goes wrong is a gap between the two.
    let plain = |error: serde_json::Error| vec![Violation::new(Vec::new(), error.to_string())];
    let workload: Workload = serde_json::from_value(said).map_err(plain)?;
    let mut wrong = without_unit(&workload);
    if workload.user == 0 {
        let user = vec![Segment::Key("user".to_owned())];
        wrong.push(Violation::new(user, "pods of the restricted standard do not run as root").hint(NO_ROOT));
    }
    if wrong.is_empty() { serde_json::to_value(workload).map_err(plain) } else { Err(wrong) }
}

/// Amounts that are ones for the API server, and that nobody means: 512 bytes, or 100 whole cores.
fn without_unit(workload: &Workload) -> Vec<Violation> {
    let key = |key: &str| Segment::Key(key.to_owned());
    let mut all = vec![(Vec::new(), &workload.cpu, &workload.memory)];
    for (index, container) in workload.init_containers.iter().enumerate() {
        all.push((vec![key("initContainers"), Segment::Index(index)], &container.cpu, &container.memory));
    }
    let mut found = Vec::new();
    for (path, cpu, memory) in all {
        if Quantity::parse(cpu) > Quantity::parse(MOST_CPU) {
            let message = format!("{cpu} of CPU is more than {MOST_CPU} cores");
            found.push(Violation::new([&path[..], &[key("cpu")]].concat(), message).hint(Cpu::HINT));
        }
        if Quantity::parse(memory).is_some_and(|bytes| Some(bytes) < Quantity::parse(LEAST_MEMORY)) {
            let message = format!("{memory} of memory is too little");
            found.push(Violation::new([&path[..], &[key("memory")]].concat(), message).hint(Amount::HINT));
        }
    }
    found
}

/// All but the missing keys that are there under a misspelt name.
fn without_guessed(found: Vec<Violation>) -> Vec<Violation> {
    let misspelt = |path: &[Segment], key: &str| {
        found.iter().any(|other| {
            let is_meant = matches!(&other.fault, Fault::UnknownKey { meant: Some(meant) } if meant == key);
            is_meant && other.path.split_last().is_some_and(|(_, parents)| parents == path)
        })
    };
    let is_said = |one: &Violation| match &one.fault {
        Fault::MissingKey { key, .. } => misspelt(&one.path, key),
        _ => false,
    };
    found.iter().filter(|one| !is_said(one)).cloned().collect()
}

/// What is special about a service's pod. Keys and values are Kubernetes' own wherever it has them.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Workload {
    /// The number of the image's user and group.
    #[schemars(extend("x-hint" = "the number of the image's user, not its name: `docker run --rm --entrypoint id IMAGE`"))]
    user: u32,
    /// CPU that is set aside.
    #[schemars(extend("x-hint" = Cpu::HINT))]
    cpu: String,
    /// Memory that is set aside, and the most.
    #[schemars(extend("x-hint" = Amount::HINT))]
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
}

/// A port beside the service's own.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Port {
    name: String,
    #[schemars(range(min = 1, max = 65535))]
    port: u16,
}

/// A container that prepares something and ends.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct InitContainer {
    name: String,
    command: Json,
    env: Option<Json>,
    volume_mounts: Option<Json>,
    #[serde(default = "little_cpu")]
    #[schemars(extend("x-hint" = Cpu::HINT))]
    cpu: String,
    #[serde(default = "little_memory")]
    #[schemars(extend("x-hint" = Amount::HINT))]
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
