//! What a plan says: plain data without behaviour, serialised as the JSON that machines read.
//!
//! The contract: field names in snake_case; every enum is a kebab-case word, in the tag `effect` of an effect,
//! `because` of a reason, else as the bare text; what is not there is `null` or an empty list. Fields and words
//! may be added.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::diagnostic::{Code, Message};

/// What cannot be read in the trees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClusterFacts {
    /// Whether claims of the storage class can grow.
    pub expandable: bool,
}

/// Everything that one commit would do.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Plan {
    /// Changes of cluster objects, in the order of their files.
    pub changes: Vec<ObjectChange>,
    /// What the cluster would refuse.
    pub refusals: Vec<Refusal>,
    /// What data would be lost or cut off, allowed or not.
    pub losses: Vec<Loss>,
    /// Names of allowed losses that are not lost.
    pub unused_allowances: Vec<String>,
    /// Files that change without changing an object of the cluster: indexes, host claims, layout. Files below
    /// `releases/` do not count: a new source commit with the same manifests is nothing.
    pub rewrites: Vec<String>,
    /// Files of the state before that could not be read, and are replaced or removed unseen.
    pub unreadable: Vec<String>,
}

/// One object that changes.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ObjectChange {
    /// Which object; of one that stays, as it is afterwards.
    pub object: ObjectId,
    /// `<env>/<app>`, where the object belongs to one.
    pub app: Option<String>,
    /// Its file; of an object that leaves, the one it was in.
    pub file: String,
    /// The file it was in, where it moves.
    pub moved_from: Option<String>,
    /// What happens to the object itself.
    pub action: Action,
    /// What that does to the cluster.
    pub effects: Vec<Effect>,
    /// The fields that differ, for `update` and `move`.
    pub fields: Vec<FieldChange>,
    /// Whether it only follows from other changes: nothing differs but hashes of what the pods read.
    pub derived: bool,
}

/// The name of an object in its cluster.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields are those of every Kubernetes object")]
pub struct ObjectId {
    pub api_version: String,
    pub kind: String,
    pub namespace: Option<String>,
    pub name: String,
}

/// What happens to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// It is new.
    Create,
    /// It stays and changes.
    Update,
    /// It leaves the tree, and the engine deletes it.
    Delete,
    /// It leaves the tree and stays in the cluster, because it is protected from pruning.
    Orphan,
    /// It goes to the folder of another Flux Kustomization.
    Move,
}

/// What a change does to the cluster.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "effect", rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the fields say what they are; the variants are documented")]
pub enum Effect {
    /// The pods of a process are replaced; `rolling`: one after the other, old ones serving until new ones do.
    Restart { process: String, rolling: bool, why: Vec<Reason> },
    /// The process is away from the end of its old pod until the new one is ready.
    Recreate { process: String },
    /// The number of pods changes; where it is not written, the cluster starts with one and an autoscaler decides.
    Scale { process: String, from: Option<i64>, to: Option<i64> },
    /// A Job of a new name: its command runs.
    RunsJob { name: String },
    /// Host names begin or end to lead to a process.
    Reroute { added: Vec<String>, removed: Vec<String> },
    /// Requests of a route go to another Service.
    Redirect { from: Vec<String>, to: Vec<String> },
    /// When a scheduled process runs; the next run uses what else changed.
    Schedule { process: String, from: Option<String>, to: Option<String> },
    /// A volume grows.
    Grow { volume: String, from: String, to: String },
    /// Data is deleted with the object.
    DataLoss { name: String },
    /// Nothing that runs is touched.
    NoRestart,
}

/// Why pods are replaced.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(tag = "because", rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the fields say what they are; the variants are documented")]
pub enum Reason {
    /// Another image.
    Image { container: String, from: String, to: String },
    /// A container that is new, or gone.
    Container { container: String, added: bool },
    /// Configuration that the process reads at its start.
    Configuration,
    /// Credentials or secrets that the process reads at its start.
    Secrets,
    /// Command, arguments or working directory.
    Command { container: String },
    /// Variables, by name; none named where only their order or source changed.
    Environment { container: String, names: Vec<String> },
    /// Requests or limits.
    Resources { container: String },
    /// Health checks or lifecycle hooks.
    Probes { container: String },
    /// Ports.
    Ports { container: String },
    /// Volumes or where they are mounted.
    Volumes,
    /// Security settings or the account.
    Security,
    /// Labels or annotations of the pods.
    Metadata { names: Vec<String> },
    /// Another field of the pod template.
    Other { field: String },
}

/// One field that differs. Values of Secrets read `(hidden)`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct FieldChange {
    /// `spec.template.spec.containers[web].image`
    pub path: String,
    /// The value before, where there was one.
    pub before: Option<Value>,
    /// The value after, where there is one.
    pub after: Option<Value>,
}

/// Something that the cluster would refuse, or would answer with damage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Refusal {
    /// The object, where it can be named.
    pub object: Option<ObjectId>,
    /// Its file.
    pub file: String,
    /// Which rule.
    pub code: Code,
    /// The field, or nothing for the object as a whole.
    pub field: String,
    /// What is wrong.
    pub message: Message,
    /// What to do instead.
    pub remedy: Message,
}

/// Data that would be lost or that the cluster would no longer reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Loss {
    /// Service or volume.
    pub name: String,
    /// `<env>/<app>` that it belongs to.
    pub app: Option<String>,
    /// In which way.
    pub code: Code,
    /// What happens to the data.
    pub message: Message,
    /// Objects that stay in the cluster, as `kubectl` names them.
    pub kept: Vec<String>,
    /// How to get it back, or how to go about it without a loss.
    pub recovery: Message,
    /// The command that deletes for good what stays, where something stays.
    pub cleanup: Option<Message>,
    /// The name that allows it: `name`, or `<env>/<app>/<name>` where several apps lose one of that name.
    pub allow: String,
    /// Whether it was allowed.
    pub allowed: bool,
}

/// A plan on one line: counts of objects, and names of what is noticed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Summary {
    /// Objects that are new.
    pub created: usize,
    /// Objects that change, moved ones among them.
    pub updated: usize,
    /// Objects that are deleted.
    pub deleted: usize,
    /// Objects that leave the tree and stay in the cluster.
    pub orphaned: usize,
    /// Processes that restart; `<env>/<app>/<process>` where the plan touches several apps.
    pub restarts: Vec<String>,
    /// Those of them that are away meanwhile.
    pub outages: Vec<String>,
    /// Jobs that run.
    pub jobs: Vec<String>,
}
