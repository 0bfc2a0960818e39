//! Manifests and our own files against what is known of them: a value becomes violations, each with its place.
//!
//! `structural` walks a value along a JSON Schema; `kubernetes` holds the schemas of all kinds, from
//! `kinds/`; `rules` knows what an API server refuses beyond them. Everything here is pure, and a message
//! never shows a value of the file.

mod combine;
mod extra;
mod kubernetes;
mod leaf;
mod node;
mod own;
mod rules;
mod structure;
mod suggest;
mod violation;
mod walk;

use crate::schema::rules::target::ClusterTarget;
use serde_json::Value;

pub use extra::ExtraSchema;
pub(crate) use extra::SchemaError;
pub(crate) use kubernetes::{DEFAULT, SUPPORTED};
pub(crate) use leaf::QUOTES;
pub use node::Version;
pub use own::OwnSchema;
pub use rules::tree::item::ExternalObjects;
pub use violation::Violation;
pub(crate) use violation::{Fault, Segment};

/// The one of `known` that a person most likely meant by `name`.
pub(crate) fn suggest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    suggest::nearest(name, known)
}

/// A Kubernetes version such as `1.36`, where this program knows it.
pub(crate) fn supported_version(text: &str) -> Option<Version> {
    node::version(text).filter(|version| (SUPPORTED.0..=SUPPORTED.1).contains(version))
}

/// What is wrong with a CronJob's schedule, as its controller reads it.
pub(crate) fn schedule_problem(schedule: &str) -> Option<String> {
    rules::schedule_problem(schedule)
}

use kubernetes::Kinds;
use violation::in_document_order;
use walk::{Dialect, Walk};

/// Checks Kubernetes objects for one cluster. Checking more objects with one checker is cheaper than with many:
/// it keeps the definitions that it has read.
#[derive(Debug)]
pub struct Checker {
    kinds: Kinds,
    target: ClusterTarget,
}

impl Checker {
    /// A checker for a Kubernetes version, which knows the kinds of `extra` besides the embedded ones. Pods
    /// are asked to keep the *restricted* Pod Security Standard.
    pub fn new(version: Version, extra: &[ExtraSchema]) -> Result<Self, SchemaError> {
        Ok(Self { kinds: Kinds::new(extra)?, target: ClusterTarget { version, restricted: true } })
    }

    /// Does not ask of pods that they keep the *restricted* Pod Security Standard.
    #[must_use]
    pub fn unrestricted(mut self) -> Self {
        self.target.restricted = false;
        self
    }

    /// Whether objects of this one's kind live in no namespace; nothing of a kind that is not known.
    pub(crate) fn is_cluster_wide(&self, object: &Value) -> Option<bool> {
        let text = |key: &str| object.get(key).and_then(Value::as_str);
        self.kinds.kind(text("apiVersion")?, text("kind")?).map(|definition| definition.cluster_wide)
    }

    /// Everything that the API server would refuse in `object`, in the order of the document.
    pub fn object(&self, object: &Value) -> Vec<Violation> {
        let mut found = self.structure(object);
        rules::object(object, self.target, &mut found);
        in_document_order(object, &mut found);
        found
    }

    /// Checks each object, and whether they fit each other: file and violation, in the order given.
    pub fn tree<'a>(&self, objects: impl Iterator<Item = (&'a str, &'a Value)>) -> Vec<(String, Violation)> {
        self.tree_beside(objects, &ExternalObjects::default())
    }

    /// As [`Checker::tree`], for objects that may also refer to `elsewhere`.
    pub fn tree_beside<'a>(
        &self,
        objects: impl Iterator<Item = (&'a str, &'a Value)>,
        elsewhere: &ExternalObjects,
    ) -> Vec<(String, Violation)> {
        let objects: Vec<_> = objects.collect();
        let mut found: Vec<_> = objects.iter().map(|(_, object)| self.object(object)).collect();
        let cluster_wide = |version: &str, kind: &str| {
            self.kinds.kind(version, kind).is_some_and(|definition| definition.cluster_wide)
        };
        rules::tree::check(&objects, elsewhere, cluster_wide, &mut found);
        let named = objects.iter().zip(found).flat_map(|((file, object), mut list)| {
            in_document_order(object, &mut list);
            list.into_iter().map(|violation| ((*file).to_owned(), violation))
        });
        named.collect()
    }

    fn structure(&self, object: &Value) -> Vec<Violation> {
        let Some(map) = object.as_object() else {
            return vec![Violation::new(Vec::new(), "expected a Kubernetes object: a mapping")];
        };
        let text = |key: &str| map.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
        let (Some(version), Some(kind)) = (text("apiVersion"), text("kind")) else {
            let missing = ["apiVersion", "kind"].into_iter().filter(|key| text(key).is_none());
            let say = |key| Violation::new(Vec::new(), format!("missing key {key:?}"));
            return missing.map(say).collect();
        };
        let Some(definition) = self.kinds.kind(version, kind) else {
            return vec![self.unknown(version, kind)];
        };
        let encrypted = map.get("sops").is_some_and(Value::is_object);
        let dialect =
            Dialect { closed: true, null_is_absent: true, version: Some(self.target.version), encrypted };
        let mut walk = Walk::new(&self.kinds, dialect);
        walk.path.push(Segment::Key("apiVersion".to_owned()));
        walk.check_version(&definition.node);
        // The version as a whole is to blame, not the key's name.
        walk.found.iter_mut().for_each(|one| one.at_key = false);
        walk.path.pop();
        walk.check(&definition.node, object);
        walk.found
    }

    fn unknown(&self, version: &str, kind: &str) -> Violation {
        let (key, message) = match self.kinds.kinds(version).is_empty() {
            true => ("apiVersion", format!("unknown API version {version:?}")),
            false => ("kind", format!("unknown kind {kind:?} in {version}")),
        };
        let other = self.kinds.api_versions(kind);
        let near = suggest::nearest(kind, self.kinds.kinds(version).into_iter());
        let hint = match (other.as_slice(), near) {
            _ if kind == "List" && version == "v1" => "write each object into a file of its own".to_owned(),
            ([], Some(near)) => {
                format!("did you mean {near:?}? Otherwise put its schema into catalog/schemas/")
            }
            ([], None) => "put its schema into catalog/schemas/".to_owned(),
            (versions, _) => {
                format!(
                    "it exists in {}; otherwise put its schema into catalog/schemas/",
                    versions.join(", ")
                )
            }
        };
        Violation::new(vec![Segment::Key(key.to_owned())], message).hint(hint)
    }
}
