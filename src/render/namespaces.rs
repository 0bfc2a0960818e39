//! Whether an object of a service stands in the app's namespace. Nothing sets it behind the templates, and what is written
//! into another app's, or the cluster's own, would be nobody's to remove.

use serde_json::Value as Json;

use crate::resolve::release::Release;
use crate::schema::{Checker, Segment};

/// What is wrong with an object's namespace, and where in it. Of what is no kind the schema says more.
pub(super) fn wrong(checker: &Checker, release: &Release, object: &Json) -> Option<(Vec<Segment>, String)> {
    if checker.is_cluster_wide(object)? {
        return None;
    }
    let key = |name: &str| Segment::Key(name.to_owned());
    let namespace = object["metadata"].as_object()?.get("namespace");
    let called = format!(
        "{} {:?}",
        object["kind"].as_str().unwrap_or_default(),
        object["metadata"]["name"].as_str().unwrap_or_default()
    );
    match namespace.and_then(Json::as_str) {
        // Of another type is what the schema refuses.
        None if namespace.is_some() => None,
        None => Some((vec![key("metadata")], format!("{called} has no namespace"))),
        Some(name) if name == release.namespace || is_the_engines(release, object, name) => None,
        Some(name) => {
            let message = format!("{called} is in the namespace {name:?}, and not in the app's own");
            Some((vec![key("metadata"), key("namespace")], message))
        }
    }
}

/// Whether it is an object of Flux or Argo CD, which read theirs in a namespace of their own.
fn is_the_engines(release: &Release, object: &Json, namespace: &str) -> bool {
    let version = object["apiVersion"].as_str().unwrap_or_default();
    let group = version.split_once('/').map_or("", |(group, _)| group);
    (group.ends_with(".toolkit.fluxcd.io") && namespace == release.platform.flux_namespace)
        || (group == "argoproj.io" && namespace == release.platform.argocd_namespace)
}
