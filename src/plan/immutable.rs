//! Two versions of an object → the changes that the API server would refuse, because a field cannot change once
//! the object exists. What the lists do not name may change.
//!
//! An object that the engine replaces by force (`…/force: enabled`, `Force=true`) is refused nothing here.

use serde_json::Value;

use crate::diagnostic::Code;
use crate::plan::model::Refusal;
use crate::plan::object::Object;

/// Kind, where in it, the field, and what counts as the same where nothing is written.
type Fixed = (&'static [&'static str], &'static str, Option<&'static str>);

const FIXED: [Fixed; 26] = [
    (&["Deployment", "DaemonSet", "ReplicaSet", "StatefulSet", "Job"], "spec.selector", None),
    (&["Job"], "spec.template", None),
    (&["Job"], "spec.completions", None),
    (&["Job"], "spec.completionMode", Some("NonIndexed")),
    (&["Job"], "spec.podFailurePolicy", None),
    (&["Job"], "spec.successPolicy", None),
    (&["Job"], "spec.backoffLimitPerIndex", None),
    (&["Job"], "spec.managedBy", None),
    (&["StatefulSet"], "spec.serviceName", None),
    (&["StatefulSet"], "spec.podManagementPolicy", Some("OrderedReady")),
    (&["StatefulSet"], "spec.volumeClaimTemplates", None),
    (&["Secret"], "type", Some("Opaque")),
    (&["RoleBinding", "ClusterRoleBinding"], "roleRef", None),
    (&["StorageClass"], "provisioner", None),
    (&["StorageClass"], "parameters", None),
    (&["StorageClass"], "reclaimPolicy", Some("Delete")),
    (&["StorageClass"], "volumeBindingMode", Some("Immediate")),
    (&["PriorityClass"], "value", None),
    (&["PriorityClass"], "preemptionPolicy", Some("PreemptLowerPriority")),
    (&["IngressClass"], "spec.controller", None),
    (&["RuntimeClass"], "handler", None),
    (&["PersistentVolumeClaim"], "spec.accessModes", None),
    (&["PersistentVolumeClaim"], "spec.storageClassName", None),
    (&["PersistentVolumeClaim"], "spec.volumeMode", Some("Filesystem")),
    (&["PersistentVolumeClaim"], "spec.selector", None),
    (&["PersistentVolumeClaim"], "spec.volumeName", None),
];

/// What else of a spec may change, where the API server names the few that may.
const FREE: [(&str, &[&str]); 2] = [
    (
        "StatefulSet",
        &[
            "replicas",
            "ordinals",
            "template",
            "updateStrategy",
            "revisionHistoryLimit",
            "persistentVolumeClaimRetentionPolicy",
            "minReadySeconds",
        ],
    ),
    ("PersistentVolumeClaim", &["resources", "volumeAttributesClassName"]),
];

/// Adds what would be refused.
pub(super) fn check(old: &Object, new: &Object, refusals: &mut Vec<Refusal>) {
    // A claim made anew is an empty one, so force is no way out there.
    if new.is_forced() && new.kind() != "PersistentVolumeClaim" {
        return;
    }
    for field in refused_fields(old, new) {
        refusals.push(refusal(new, &field));
    }
}

/// Whether the API server would refuse the change.
pub(super) fn is_refused(old: &Object, new: &Object) -> bool {
    !refused_fields(old, new).is_empty()
}

