//! Any JSON as a Kubernetes object, alone and beside itself.
#![no_main]

use std::sync::OnceLock;

use cupaas::parts::schema::Checker;
use serde_json::{Value, json};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    static CHECKERS: OnceLock<[Checker; 2]> = OnceLock::new();
    let checkers = CHECKERS
        .get_or_init(|| [(1, 33), (1, 37)].map(|version| Checker::new(version, &[]).expect("embedded")));
    let Some((first, rest)) = data.split_first() else { return };
    let Ok(mut value) = serde_json::from_slice::<Value>(rest) else { return };
    // Half of the objects get a kind, so that more than its name is looked at.
    let kinds = [
        ("apps/v1", "Deployment"),
        ("apps/v1", "StatefulSet"),
        ("batch/v1", "CronJob"),
        ("batch/v1", "Job"),
        ("v1", "Pod"),
        ("v1", "Service"),
        ("v1", "Secret"),
        ("v1", "ConfigMap"),
        ("networking.k8s.io/v1", "Ingress"),
        ("networking.k8s.io/v1", "NetworkPolicy"),
        ("gateway.networking.k8s.io/v1", "HTTPRoute"),
        ("autoscaling/v2", "HorizontalPodAutoscaler"),
    ];
    if let (Some(object), Some((version, kind))) = (value.as_object_mut(), kinds.get(usize::from(first >> 1)))
    {
        object.insert("apiVersion".to_owned(), json!(version));
        object.insert("kind".to_owned(), json!(kind));
    }
    let checker = &checkers[usize::from(first & 1)];
    for violation in checker.object(&value) {
        assert!(!violation.message.is_empty() && !violation.place().contains('\n'));
    }
    let _ = checker.tree([("a.yaml", &value), ("b.yaml", &value)].into_iter());
});
