//! What a kubelet says of containers that do not come up.

use serde_json::{Value, json};

/// The status of a pod whose image nobody has.
pub(super) fn unpulled(pod: &Value) -> Value {
    let image = pod["spec"]["containers"][0]["image"].as_str().unwrap_or_default();
    let why = json!({"waiting": {"reason": "ImagePullBackOff", "message": format!("Back-off pulling image \"{image}\"")}});
    json!({"phase": "Pending", "conditions": unready(), "containerStatuses": containers(pod, &why, 0)})
}

/// The status of a pod whose container has ended by itself, and waits before it is started again.
pub(super) fn crashed(pod: &Value) -> Value {
    let name = pod["metadata"]["name"].as_str().unwrap_or_default();
    let message = format!("back-off 10s restarting failed container of pod {name}");
    let why = json!({"waiting": {"reason": "CrashLoopBackOff", "message": message}});
    json!({"phase": "Running", "conditions": unready(), "containerStatuses": containers(pod, &why, 1)})
}

fn unready() -> Vec<Value> {
    [("PodScheduled", "True"), ("Initialized", "True"), ("ContainersReady", "False"), ("Ready", "False")]
        .map(|(kind, is)| json!({"type": kind, "status": is}))
        .into()
}

fn containers(pod: &Value, state: &Value, restarts: u32) -> Vec<Value> {
    let containers = pod["spec"]["containers"].as_array().into_iter().flatten();
    let one = |one: &Value| {
        json!({"name": one["name"], "image": one["image"], "imageID": "", "ready": false, "started": false,
               "restartCount": restarts, "state": state})
    };
    containers.map(one).collect()
}
