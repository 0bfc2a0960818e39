//! What an object says to the engine that rolls it out: the annotations of Flux and of Argo CD, and no other place
//! knows them. A template says `annotations: {{ prune_protection }}` for what must outlive the app.

use serde_json::{Map, Value as Json, json};

use crate::load::file_rule::Layer;
use crate::load::platform::Delivery;

const FLUX: &str = "kustomize.toolkit.fluxcd.io";
const ARGOCD: &str = "argocd.argoproj.io";

/// The annotations that keep an object in the cluster when it leaves the tree, and when the app does.
pub(crate) fn prune_protection(delivery: Delivery) -> Json {
    match delivery {
        Delivery::Flux => json!({format!("{FLUX}/prune"): "disabled"}),
        // `Prune` is about a sync, `Delete` about the Application's own end. What is left over on purpose must not
        // count as a difference either, or Argo CD would try to heal it for ever.
        Delivery::Argocd => json!({
            format!("{ARGOCD}/compare-options"): "IgnoreExtraneous",
            format!("{ARGOCD}/sync-options"): "Prune=false,Delete=false",
        }),
    }
}

/// Whether an object says that the engine is to keep it.
pub(crate) fn is_kept(object: &Json, delivery: Delivery) -> bool {
    let annotation = |name: String| object["metadata"]["annotations"][name].as_str().unwrap_or_default();
    match delivery {
        Delivery::Flux => ["prune", "reconcile"]
            .iter()
            .any(|what| annotation(format!("{FLUX}/{what}")).eq_ignore_ascii_case("disabled")),
        Delivery::Argocd => {
            let options = annotation(format!("{ARGOCD}/sync-options"));
            let has = |option: &str| options.split(',').any(|part| part.trim() == option);
            has("Prune=false") && has("Delete=false")
        }
    }
}

/// Adds what the engine is to know of an object of `layer`; `waits` says whether a release command goes before the
/// processes.
///
/// # Errors
///
/// An object that is protected from the other engine alone, and so would be pruned.
pub(super) fn mark(object: &mut Json, layer: Layer, delivery: Delivery, waits: bool) -> Result<(), String> {
    match delivery {
        Delivery::Flux => {
            not_only_for(Delivery::Argocd, delivery, object)?;
            if holds_substitution(object) {
                annotate(object, &format!("{FLUX}/substitute"), "disabled");
            }
        }
        Delivery::Argocd => {
            not_only_for(Delivery::Flux, delivery, object)?;
            if let Some(wave) = wave(layer).filter(|_| waits) {
                annotate(object, &format!("{ARGOCD}/sync-wave"), wave);
            }
        }
    }
    Ok(())
}

/// The wave of a layer. The processes' is 0 and the last, since Argo CD waits until all of a wave is healthy before it
/// goes on: with the last one a sync ends, be there an address for the Ingress or not. What is pruned keeps the wave
/// that it had, so there is none behind 0 even after the release command is taken out.
fn wave(layer: Layer) -> Option<&'static str> {
    match layer {
        Layer::Base => Some("-2"),
        Layer::Release => Some("-1"),
        // A task waits for the whole of `base` otherwise, and nothing waits for it.
        Layer::App | Layer::Run | Layer::Cluster => None,
    }
}

fn not_only_for(other: Delivery, delivery: Delivery, object: &Json) -> Result<(), String> {
    if is_kept(object, other) && !is_kept(object, delivery) {
        return Err(format!(
            "protected from pruning for {other} only, but {delivery} delivers; write `annotations: {{{{ prune_protection }}}}`"
        ));
    }
    Ok(())
}

fn annotate(object: &mut Json, name: &str, value: &str) {
    if let Some(metadata) = object.get_mut("metadata").and_then(Json::as_object_mut) {
        let annotations = metadata.entry("annotations").or_insert_with(|| Json::Object(Map::new()));
        annotations[name] = json!(value);
    }
}

/// Flux replaces `${NAME}` wherever a Kustomization asks for substitution; what we render is to arrive as it is.
fn holds_substitution(value: &Json) -> bool {
    match value {
        Json::String(text) => text.contains("${"),
        Json::Array(items) => items.iter().any(holds_substitution),
        Json::Object(entries) => {
            entries.iter().any(|(key, value)| key.contains("${") || holds_substitution(value))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: [Delivery; 2] = [Delivery::Flux, Delivery::Argocd];

    fn marked(object: &Json, layer: Layer, delivery: Delivery, waits: bool) -> Json {
        let mut object = object.clone();
        mark(&mut object, layer, delivery, waits).unwrap();
        object["metadata"]["annotations"].take()
    }

    #[test]
    fn what_is_kept_is_kept_by_the_engine_that_delivers() {
        for delivery in BOTH {
            let kept = json!({"metadata": {"annotations": prune_protection(delivery)}});
            for asked in BOTH {
                assert_eq!(is_kept(&kept, asked), asked == delivery);
                assert_eq!(mark(&mut kept.clone(), Layer::Base, asked, false).is_ok(), asked == delivery);
            }
        }
        let half = json!({"metadata": {"annotations": {"argocd.argoproj.io/sync-options": "Prune=false"}}});
        assert!(!is_kept(&half, Delivery::Argocd), "a removed Application would take it along");
    }

    #[test]
    fn a_release_command_has_a_wave_of_its_own_between_the_layers() {
        let wave = |layer, waits| {
            let marked = marked(&json!({"metadata": {}}), layer, Delivery::Argocd, waits);
            marked["argocd.argoproj.io/sync-wave"].as_str().map_or(0, |wave| wave.parse::<i32>().unwrap())
        };
        assert!(wave(Layer::Base, true) < wave(Layer::Release, true));
        assert!(wave(Layer::Release, true) < wave(Layer::App, true));
        // A wave behind the processes' would wait for an Ingress's address.
        assert_eq!(wave(Layer::App, true), 0);
        for layer in [Layer::Base, Layer::Release, Layer::App, Layer::Run, Layer::Cluster] {
            assert_eq!(wave(layer, false), 0, "without a release command nothing waits");
        }
    }

    #[test]
    fn substitution_is_fluxs_alone() {
        let object = json!({"metadata": {"name": "c"}, "data": {"A": "${HOME}"}});
        let flux = marked(&object, Layer::App, Delivery::Flux, true);
        assert_eq!(flux, json!({"kustomize.toolkit.fluxcd.io/substitute": "disabled"}));
        assert_eq!(marked(&object, Layer::App, Delivery::Argocd, true), Json::Null);
    }
}
