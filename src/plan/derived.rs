//! Which changes only follow from others: an object that differs in nothing but the hashes of what its pods read, a Job
//! whose name holds such a hash, and the lists of files.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::plan::announced::same_but_names;
use crate::plan::model::{Action, ObjectChange, ObjectId};
use crate::plan::object::Object;
use crate::plan::trees::Trees;

/// Whether an annotation holds the hash of configuration that a process reads at its start.
pub(super) fn is_config_hash(annotation: &str) -> bool {
    annotation.starts_with("checksum/") || annotation.starts_with("cupaas.dev/config")
}

/// Whether an annotation holds the hash of secrets that a process reads at its start.
pub(super) fn is_secrets_hash(annotation: &str) -> bool {
    annotation == "cupaas.dev/secrets"
}

/// Whether two manifests differ in such hashes alone.
pub(super) fn same_but_hashes(before: &Value, after: &Value) -> bool {
    before != after && without_hashes(before) == without_hashes(after)
}

/// A Job of which only one side knows: where it belongs, what it is called, and its manifest.
pub(super) type LoneJob<'a, T> = (Option<&'a str>, T, &'a Value);

/// Jobs that leave, each with the one of the same place that is the same under another name, for the hash of what it
/// reads.
pub(super) fn renamed_jobs<T: Copy>(gone: Vec<LoneJob<'_, T>>, new: Vec<LoneJob<'_, T>>) -> Vec<(T, T)> {
    let mut places: BTreeMap<Option<&str>, Vec<(T, &Value)>> = BTreeMap::new();
    for (place, name, job) in new {
        places.entry(place).or_default().push((name, job));
    }
    let pairs = gone.into_iter().filter_map(|(place, name, old)| {
        let (other, _) = places.get(&place)?.iter().find(|(_, new)| same_job(old, new))?;
        Some((name, *other))
    });
    pairs.collect()
}

fn same_job(before: &Value, after: &Value) -> bool {
    let nameless = |manifest: &Value| {
        let mut manifest = without_hashes(manifest);
        manifest["metadata"]["name"] = Value::Null;
        manifest
    };
    before["kind"] == "Job" && nameless(before) == nameless(after)
}

fn without_hashes(value: &Value) -> Value {
    let mut value = value.clone();
    remove_hashes(&mut value);
    value
}

fn remove_hashes(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::Object(annotations)) = fields.get_mut("annotations") {
                annotations.retain(|name, _| !is_config_hash(name) && !is_secrets_hash(name));
            }
            fields.values_mut().for_each(remove_hashes);
        }
        Value::Array(items) => items.iter_mut().for_each(remove_hashes),
        _ => {}
    }
}

/// Marks the changes that only follow from others.
pub(super) fn mark(changes: &mut [ObjectChange], trees: &Trees<'_>) {
    let (before, after) = (index(trees.before.values()), index(trees.after.values()));
    let mut derived: Vec<usize> = Vec::new();
    for (gone, new) in
        renamed_jobs(lone(changes, Action::Delete, &before), lone(changes, Action::Create, &after))
    {
        derived.extend([gone, new]);
    }
    for (at, change) in changes.iter().enumerate().filter(|(_, change)| change.action == Action::Update) {
        let of = (change.file.as_str(), &change.object);
        let both = before.get(&of).zip(after.get(&of));
        derived.extend(
            both.is_some_and(|(old, new)| same_but_hashes(old, new) || same_but_names(old, new))
                .then_some(at),
        );
    }
    for at in derived {
        if let Some(change) = changes.get_mut(at) {
            change.derived = true;
        }
    }
}

/// Jobs that this happens to.
fn lone<'a>(changes: &'a [ObjectChange], action: Action, objects: &Index<'a>) -> Vec<LoneJob<'a, usize>> {
    let of = changes.iter().enumerate();
    let of = of.filter(|(_, change)| change.action == action && change.object.kind == "Job");
    let jobs = of.filter_map(|(at, change)| {
        let job = objects.get(&(change.file.as_str(), &change.object))?;
        Some((change.app.as_deref(), at, *job))
    });
    jobs.collect()
}

type Index<'a> = BTreeMap<(&'a str, &'a ObjectId), &'a Value>;

fn index<'a>(objects: impl Iterator<Item = &'a Object>) -> Index<'a> {
    objects.map(|one| ((one.file.as_str(), &one.id), &one.value)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pods(config: &str, image: &str) -> Value {
        json!({"kind": "Deployment", "spec": {"template": {
            "metadata": {"annotations": {"cupaas.dev/config": config}}, "spec": {"image": image},
        }}})
    }

    #[test]
    fn what_differs_in_hashes_alone_follows() {
        assert!(same_but_hashes(&pods("1", "a"), &pods("2", "a")));
        assert!(!same_but_hashes(&pods("1", "a"), &pods("2", "b")));
        assert!(!same_but_hashes(&pods("1", "a"), &pods("1", "a")));
        let annotated = |value: &str| json!({"metadata": {"annotations": {"team": value}}});
        assert!(!same_but_hashes(&annotated("a"), &annotated("b")));
    }

    #[test]
    fn a_job_follows_under_its_new_name() {
        let job = |kind: &str, name: &str, config: &str, image: &str| {
            json!({"kind": kind, "metadata": {"name": name}, "spec": {"image": image,
                "annotations": {"cupaas.dev/config": config}}})
        };
        assert!(same_job(&job("Job", "release-1", "1", "a"), &job("Job", "release-2", "2", "a")));
        assert!(!same_job(&job("Job", "release-1", "1", "a"), &job("Job", "release-2", "2", "b")));
        assert!(!same_job(&job("Pod", "release-1", "1", "a"), &job("Pod", "release-2", "2", "a")));
    }
}
