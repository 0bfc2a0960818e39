//! What runs of an app, as the API server has it.

use anyhow::Result;
use cupaas_cluster_tests::node::condition;
use serde_json::Value;

use crate::app::App;

/// The pods of one part of an app.
pub(crate) async fn of(app: &App, instance: &str) -> Result<Vec<Value>> {
    let mut all = list(app, "/api/v1", "pods").await?;
    all.retain(|pod| pod["metadata"]["labels"]["app.kubernetes.io/instance"] == instance);
    Ok(all)
}

/// Objects of a kind in an app's namespace.
pub(crate) async fn list(app: &App, group: &str, plural: &str) -> Result<Vec<Value>> {
    let path = format!("{group}/namespaces/{}/{plural}", app.namespace());
    let mut list = app.services.cluster.look(&path).await?;
    Ok(list["items"].as_array_mut().map(std::mem::take).unwrap_or_default())
}

/// Whether all Deployments, or StatefulSets, have what they ask for, and nothing of before.
pub(crate) async fn settled(app: &App, plural: &str) -> Result<bool> {
    let settled = |one: &Value| {
        let (status, wanted) = (&one["status"], &one["spec"]["replicas"]);
        status["observedGeneration"] == one["metadata"]["generation"]
            && ["updatedReplicas", "readyReplicas", "replicas"].iter().all(|key| status[*key] == *wanted)
    };
    Ok(list(app, "/apis/apps/v1", plural).await?.iter().all(settled))
}

/// Whether a pod is ready, and stays.
pub(crate) fn ready(pod: &Value) -> bool {
    condition(pod, "Ready")["status"] == "True" && pod["metadata"].get("deletionTimestamp").is_none()
}

/// The identity of a pod.
pub(crate) fn uid(pod: &Value) -> String {
    pod["metadata"]["uid"].as_str().unwrap_or_default().to_owned()
}

/// What the pods of an app do, and what their containers said last, for the message of a check that waits in vain.
pub(crate) async fn states(app: &App) -> Result<String> {
    let mut all = Vec::new();
    for pod in list(app, "/api/v1", "pods").await? {
        let statuses = ["initContainerStatuses", "containerStatuses"];
        let statuses = statuses.iter().flat_map(|key| pod["status"][*key].as_array().into_iter().flatten());
        for status in statuses.filter(|status| status["ready"] != true || status["restartCount"] != 0) {
            let (pod, container) = (&pod["metadata"]["name"], &status["name"]);
            let logs = format!(
                "kubectl -n {} logs {pod} -c {container} --tail 12 $(kubectl -n {} logs {pod} -c {container} -p \
                 >/dev/null 2>&1 && echo -p) 2>&1",
                app.namespace(),
                app.namespace()
            );
            let logs = app.services.platform.shell(&logs).unwrap_or_else(|error| error.to_string());
            all.push(format!("{pod} {container} {} {}\n{logs}", status["state"], status["lastState"]));
        }
    }
    Ok(all.join("\n"))
}
