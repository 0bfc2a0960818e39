//! Names, labels and annotations of an object.

use crate::schema::rules::cursor::Cursor;
use crate::schema::rules::syntax::Syntax;
use crate::schema::rules::target::ClusterTarget;
use crate::schema::violation::Violation;

/// The most bytes that all annotations of an object have together.
const MOST_ANNOTATIONS: usize = 256 * 1024;

/// Finalizers that need no prefix.
const FINALIZERS: [&str; 3] = ["foregroundDeletion", "kubernetes", "orphan"];

/// The metadata of an object.
pub(crate) fn check(
    root: &Cursor<'_>,
    group: &str,
    kind: &str,
    target: ClusterTarget,
    out: &mut Vec<Violation>,
) {
    let Some(metadata) = root.get("metadata") else {
        return out.push(root.says("missing key \"metadata\""));
    };
    match metadata.get("name") {
        Some(name) => object_name(&name, form(group, kind, target), out),
        None if metadata.value.is_object() => {
            let hint = metadata.has("generateName").then_some("an applied object needs a fixed name");
            let violation = metadata.says("missing key \"name\"");
            out.push(Violation { hint: hint.map(ToOwned::to_owned), ..violation });
        }
        None => {}
    }
    Syntax::Label.check_optional(&metadata, "namespace", out);
    // Kinds that are not built in may have finalizers of any kind; Argo CD's has no prefix.
    let built_in = !group.contains('.');
    for finalizer in metadata.list("finalizers") {
        Syntax::Qualified.check(&finalizer, out);
        if built_in && finalizer.text().is_some_and(|text| !text.contains('/') && !FINALIZERS.contains(&text))
        {
            out.push(finalizer.says("needs a prefix").hint("such as example.org/cleanup"));
        }
    }
    tags(&metadata, out);
    if group.is_empty() && kind == "Namespace" {
        pod_security(&metadata, out);
    }
}

/// The admission refuses levels and versions that it does not know.
fn pod_security(metadata: &Cursor<'_>, out: &mut Vec<Violation>) {
    for (key, value) in metadata.get("labels").iter().flat_map(Cursor::entries) {
        let Some(mode) = key.strip_prefix("pod-security.kubernetes.io/") else { continue };
        let text = value.text().unwrap_or_default();
        if matches!(mode, "enforce" | "audit" | "warn") {
            if !matches!(text, "privileged" | "baseline" | "restricted") {
                out.push(value.says("must be one of \"privileged\", \"baseline\", \"restricted\""));
            }
        } else if mode.ends_with("-version") && text != "latest" {
            let parts = text.strip_prefix("v1.").filter(|minor| !minor.is_empty());
            if parts.is_none_or(|minor| !minor.bytes().all(|byte| byte.is_ascii_digit())) {
                out.push(value.says("must be \"latest\" or a version such as v1.36"));
            }
        }
    }
}

fn object_name(name: &Cursor<'_>, (syntax, most, why): (Syntax, usize, &str), out: &mut Vec<Violation>) {
    let Some(text) = name.text() else { return };
    if let Some(violation) = syntax.violation(name, text) {
        out.push(violation);
    } else if text.len() > most {
        out.push(
            name.says(format!("is {} characters long, at most {most} are allowed", text.len())).hint(why),
        );
    }
}

/// The form of a kind's names, how long they may be, and why.
fn form(group: &str, kind: &str, target: ClusterTarget) -> (Syntax, usize, &'static str) {
    match (group, kind) {
        ("", "Service") => (target.service_name(), 63, ""),
        ("", "Namespace") => (Syntax::Label, 63, ""),
        ("apps", "StatefulSet") => {
            (Syntax::Label, 52, "a label of its pods holds the name and a hash of 11 characters")
        }
        ("batch", "CronJob") => (Syntax::Subdomain, 52, "its jobs' names get 11 characters more"),
        ("batch", "Job") => (Syntax::Subdomain, 63, "a label of its pods holds the name"),
        ("apps", "ReplicaSet" | "DaemonSet" | "Deployment") => (Syntax::Subdomain, 253, ""),
        ("kustomize.toolkit.fluxcd.io" | "helm.toolkit.fluxcd.io", _) => {
            (Syntax::Subdomain, 63, "a label of what it applies holds the name")
        }
        // Nothing but what fits into an address is asked of it.
        ("policy", "PodDisruptionBudget") => (Syntax::PathSegment, usize::MAX, ""),
        ("rbac.authorization.k8s.io", _) => (Syntax::PathSegment, 253, ""),
        _ => (Syntax::Subdomain, 253, ""),
    }
}

/// Labels and annotations of an object or of a pod template.
pub(crate) fn tags(metadata: &Cursor<'_>, out: &mut Vec<Violation>) {
    if let Some(labels) = metadata.get("labels") {
        self::labels(&labels, out);
    }
    let Some(annotations) = metadata.get("annotations") else { return };
    let mut size = 0;
    for (key, value) in annotations.entries() {
        // The server compares annotation keys without regard to case.
        if let Some(violation) = Syntax::Qualified.violation(&value, &key.to_ascii_lowercase()) {
            out.push(violation.at_key());
        }
        size += key.len() + value.text().map_or(0, str::len);
    }
    if size > MOST_ANNOTATIONS {
        out.push(annotations.says(format!("take {size} bytes, at most {MOST_ANNOTATIONS} are allowed")));
    }
}

/// A mapping of labels, or what selects by them.
pub(crate) fn labels(labels: &Cursor<'_>, out: &mut Vec<Violation>) {
    for (key, value) in labels.entries() {
        out.extend(Syntax::Qualified.violation(&value, key).map(Violation::at_key));
        Syntax::LabelValue.check(&value, out);
    }
}