fn refused_fields(old: &Object, new: &Object) -> Vec<String> {
    if !is_builtin(new.group()) {
        return Vec::new();
    }
    let kind = new.kind();
    let mut fields = Vec::new();
    for (kinds, field, default) in FIXED {
        if kinds.contains(&kind) && at(&old.value, field, default) != at(&new.value, field, default) {
            fields.push(field.to_owned());
        }
    }
    for (_, free) in FREE.iter().filter(|(named, _)| *named == kind) {
        let of = |object: &'_ Object| -> Vec<String> {
            object.value["spec"].as_object().into_iter().flat_map(|spec| spec.keys().cloned()).collect()
        };
        let mut names = [of(old), of(new)].concat();
        names.sort();
        names.dedup();
        for name in names.iter().filter(|name| !free.contains(&name.as_str())) {
            let field = format!("spec.{name}");
            let listed = FIXED.iter().any(|(kinds, fixed, _)| kinds.contains(&kind) && *fixed == field);
            if !listed && old.value["spec"][name] != new.value["spec"][name] {
                fields.push(field);
            }
        }
    }
    match kind {
        "ConfigMap" | "Secret" => frozen(&old.value, &new.value, &mut fields),
        "Service" => service(&old.value["spec"], &new.value["spec"], &mut fields),
        _ => {}
    }
    fields
}

/// `immutable: true` cannot be taken back, and fixes the contents.
fn frozen(old: &Value, new: &Value, fields: &mut Vec<String>) {
    if old["immutable"] == true {
        let fixed = ["immutable", "data", "stringData", "binaryData"];
        fields.extend(
            fixed.iter().filter(|field| old[**field] != new[**field]).map(|field| (*field).to_owned()),
        );
    }
}

/// The address of a Service stays, and with it whether there is one (`None`). One that is merely no longer
/// written stays too, but a person who deletes `None` means something that would not happen: refused as well.
fn service(old: &Value, new: &Value, fields: &mut Vec<String>) {
    let external = |spec: &Value| spec["type"] == "ExternalName";
    if external(old) || external(new) {
        return;
    }
    let (from, to) = (old["clusterIP"].as_str().unwrap_or(""), new["clusterIP"].as_str().unwrap_or(""));
    if from != to && !(to.is_empty() && from != "None") {
        fields.push("spec.clusterIP".to_owned());
    }
    let primary = |spec: &Value| spec["ipFamilies"][0].as_str().map(str::to_owned);
    if let (Some(from), Some(to)) = (primary(old), primary(new))
        && from != to
    {
        fields.push("spec.ipFamilies[0]".to_owned());
    }
}

fn refusal(new: &Object, field: &str) -> Refusal {
    let name = &new.id.name;
    let remedy = match (new.kind(), field) {
        ("Job", _) => "rename the Job: one that has run cannot be changed".to_owned(),
        ("PersistentVolumeClaim", _) => format!(
            "keep it, or add a volume under another name, copy the data over, and then remove `{name}`"
        ),
        ("StatefulSet", _) => format!(
            "keep it, or delete only the StatefulSet before the deploy, so that its pods and claims stay: \
             `kubectl delete --cascade=orphan statefulset/{name}`"
        ),
        ("ConfigMap" | "Secret", "type" | "immutable" | "data" | "stringData" | "binaryData") => {
            "rename it, which creates a new one".to_owned()
        }
        ("StorageClass", _) => {
            "add a storage class under another name; existing volumes keep theirs".to_owned()
        }
        (kind, _) => {
            format!("keep it, or rename the {kind}; to replace it, deploy once without it, then with it")
        }
    };
    Refusal {
        object: Some(new.id.clone()),
        file: new.file.clone(),
        code: Code::ImmutableField,
        field: field.to_owned(),
        message: format!("{field} of {} `{name}` cannot be changed", new.kind()).into(),
        remedy: remedy.into(),
    }
}

fn at<'a>(value: &'a Value, field: &str, default: Option<&'a str>) -> Option<std::borrow::Cow<'a, Value>> {
    let found = field.split('.').fold(value, |value, part| &value[part]);
    if found.is_null() {
        default.map(|text| std::borrow::Cow::Owned(Value::from(text)))
    } else {
        Some(std::borrow::Cow::Borrowed(found))
    }
}

/// The groups of Kubernetes itself: a Knative Service or another's Job has its own rules.
fn is_builtin(group: &str) -> bool {
    matches!(group, "" | "apps" | "batch" | "autoscaling" | "policy") || group.ends_with(".k8s.io")
}

#[cfg(test)]
mod tests;
