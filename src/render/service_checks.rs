//! What a service's manifests promise each other and the app: pods that can be reached, and only by the app. The
//! API server would take them without it, and the service would not work.

use serde_json::Value as Json;

use crate::diagnostic::{Code, Diagnostic, Failure, Span};
use crate::load::catalog::Recipe;
use crate::render::layers::Rendered;
use crate::resolve::release::Service;

/// Kinds of objects that run pods for as long as the service is there.
const WORKLOADS: [&str; 3] = ["Deployment", "StatefulSet", "DaemonSet"];

/// Looks at all that a service's recipe has rendered.
///
/// # Errors
///
/// The recipe's, at its rules.
pub(super) fn check(recipe: &Recipe, service: &Service, rendered: &[Rendered]) -> Result<(), Failure> {
    let mut found = Vec::new();
    let mut say = |place: &Span, message: String, hint: &str| {
        found.push(Diagnostic::error(Code::RecipeInvalid, place.clone(), message).hint(hint));
    };
    let of_kind = |kind: &'static str| rendered.iter().filter(move |one| kind_of(&one.object) == kind);
    let workloads: Vec<&Rendered> =
        rendered.iter().filter(|one| WORKLOADS.contains(&kind_of(&one.object))).collect();
    for workload in &workloads {
        let reached = |policy: &Rendered| {
            selects(&policy.object["spec"]["podSelector"]["matchLabels"], &workload.object)
        };
        if !of_kind("NetworkPolicy").any(reached) {
            let message = format!("no NetworkPolicy lets the app reach {}", called(&workload.object));
            let place = recipe.description.at(&["files"]);
            say(
                &place,
                message,
                "add `{template: shared/service/network-policy.yaml.j2}`, or a policy of the recipe's own",
            );
        }
    }
    let mut lacks = |message: String, part: &str| {
        let hint = format!("add `{{template: {part}}}`, or one of the recipe's own");
        say(&recipe.description.at(&["files"]), message, &hint);
    };
    for workload in &workloads {
        let mounted =
            claims(&workload.object).filter(|claim| !service.disks.iter().any(|disk| disk.claim == **claim));
        let is_made =
            |claim: &&str| of_kind("PersistentVolumeClaim").any(|one| name_of(&one.object) == *claim);
        for claim in mounted.filter(|claim| !is_made(claim)) {
            let message = format!("no rule makes the claim {claim:?} of {}", called(&workload.object));
            lacks(message, "shared/service/claim.yaml.j2");
        }
        let selects = |entry: &Rendered| selects(&entry.object["spec"]["selector"], &workload.object);
        if recipe.description.value.port.is_some() && !of_kind("Service").any(selects) {
            let message = format!("no rule makes a Service for {}", called(&workload.object));
            lacks(message, "shared/service/service.yaml.j2");
        }
    }
    for entry in of_kind("Service") {
        let selected = |workload: &&&Rendered| selects(&entry.object["spec"]["selector"], &workload.object);
        let Some(workload) = workloads.iter().find(selected) else { continue };
        for port in entry.object["spec"]["ports"].as_array().into_iter().flatten() {
            let target = port.get("targetPort").unwrap_or(&port["port"]);
            if !listens(&workload.object, target) {
                let message =
                    format!("no container of {} listens on port {target}", called(&workload.object));
                say(&entry.origin.rule, message, "name a port of its container as `targetPort`");
            }
        }
    }
    if found.is_empty() { Ok(()) } else { Err(Failure::recipes(found)) }
}

fn kind_of(object: &Json) -> &str {
    object["kind"].as_str().unwrap_or_default()
}

fn name_of(object: &Json) -> &str {
    object["metadata"]["name"].as_str().unwrap_or_default()
}

/// The claims that a workload's pods mount.
fn claims(workload: &Json) -> impl Iterator<Item = &str> {
    let volumes = workload["spec"]["template"]["spec"]["volumes"].as_array().into_iter().flatten();
    volumes.filter_map(|volume| volume["persistentVolumeClaim"]["claimName"].as_str())
}

fn called(object: &Json) -> String {
    format!("{} {:?}", kind_of(object), object["metadata"]["name"].as_str().unwrap_or_default())
}

/// Whether labels that something selects by are those of a workload's pods. An empty selector selects all of them.
fn selects(labels: &Json, workload: &Json) -> bool {
    let pods = &workload["spec"]["template"]["metadata"]["labels"];
    labels.as_object().into_iter().flatten().all(|(name, value)| pods[name] == *value)
}

/// Whether a container has this port. One that says none of its ports may listen on any number.
fn listens(workload: &Json, target: &Json) -> bool {
    let containers = workload["spec"]["template"]["spec"]["containers"].as_array();
    let mut ports =
        containers.into_iter().flatten().flat_map(|one| one["ports"].as_array().into_iter().flatten());
    let is_named = target.is_string();
    let mut any = false;
    let found = ports.any(|port| {
        any = true;
        port[if is_named { "name" } else { "containerPort" }] == *target
    });
    found || (!any && !is_named)
}
