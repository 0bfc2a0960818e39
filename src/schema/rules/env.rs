//! Environment variables of a container: what the API server refuses, and what the kernel would not start.

use crate::schema::rules::cursor::{Cursor, exactly_one};
use crate::schema::rules::syntax::Syntax;
use crate::schema::violation::Violation;

/// The most bytes of `NAME=value` that the kernel takes: MAX_ARG_STRLEN without the final NUL.
const MOST_BYTES: usize = 131_071;

/// Fields of a pod that a variable can hold.
const FIELDS: [&str; 9] = [
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];

/// The variables of one container.
pub(crate) fn check(container: &Cursor<'_>, out: &mut Vec<Violation>) {
    for variable in container.list("env") {
        Syntax::EnvName.check_key(&variable, "name", out);
        let name = variable.text_of("name").unwrap_or_default();
        if let Some(value) = variable.get("value") {
            plain(name, &value, &variable, out);
        }
        if let Some(from) = variable.get("valueFrom") {
            let keys = ["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"];
            exactly_one(&from, &keys, out);
            field(&from, out);
            for key in ["configMapKeyRef", "secretKeyRef"] {
                if let Some(reference) = from.get(key) {
                    reference_name(&reference, out);
                    Syntax::ConfigKey.check_key(&reference, "key", out);
                }
            }
        }
    }
    for from in container.list("envFrom") {
        exactly_one(&from, &["configMapRef", "secretRef"], out);
        for key in ["configMapRef", "secretRef"] {
            if let Some(reference) = from.get(key) {
                reference_name(&reference, out);
            }
        }
        Syntax::EnvName.check_optional(&from, "prefix", out);
    }
}

/// What a variable may tell of its own pod.
fn field(from: &Cursor<'_>, out: &mut Vec<Violation>) {
    if let Some(path) = from.get("fieldRef").and_then(|field| field.get("fieldPath")) {
        let tag = |text: &str| {
            ["metadata.labels['", "metadata.annotations['"].iter().any(|start| text.starts_with(start))
                && text.ends_with("']")
        };
        if path.text().is_some_and(|text| !FIELDS.contains(&text) && !tag(text)) {
            let hint =
                format!("one of {}, metadata.labels['KEY'], metadata.annotations['KEY']", FIELDS.join(", "));
            out.push(path.says("is not a field that a variable can refer to").hint(hint));
        }
    }
    if let Some(resource) = from.get("resourceFieldRef").and_then(|field| field.get("resource")) {
        let known = |text: &str| {
            let name = text.strip_prefix("limits.").or_else(|| text.strip_prefix("requests."));
            name.is_some_and(|n| {
                matches!(n, "cpu" | "memory" | "ephemeral-storage") || n.starts_with("hugepages-")
            })
        };
        if resource.text().is_some_and(|text| !known(text)) {
            out.push(
                resource.says("is not a resource that a variable can refer to").hint("such as limits.memory"),
            );
        }
    }
}

fn plain(name: &str, value: &Cursor<'_>, variable: &Cursor<'_>, out: &mut Vec<Violation>) {
    let Some(text) = value.text() else { return };
    if text.contains('\0') {
        out.push(value.says("contains a NUL character, which cannot be passed to a process"));
    }
    let bytes = name.len() + 1 + text.len();
    if bytes > MOST_BYTES {
        let message = format!("name and value have {bytes} bytes, Linux allows {MOST_BYTES}");
        out.push(value.says(message).hint("mount it as a file"));
    }
    if !text.is_empty() && variable.has("valueFrom") {
        out.push(variable.says("only one of value and valueFrom may be set"));
    }
}

fn reference_name(reference: &Cursor<'_>, out: &mut Vec<Violation>) {
    match reference.text_of("name") {
        Some("") | None if !reference.has("name") || reference.text_of("name") == Some("") => {
            out.push(reference.says("missing key \"name\""));
        }
        _ => Syntax::Subdomain.check_key(reference, "name", out),
    }
}
