//! Each rule from both sides: what is refused, and the nearest thing that is not.

use super::super::model::Effect;
use super::super::test_support::edit;

fn object(kind: &str, rest: &str) -> String {
    let group = match kind {
        "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" => "apps/v1",
        "Job" | "CronJob" => "batch/v1",
        "RoleBinding" => "rbac.authorization.k8s.io/v1",
        "StorageClass" => "storage.k8s.io/v1",
        "Ingress" | "NetworkPolicy" => "networking.k8s.io/v1",
        "HTTPRoute" => "gateway.networking.k8s.io/v1",
        "HorizontalPodAutoscaler" => "autoscaling/v2",
        "PodDisruptionBudget" => "policy/v1",
        _ => "v1",
    };
    format!("apiVersion: {group}\nkind: {kind}\nmetadata: {{name: x, namespace: ns}}\n{rest}\n")
}

fn fields(kind: &str, before: &str, after: &str) -> Vec<String> {
    let plan = edit(&object(kind, before), &object(kind, after));
    assert!(
        plan.refusals
            .iter()
            .all(|r| r.code.as_str() == "immutable-field" && !r.remedy.to_string().is_empty())
    );
    plan.refusals.into_iter().map(|refusal| refusal.field).collect()
}

#[test]
fn what_cannot_change_is_refused_by_its_field() {
    for (kind, before, after, field) in [
        ("Deployment", "spec: {selector: {a: 1}}", "spec: {selector: {a: 2}}", "spec.selector"),
        ("DaemonSet", "spec: {selector: {a: 1}}", "spec: {selector: {a: 2}}", "spec.selector"),
        ("ReplicaSet", "spec: {selector: {a: 1}}", "spec: {}", "spec.selector"),
        ("StatefulSet", "spec: {selector: {a: 1}}", "spec: {selector: {a: 2}}", "spec.selector"),
        ("StatefulSet", "spec: {serviceName: a}", "spec: {serviceName: b}", "spec.serviceName"),
        ("StatefulSet", "spec: {podManagementPolicy: Parallel}", "spec: {}", "spec.podManagementPolicy"),
        (
            "StatefulSet",
            "spec: {volumeClaimTemplates: [{a: 1}]}",
            "spec: {volumeClaimTemplates: [{a: 2}]}",
            "spec.volumeClaimTemplates",
        ),
        ("StatefulSet", "spec: {}", "spec: {novelty: 1}", "spec.novelty"),
        ("Job", "spec: {template: {a: 1}}", "spec: {template: {a: 2}}", "spec.template"),
        ("Job", "spec: {completions: 1}", "spec: {completions: 2}", "spec.completions"),
        ("Job", "spec: {selector: {a: 1}}", "spec: {selector: {a: 2}}", "spec.selector"),
        ("Job", "spec: {}", "spec: {completionMode: Indexed}", "spec.completionMode"),
        (
            "PersistentVolumeClaim",
            "spec: {accessModes: [ReadWriteOnce]}",
            "spec: {accessModes: [ReadWriteMany]}",
            "spec.accessModes",
        ),
        ("PersistentVolumeClaim", "spec: {}", "spec: {storageClassName: fast}", "spec.storageClassName"),
        ("PersistentVolumeClaim", "spec: {}", "spec: {volumeMode: Block}", "spec.volumeMode"),
        ("PersistentVolumeClaim", "spec: {}", "spec: {dataSource: {a: 1}}", "spec.dataSource"),
        ("ConfigMap", "immutable: true\ndata: {a: b}", "immutable: true\ndata: {a: c}", "data"),
        ("ConfigMap", "immutable: true", "immutable: false", "immutable"),
        ("ConfigMap", "immutable: true", "binaryData: {a: b}\nimmutable: true", "binaryData"),
        (
            "Secret",
            "immutable: true\nstringData: {a: b}",
            "immutable: true\nstringData: {a: c}",
            "stringData",
        ),
        ("Secret", "type: Opaque", "type: kubernetes.io/tls", "type"),
        ("Service", "spec: {}", "spec: {clusterIP: None}", "spec.clusterIP"),
        ("Service", "spec: {clusterIP: None}", "spec: {}", "spec.clusterIP"),
        ("Service", "spec: {clusterIP: 10.0.0.1}", "spec: {clusterIP: 10.0.0.2}", "spec.clusterIP"),
        ("Service", "spec: {ipFamilies: [IPv4]}", "spec: {ipFamilies: [IPv6]}", "spec.ipFamilies[0]"),
        ("RoleBinding", "roleRef: {name: a}", "roleRef: {name: b}", "roleRef"),
        ("StorageClass", "provisioner: a", "provisioner: b", "provisioner"),
        ("StorageClass", "{}", "reclaimPolicy: Retain", "reclaimPolicy"),
    ] {
        let (before, after) = (before.trim_start_matches("{}"), after.trim_start_matches("{}"));
        assert_eq!(fields(kind, before, after), [field], "{kind}: {before} -> {after}");
    }
}

