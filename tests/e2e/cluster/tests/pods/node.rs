//! The node itself: a check of the parts before anything of cupaas runs on them.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use cupaas_cluster_tests::node::REGISTRY;
use cupaas_cluster_tests::server::Mode;
use cupaas_cluster_tests::wait::{Seen, until};
use serde_json::json;

use crate::Pods;

/// A pod finds another by the name of a Service, reads from it through the Service's address, and ends well.
pub(crate) async fn runs(pods: Arc<Pods>) -> Result<()> {
    let image = format!("{REGISTRY}/library/python:3.13-slim-bookworm");
    let labels = json!({"name": "server"});
    let objects = [
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "trial"}}),
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": "trial"}}),
        json!({
            "apiVersion": "v1", "kind": "Service", "metadata": {"name": "server", "namespace": "trial"},
            "spec": {"selector": labels, "ports": [{"port": 80, "targetPort": 8000}]},
        }),
        json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": "server", "namespace": "trial", "labels": labels},
            "spec": {"terminationGracePeriodSeconds": 0, "containers": [
                {"name": "it", "image": image, "command": ["python", "-m", "http.server", "8000"]},
            ]},
        }),
        json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "visitor", "namespace": "trial"},
            "spec": {"restartPolicy": "Never", "containers": [{
                "name": "it", "image": image,
                "command": ["sh", "-c", "until python -c \"$READ\"; do sleep 0.2; done"],
                "env": [{"name": "READ", "value": "import urllib.request as r; r.urlopen('http://server', timeout=2)"}],
            }]},
        }),
    ];
    for object in &objects {
        let answer = pods.server.apply(object, Mode::Store).await?;
        ensure!(answer.taken(), "{}", answer.message());
    }
    until("the visitor", Duration::from_secs(60), async || {
        let pod = pods.cluster.look("/api/v1/namespaces/trial/pods/visitor").await?;
        let phase = &pod["status"]["phase"];
        Ok(if phase == "Succeeded" { Seen::Yes(()) } else { Seen::NotYet(pod["status"].to_string()) })
    })
    .await
}
