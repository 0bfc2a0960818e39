//! Probes of what a recipe runs, by a number that nothing else has: no port of the container, and no setting of the program.
//! The API server takes them, and a program may listen on more than is said: so they are warned of, and not refused.

use serde_json::Value as Json;

use crate::diagnostic::{Code, Diagnostic};
use crate::render::blame;
use crate::render::layers::Rendered;
use crate::schema::Segment;

/// What asks a port again and again.
const PROBES: [&str; 3] = ["startupProbe", "readinessProbe", "livenessProbe"];

/// A warning of each.
pub(super) fn check(rendered: &[Rendered]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for one in rendered {
        let pod = &one.object["spec"]["template"]["spec"];
        for (index, container) in pod["containers"].as_array().into_iter().flatten().enumerate() {
            let ports: Vec<&Json> = container["ports"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|port| &port["containerPort"])
                .collect();
            for (probe, way) in PROBES.into_iter().flat_map(ways) {
                let port = &container[probe][way]["port"];
                let is_known = ports.is_empty() || ports.contains(&port) || is_said(rendered, port);
                if !port.is_number() || is_known {
                    continue;
                }
                let keys = ["spec", "template", "spec", "containers"].map(key);
                let path = [&keys[..], &[Segment::Index(index)], &[probe, way, "port"].map(key)].concat();
                let known: Vec<String> = ports.iter().map(ToString::to_string).collect();
                let message = format!("{probe} asks port {port}, and the container has {}", known.join(", "));
                let hint =
                    "ask a port that it has; of one that the program opens by itself this says nothing";
                let place = blame::place(&one.origin, &path);
                found.push(Diagnostic::warning(Code::ManifestInvalid, place, message).hint(hint));
            }
        }
    }
    found
}

/// Whether something that is no probe has this number, as a file of settings that names a port for those in the pod alone.
fn is_said(rendered: &[Rendered], port: &Json) -> bool {
    let number = port.to_string();
    let is_of_number = |c: char| c.is_ascii_digit();
    let has = |text: &str| {
        let mut found = text.match_indices(number.as_str());
        found.any(|(at, _)| {
            !text[..at].ends_with(is_of_number) && !text[at + number.len()..].starts_with(is_of_number)
        })
    };
    rendered.iter().any(|one| says(&one.object, &has))
}

fn says(value: &Json, has: &dyn Fn(&str) -> bool) -> bool {
    match value {
        Json::Object(entries) => {
            entries.iter().any(|(key, inner)| !PROBES.contains(&key.as_str()) && says(inner, has))
        }
        Json::Array(items) => items.iter().any(|item| says(item, has)),
        Json::String(text) => has(text),
        other => has(&other.to_string()),
    }
}

fn ways(probe: &'static str) -> [(&'static str, &'static str); 3] {
    ["httpGet", "tcpSocket", "grpc"].map(|way| (probe, way))
}

fn key(key: &str) -> Segment {
    Segment::Key(key.to_owned())
}