#[test]
fn what_may_change_is_not_refused() {
    for (kind, before, after) in [
        ("Deployment", "spec: {selector: {a: 1}}", "spec: {selector: {a: 1}, strategy: {type: Recreate}}"),
        ("StatefulSet", "spec: {}", "spec: {podManagementPolicy: OrderedReady}"),
        (
            "StatefulSet",
            "spec: {replicas: 1}",
            "spec: {replicas: 2, ordinals: {start: 1}, template: {a: 1}, updateStrategy: {type: OnDelete}, \
          revisionHistoryLimit: 1, persistentVolumeClaimRetentionPolicy: {whenDeleted: Retain}, minReadySeconds: 1}",
        ),
        (
            "Job",
            "spec: {parallelism: 1}",
            "spec: {parallelism: 2, suspend: true, backoffLimit: 3, activeDeadlineSeconds: 9, ttlSecondsAfterFinished: 1}",
        ),
        ("Job", "spec: {}", "spec: {completionMode: NonIndexed}"),
        ("PersistentVolumeClaim", "spec: {}", "spec: {volumeMode: Filesystem, volumeAttributesClassName: a}"),
        ("ConfigMap", "data: {a: b}", "data: {a: c}\nimmutable: true"),
        (
            "ConfigMap",
            "immutable: true",
            "immutable: true\nmetadata: {name: x, namespace: ns, labels: {a: b}}",
        ),
        ("Secret", "", "type: Opaque"),
        ("Service", "spec: {clusterIP: 10.0.0.1}", "spec: {type: NodePort}"),
        ("Service", "spec: {clusterIP: None}", "spec: {type: ExternalName}"),
        ("Service", "spec: {}", "spec: {ipFamilies: [IPv4], selector: {a: b}}"),
        ("StorageClass", "", "allowVolumeExpansion: true\nreclaimPolicy: Delete"),
        ("Ingress", "spec: {a: 1}", "spec: {a: 2}"),
        ("HTTPRoute", "spec: {a: 1}", "spec: {a: 2}"),
        ("NetworkPolicy", "spec: {podSelector: {a: 1}}", "spec: {podSelector: {a: 2}}"),
        ("HorizontalPodAutoscaler", "spec: {scaleTargetRef: {name: a}}", "spec: {scaleTargetRef: {name: b}}"),
        ("PodDisruptionBudget", "spec: {selector: {a: 1}}", "spec: {selector: {a: 2}}"),
        ("CronJob", "spec: {jobTemplate: {a: 1}}", "spec: {jobTemplate: {a: 2}}"),
        ("ServiceAccount", "automountServiceAccountToken: true", "automountServiceAccountToken: false"),
    ] {
        // A second `metadata` would be a duplicate key.
        let whole = object(kind, after);
        let whole = match whole.match_indices("metadata:").nth(1) {
            Some(_) => whole.replacen("metadata: {name: x, namespace: ns}\n", "", 1),
            None => whole,
        };
        let plan = edit(&object(kind, before), &whole);
        assert_eq!(plan.refusals, [], "{kind}: {before} -> {after}");
        assert_eq!(plan.changes.len(), 1, "{kind}: {before} -> {after}");
    }
}

#[test]
fn another_namespace_or_group_is_another_object() {
    let one = object("Deployment", "spec: {selector: {a: 1}}");
    for other in [
        one.replace("namespace: ns", "namespace: m").replace("a: 1", "a: 2"),
        one.replace("apps/v1", "example.com/v1").replace("a: 1", "a: 2"),
    ] {
        let plan = edit(&one, &other);
        assert_eq!((plan.refusals.len(), plan.changes.len()), (0, 2));
    }
    let newer = one.replace("apps/v1", "apps/v2").replace("a: 1", "a: 2");
    assert_eq!(edit(&one, &newer).refusals.len(), 1, "a version of the same group shows the same object");
}

#[test]
fn kinds_of_other_groups_have_rules_of_their_own() {
    let job =
        |a| object("Job", &format!("spec: {{template: {{a: {a}}}}}")).replace("batch/v1", "example.com/v1");
    assert_eq!(edit(&job(1), &job(2)).refusals, []);
}

#[test]
fn what_the_engine_replaces_by_force_is_not_refused() {
    for force in [
        "kustomize.toolkit.fluxcd.io/force: enabled",
        "argocd.argoproj.io/sync-options: 'Replace=true,Force=true'",
    ] {
        let forced = |kind: &str, rest: &str| {
            object(kind, rest).replace("namespace: ns", &format!("namespace: ns, annotations: {{{force}}}"))
        };
        let plan =
            edit(&forced("Job", "spec: {template: {a: 1}}"), &forced("Job", "spec: {template: {a: 2}}"));
        assert_eq!(plan.refusals, []);
        assert_eq!(plan.changes[0].effects, [Effect::RunsJob { name: "x".to_owned() }]);
        let claim = |mode: &str| forced("PersistentVolumeClaim", &format!("spec: {{accessModes: [{mode}]}}"));
        assert_eq!(edit(&claim("a"), &claim("b")).refusals.len(), 1, "a claim made anew would be empty");
    }
}
