//! Objects of an app's entry point → who delivers the app, and what goes with them.

use serde_json::Value;

use crate::load::platform::Delivery;
use crate::plan::object::{Object, ObjectFile, documents};
use crate::plan::trees::Trees;

/// Who delivers what the object names; nothing for an object that delivers nothing.
pub(super) fn of(object: &Value) -> Option<Delivery> {
    let group = object["apiVersion"].as_str().and_then(|version| version.split_once('/'))?.0;
    match (group, object["kind"].as_str()?) {
        ("kustomize.toolkit.fluxcd.io", "Kustomization") => Some(Delivery::Flux),
        ("argoproj.io", "Application") => Some(Delivery::Argocd),
        _ => None,
    }
}

/// Who delivers the app of `place` before the change; where nothing says so, Flux.
pub(super) fn before(trees: &Trees<'_>, place: &ObjectFile) -> Delivery {
    let Some(app) = &place.app else { return Delivery::Flux };
    let end = format!("/{app}.yaml");
    let of_app = |path: &str| path.starts_with("clusters/") && path.ends_with(&end);
    let texts = trees.before_files.iter().filter(|(path, _)| of_app(path.as_str())).map(|(_, text)| text);
    let engines = texts.filter_map(|text| documents(text)).flatten().filter_map(|document| of(&document));
    engines.max_by_key(|engine| *engine == Delivery::Argocd).unwrap_or_default()
}

/// Whether all that was applied by it is deleted when it is.
pub(super) fn prunes(object: &Object, engine: Delivery) -> bool {
    let (spec, metadata) = (&object.value["spec"], &object.value["metadata"]);
    match engine {
        Delivery::Flux => match spec["deletionPolicy"].as_str() {
            None | Some("MirrorPrune") => spec["prune"] == true,
            Some(policy) => policy != "Orphan",
        },
        // It may say how, behind a slash.
        Delivery::Argocd => metadata["finalizers"].as_array().into_iter().flatten().any(|finalizer| {
            finalizer.as_str().is_some_and(|name| name.starts_with("resources-finalizer.argocd.argoproj.io"))
        }),
    }
}

/// The folder that it applies.
pub(super) fn folder(object: &Object, engine: Delivery) -> &str {
    let spec = &object.value["spec"];
    let path = match engine {
        Delivery::Flux => &spec["path"],
        Delivery::Argocd => &spec["source"]["path"],
    };
    path.as_str().unwrap_or("").trim_start_matches("./").trim_matches('/')
}
