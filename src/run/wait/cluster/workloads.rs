//! What was rendered, and what the cluster has of it → what is said of a release, where nothing like a Kustomization sums it
//! up. Pure.

use serde_json::Value;

use super::flux::{condition, seconds};
use super::heard::{Heard, Part, State};
use crate::run::wait::judge::Half;

/// What has a rollout of its own, and how `kubectl get` calls it.
pub(super) const KINDS: [&str; 3] = ["Deployment", "StatefulSet", "Job"];

/// What the objects of the cluster say of those that were rendered, at the time `now` in seconds since 1970.
pub(super) fn heard(rendered: &[Value], objects: &[Value], now: i64) -> Heard {
    let wanted = rendered.iter().filter(|object| KINDS.iter().any(|kind| object["kind"] == *kind));
    let parts = wanted.map(|wanted| {
        let same = |object: &&Value| {
            object["kind"] == wanted["kind"] && object["metadata"]["name"] == wanted["metadata"]["name"]
        };
        let state = match objects.iter().find(same) {
            None => State::Open("it is not there".to_owned()),
            Some(object) if !is_of(object, wanted) => State::Open("it is still the one before".to_owned()),
            Some(object) => state(object, now),
        };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let half = if wanted["kind"] == "Deployment" { Half::App } else { Half::Base };
        let what = format!("{} {}", text(&wanted["kind"]), text(&wanted["metadata"]["name"]));
        Part { half, what, state }
    });
    let mut parts: Vec<Part> = parts.collect();
    parts.sort_by_key(|part| part.half == Half::App);
    Heard { parts }
}

/// Whether its pods are those of the release: their images, their commands, and the hashes of what they read.
fn is_of(object: &Value, wanted: &Value) -> bool {
    let template = |object: &Value| object["spec"]["template"].clone();
    let (is, wanted) = (template(object), template(wanted));
    let empty = serde_json::Map::new();
    let annotations = |template: &Value| template["metadata"]["annotations"].as_object().cloned();
    let (has, must) = (annotations(&is).unwrap_or_default(), annotations(&wanted).unwrap_or(empty));
    let containers =
        |template: &Value| template["spec"]["containers"].as_array().cloned().unwrap_or_default();
    let same = |(is, wanted): (&Value, &Value)| {
        ["name", "image", "command", "args"].iter().all(|field| is[field] == wanted[field])
    };
    let (here, there) = (containers(&is), containers(&wanted));
    must.iter().all(|(key, value)| has.get(key) == Some(value))
        && here.len() == there.len()
        && here.iter().zip(&there).all(same)
}

fn state(object: &Value, now: i64) -> State {
    if object["kind"] == "Job" {
        return of_job(object);
    }
    let (spec, status) = (&object["spec"], &object["status"]);
    let number = |value: &Value| value.as_u64().unwrap_or_default();
    if status["observedGeneration"] != object["metadata"]["generation"] {
        return State::Open("its controller has not seen it yet".to_owned());
    }
    let progressing = condition(object, "Progressing");
    if progressing["status"] == "False" {
        // It is taken back once a pod can be made, or becomes ready after all.
        let age = seconds(&progressing["lastTransitionTime"]).map(|time| now.saturating_sub(time));
        return State::Failed { message: message(progressing), age, last: false };
    }
    let wanted = spec["replicas"].as_u64().unwrap_or(1);
    let ready = if object["kind"] == "Deployment" { "availableReplicas" } else { "readyReplicas" };
    let (all, new, up) =
        (number(&status["replicas"]), number(&status["updatedReplicas"]), number(&status[ready]));
    // A StatefulSet of which no pod is told to be new counts none as such.
    let moved = object["kind"] == "StatefulSet" && status["currentRevision"] == status["updateRevision"];
    match all == wanted && (new == wanted || moved) && up == wanted {
        true => State::Healthy,
        false => State::Open(format!("of {wanted} pods {new} are new, and {up} are ready")),
    }
}

fn of_job(job: &Value) -> State {
    if condition(job, "Complete")["status"] == "True" {
        return State::Healthy;
    }
    let broken = condition(job, "Failed");
    match broken["status"] == "True" {
        true => State::Failed { message: message(broken), age: None, last: true },
        false => State::Open("it runs".to_owned()),
    }
}

fn message(condition: &Value) -> String {
    let text = |field: &str| condition[field].as_str().unwrap_or_default();
    format!("{}: {}", text("reason"), text("message"))
}
