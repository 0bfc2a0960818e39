//! What follows from a service's recipe for the objects that it renders, whether its author thought of it or not: what runs
//! the service says its name and version, which a plan compares, and a claim of it stays in the cluster.

use serde_json::{Map, Value as Json, json};

use crate::render::layers::Rendered;
use crate::resolve::release::Service;

const SERVICE: &str = "cupaas.dev/service";
const VERSION: &str = "cupaas.dev/service-version";

/// Marks the objects of `service`; `protection` are the annotations that keep an object in the cluster.
///
/// # Errors
/// An object that says it is another service's, or of another version; an operator's object that nothing shows to run the
/// service, where nothing else does.
pub(super) fn mark(rendered: &mut [Rendered], service: &Service, protection: &Json) -> Result<(), String> {
    let mut is_marked = false;
    for one in rendered.iter_mut() {
        let object = &mut one.object;
        if object["kind"] == "PersistentVolumeClaim" {
            label(object, SERVICE, &service.name)?;
            for (name, value) in protection.as_object().into_iter().flatten() {
                put(object, "annotations", name, value);
            }
        }
        if runs(object) {
            program(object, service)?;
            is_marked = true;
        }
    }
    match rendered.iter().find(|one| !is_marked && is_custom(&one.object)) {
        None => Ok(()),
        Some(one) => Err(format!(
            "{} may run the service, but has no label {VERSION}; write `labels: {{{{ service.workload_labels }}}}`",
            one.object["metadata"]["name"]
        )),
    }
}

fn program(object: &mut Json, service: &Service) -> Result<(), String> {
    label(object, SERVICE, &service.name)?;
    label(object, VERSION, &service.version)?;
    if service.major_parts != 1 {
        put(object, "annotations", "cupaas.dev/major-parts", &json!(service.major_parts.to_string()));
    }
    if !service.upgrades.is_empty() {
        put(object, "annotations", "cupaas.dev/upgrades", &json!(json!(service.upgrades).to_string()));
    }
    Ok(())
}

/// Whether an object runs a program for as long as it is there. Of what others define only the author knows.
fn runs(object: &Json) -> bool {
    matches!(object["kind"].as_str(), Some("StatefulSet" | "Deployment" | "DaemonSet"))
        || (is_custom(object) && object["metadata"]["labels"].get(VERSION).is_some())
}

/// Whether an object is of a group that Kubernetes does not have; helpers of these groups run nothing.
fn is_custom(object: &Json) -> bool {
    let group =
        object["apiVersion"].as_str().and_then(|text| text.split_once('/')).map_or("", |(group, _)| group);
    let helpers = ["external-secrets.io", "monitoring.coreos.com", "cert-manager.io", "traefik.io"];
    group.contains('.')
        && !group.ends_with(".k8s.io")
        && !helpers.iter().any(|helper| group.ends_with(helper))
}

fn label(object: &mut Json, name: &str, value: &str) -> Result<(), String> {
    put(object, "labels", name, &json!(value));
    match object["metadata"]["labels"][name].as_str() {
        Some(is) if is != value => {
            Err(format!("the label {name} of {} must be {value:?}", object["metadata"]["name"]))
        }
        _ => Ok(()),
    }
}

/// Puts an entry into a mapping of an object's metadata, where none of that name is. What is no mapping is said by whoever
/// checks the object.
fn put(object: &mut Json, field: &str, name: &str, value: &Json) {
    let Some(metadata) = object.get_mut("metadata").and_then(Json::as_object_mut) else { return };
    let entries = metadata.entry(field).or_insert_with(|| Json::Object(Map::new()));
    if let Some(entries) = entries.as_object_mut() {
        entries.entry(name).or_insert_with(|| value.clone());
    }
}
