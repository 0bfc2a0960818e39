//! Objects of one tree against each other: two of one name, references that lead nowhere, selectors that
//! select nothing. Only within a namespace: what lies elsewhere is not in the tree.

pub(crate) mod item;
mod refer;

use crate::schema::rules::tree::item::{ExternalObjects, Item, Names};
use std::collections::BTreeMap;

use serde_json::Value;

use crate::schema::rules::cursor::Cursor;
use crate::schema::rules::workloads;
use crate::schema::suggest;
use crate::schema::violation::Violation;

/// Adds to each object's violations those that it has with the others.
pub(crate) fn check(
    objects: &[(&str, &Value)],
    elsewhere: &ExternalObjects,
    cluster_wide: impl Fn(&str, &str) -> bool,
    found: &mut [Vec<Violation>],
) {
    let items: Vec<_> = objects.iter().map(|(_, value)| Item::new(value)).collect();
    duplicates(objects, &items, cluster_wide, found);
    let names = names(items.iter().flatten(), elsewhere);
    for (item, out) in items.iter().zip(found.iter_mut()) {
        let Some(item) = item.as_ref().filter(|item| item.group != "kustomize.config.k8s.io") else {
            continue;
        };
        refer::check(item, &names, out);
        if (item.group, item.kind) == ("", "Service") {
            service(item, items.iter().flatten(), out);
        }
    }
}

fn duplicates(
    objects: &[(&str, &Value)],
    items: &[Option<Item<'_>>],
    cluster_wide: impl Fn(&str, &str) -> bool,
    found: &mut [Vec<Violation>],
) {
    let mut first: BTreeMap<(&str, &str, &str, &str), &str> = BTreeMap::new();
    for ((item, (file, value)), out) in items.iter().zip(objects).zip(found) {
        let Some(item) = item else { continue };
        if item.group == "kustomize.config.k8s.io" {
            continue;
        }
        let version = value.get("apiVersion").and_then(Value::as_str).unwrap_or_default();
        let namespace = if cluster_wide(version, item.kind) { "" } else { item.namespace };
        let before = first.insert((item.group, item.kind, namespace, item.name), file);
        if let Some(before) = before
            && let Some(at) = item.root.find(&["metadata", "name"])
        {
            out.push(at.says(format!("a {} of this name already exists in {before}", item.kind)));
        }
    }
}

fn names<'a>(items: impl Iterator<Item = &'a Item<'a>>, elsewhere: &'a ExternalObjects) -> Names<'a> {
    let mut objects: BTreeMap<_, BTreeMap<&str, Option<Cursor<'_>>>> = BTreeMap::new();
    for item in items {
        objects.entry((item.namespace, item.kind)).or_default().insert(item.name, Some(item.root.clone()));
        // Kinds whose controllers make a Secret; what it holds is not known here.
        let made = match item.kind {
            "ExternalSecret" => {
                item.root.find(&["spec", "target"]).and_then(|at| at.text_of("name")).or(Some(item.name))
            }
            "Certificate" => item.root.get("spec").and_then(|at| at.text_of("secretName")),
            "SealedSecret" => Some(item.name),
            _ => None,
        };
        if let Some(made) = made {
            objects.entry((item.namespace, "Secret")).or_default().insert(made, None);
        }
    }
    Names { objects, external: elsewhere }
}

/// A Service without pods answers nothing, and a port name that no pod has leads nowhere.
fn service<'a>(service: &Item<'a>, items: impl Iterator<Item = &'a Item<'a>>, out: &mut Vec<Violation>) {
    let Some(wanted) = service.root.find(&["spec", "selector"]) else { return };
    if wanted.entries().next().is_none() {
        return;
    }
    let templates = items.filter(|item| item.namespace == service.namespace).filter_map(|item| {
        let template = workloads::template(&item.root, item.group, item.kind)?;
        let labels = template.at.find(&["metadata", "labels"]);
        let have = |key: &str| labels.as_ref().and_then(|labels| labels.text_of(key));
        wanted.entries().all(|(key, value)| value.text() == have(key)).then_some(template)
    });
    let templates: Vec<_> = templates.collect();
    if templates.is_empty() {
        return out.push(wanted.says("selects no pod in these manifests"));
    }
    let containers: Vec<_> = templates.iter().flat_map(|template| template.containers()).collect();
    let ports: Vec<_> = containers.iter().flat_map(|container| container.list("ports")).collect();
    for target in service.root.find(&["spec", "ports"]).iter().flat_map(Cursor::items) {
        let Some(target) = target.get("targetPort") else { continue };
        let Some(name) = target.text() else { continue };
        let names = ports.iter().filter_map(|port| port.text_of("name"));
        if !names.clone().any(|other| other == name) {
            let hint = suggest::suggestion(name, names);
            out.push(Violation { hint, ..target.says("is not the name of a port of the selected pods") });
        }
    }
}
