//! A loss of data, in words.

use crate::diagnostic::Code;
use crate::plan::Loss;
use crate::plan::object::Object;

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
    code: Code,
    app: Option<&str>,
    name: &str,
    message: String,
    kept: Vec<String>,
    object: &Object,
    back: &str,
) -> Loss {
    let namespace = object.id.namespace.as_ref().map(|ns| format!(" -n {ns}")).unwrap_or_default();
    let delete = || format!("kubectl{namespace} delete {}", kept.join(" ")).into();
    let cleanup = (!kept.is_empty()).then(delete);
    Loss {
        name: name.to_owned(),
        app: app.map(str::to_owned),
        code,
        message: message.into(),
        kept,
        recovery: back.into(),
        cleanup,
        allow: String::new(),
        allowed: false,
    }
}
