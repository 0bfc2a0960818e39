//! Two pod templates → why pods of the one are replaced by pods of the other.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::plan::derived::{is_config_hash, is_secrets_hash};
use crate::plan::model::Reason;

/// The reasons, most telling first, none twice.
pub(super) fn reasons(before: &Value, after: &Value) -> Vec<Reason> {
    let mut found = BTreeSet::new();
    metadata(&before["metadata"], &after["metadata"], &mut found);
    let (old, new) = (&before["spec"], &after["spec"]);
    for field in changed(old, new) {
        match field {
            "containers" | "initContainers" => containers(&old[field], &new[field], &mut found),
            "volumes" => _ = found.insert(Reason::Volumes),
            "securityContext"
            | "serviceAccountName"
            | "automountServiceAccountToken"
            | "imagePullSecrets" => {
                found.insert(Reason::Security);
            }
            other => _ = found.insert(Reason::Other { field: other.to_owned() }),
        }
    }
    for field in changed(before, after).into_iter().filter(|field| !matches!(*field, "metadata" | "spec")) {
        found.insert(Reason::Other { field: field.to_owned() });
    }
    if found.is_empty() && before != after {
        found.insert(Reason::Other { field: "order".to_owned() });
    }
    found.into_iter().collect()
}

fn metadata(before: &Value, after: &Value, found: &mut BTreeSet<Reason>) {
    let mut names = Vec::new();
    for part in changed(before, after) {
        for name in changed(&before[part], &after[part]) {
            // The renderer writes what the process reads at its start as a checksum here.
            if is_config_hash(name) {
                found.insert(Reason::Configuration);
            } else if is_secrets_hash(name) {
                found.insert(Reason::Secrets);
            } else {
                names.push(name.to_owned());
            }
        }
    }
    if !names.is_empty() {
        names.sort();
        found.insert(Reason::Metadata { names });
    }
}

fn containers(before: &Value, after: &Value, found: &mut BTreeSet<Reason>) {
    for name in named(before).chain(named(after)).map(|(name, _)| name) {
        let find = |list| named(list).find(|(other, _)| *other == name).map(|(_, container)| container);
        match (find(before), find(after)) {
            (Some(old), Some(new)) => container(name, old, new, found),
            (old, _) => {
                found.insert(Reason::Container { container: name.to_owned(), added: old.is_none() });
            }
        }
    }
}

fn container(name: &str, old: &Value, new: &Value, found: &mut BTreeSet<Reason>) {
    let container = name.to_owned();
    let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
    for field in changed(old, new) {
        let container = container.clone();
        found.insert(match field {
            "image" => Reason::Image { container, from: text(&old["image"]), to: text(&new["image"]) },
            "command" | "args" | "workingDir" => Reason::Command { container },
            // Both at once, so that `env` and `envFrom` are one reason.
            "env" | "envFrom" => {
                Reason::Environment { container, names: variables(&old["env"], &new["env"]) }
            }
            "resources" => Reason::Resources { container },
            "livenessProbe" | "readinessProbe" | "startupProbe" | "lifecycle" => Reason::Probes { container },
            "ports" => Reason::Ports { container },
            "volumeMounts" => Reason::Volumes,
            "securityContext" => Reason::Security,
            other => Reason::Other { field: format!("{name}.{other}") },
        });
    }
}

fn variables(before: &Value, after: &Value) -> Vec<String> {
    let all: BTreeSet<&str> = named(before).chain(named(after)).map(|(name, _)| name).collect();
    let differs = |name: &&str| !values(before, name).eq(values(after, name));
    all.into_iter().filter(differs).map(str::to_owned).collect()
}

fn values<'a>(list: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    named(list).filter(move |(other, _)| *other == name).map(|(_, value)| value)
}

fn named(list: &Value) -> impl Iterator<Item = (&str, &Value)> {
    list.as_array().into_iter().flatten().filter_map(|item| Some((item["name"].as_str()?, item)))
}

/// The keys whose values differ.
fn changed<'a>(before: &'a Value, after: &'a Value) -> BTreeSet<&'a str> {
    let keys =
        |value: &'a Value| value.as_object().into_iter().flat_map(|map| map.keys()).map(String::as_str);
    keys(before).chain(keys(after)).filter(|key| before[*key] != after[*key]).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_part_of_a_template_has_its_reason() {
        let base = json!({
            "metadata": {"labels": {"l": "1"}, "annotations":
                {"checksum/config": "1", "cupaas.dev/config": "1", "cupaas.dev/secrets": "1"}},
            "spec": {"containers": [{"name": "web", "image": "a", "command": ["x"],
                "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
                "resources": {}, "livenessProbe": {}, "ports": [], "volumeMounts": []}], "volumes": []},
        });
        let web = || "web".to_owned();
        for (pointer, value, expected) in [
            (
                "/spec/containers/0/image",
                json!("b"),
                Reason::Image { container: web(), from: "a".into(), to: "b".into() },
            ),
            ("/metadata/annotations/checksum~1config", json!("2"), Reason::Configuration),
            ("/metadata/annotations/cupaas.dev~1config", json!("2"), Reason::Configuration),
            ("/metadata/annotations/cupaas.dev~1secrets", json!("2"), Reason::Secrets),
            ("/metadata/labels/l", json!("2"), Reason::Metadata { names: vec!["l".into()] }),
            ("/spec/containers/0/command", json!(["y"]), Reason::Command { container: web() }),
            (
                "/spec/containers/0/env/1/value",
                json!("3"),
                Reason::Environment { container: web(), names: vec!["B".into()] },
            ),
            (
                "/spec/containers/0/env/1/name",
                json!("C"),
                Reason::Environment { container: web(), names: vec!["B".into(), "C".into()] },
            ),
            ("/spec/containers/0/resources", json!({"a": 1}), Reason::Resources { container: web() }),
            ("/spec/containers/0/livenessProbe", json!({"a": 1}), Reason::Probes { container: web() }),
            ("/spec/containers/0/ports", json!([1]), Reason::Ports { container: web() }),
            ("/spec/containers/0/volumeMounts", json!([1]), Reason::Volumes),
            ("/spec/volumes", json!([1]), Reason::Volumes),
        ] {
            let mut other = base.clone();
            *other.pointer_mut(pointer).unwrap() = value;
            assert_eq!(reasons(&base, &other), [expected], "{pointer}");
        }
    }

    #[test]
    fn order_and_containers_count() {
        let containers = |names: &[&str]| {
            let list: Vec<Value> = names.iter().map(|name| json!({"name": name})).collect();
            json!({"spec": {"containers": list}})
        };
        let side = |added| vec![Reason::Container { container: "side".into(), added }];
        assert_eq!(reasons(&containers(&["web"]), &containers(&["web", "side"])), side(true));
        assert_eq!(reasons(&containers(&["web", "side"]), &containers(&["web"])), side(false));
        let order = [Reason::Other { field: "order".into() }];
        assert_eq!(reasons(&containers(&["a", "b"]), &containers(&["b", "a"])), order);
        assert_eq!(reasons(&containers(&["a"]), &containers(&["a"])), []);
    }
}
