//! A loss of data, in words.

use crate::plan::object::Object;
use crate::plan::{Loss, LossKind};

/// The label of what belongs to a service; its value is the service's name.
pub(super) const SERVICE: &str = "cupaas.dev/service";

pub(super) fn is_program(object: &Object) -> bool {
    // Another group's object may be an operator's database.
    matches!(object.kind(), "StatefulSet" | "Deployment" | "DaemonSet") || is_custom(object)
}

fn is_custom(object: &Object) -> bool {
    let group = object.group();
    let helpers = ["external-secrets.io", "monitoring.coreos.com", "cert-manager.io"];
    group.contains('.')
        && !group.ends_with(".k8s.io")
        && !helpers.iter().any(|helper| group.ends_with(helper))
}

pub(super) fn loss(
    kind: LossKind,
    app: Option<&str>,
    name: &str,
    message: String,
    kept: Vec<String>,
    object: &Object,
    back: &str,
) -> Loss {
    let namespace = object.id.namespace.as_ref().map(|ns| format!(" -n {ns}")).unwrap_or_default();
    let recovery = if kept.is_empty() {
        back.to_owned()
    } else {
        format!("{back}; to delete the rest for good: kubectl{namespace} delete {}", kept.join(" "))
    };
    let app = app.map(str::to_owned);
    Loss { name: name.to_owned(), app, kind, message, kept, recovery, allow: String::new(), allowed: false }
}
