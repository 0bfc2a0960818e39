//! Claims wait for their first consumer: a volume is made for a claim once a pod that mounts it is there.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::server::Server;

const CLASS: &str = "local-path";

/// The default class, as k3s has it.
pub(super) fn class() -> Value {
    json!({
        "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass",
        "metadata": {"name": CLASS, "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}},
        "provisioner": "example.cu/local-path", "volumeBindingMode": "WaitForFirstConsumer",
    })
}

/// Whether all claims that the pod mounts are bound; makes a volume for each that is not.
pub(super) async fn ready(server: &Server, pod: &Value) -> Result<bool> {
    let namespace = pod["metadata"]["namespace"].as_str().unwrap_or_default();
    let mut ready = true;
    for volume in pod["spec"]["volumes"].as_array().into_iter().flatten() {
        let Some(name) = volume["persistentVolumeClaim"]["claimName"].as_str() else { continue };
        let path = format!("/api/v1/namespaces/{namespace}/persistentvolumeclaims/{name}");
        let claim = server.read(&path).await?;
        if claim.taken() && claim.body["status"]["phase"] == "Bound" {
            continue;
        }
        ready = false;
        if claim.taken() && claim.body["spec"]["volumeName"].is_null() {
            provision(server, &claim.body).await?;
        }
    }
    Ok(ready)
}

/// The volume of a claim, which the volume controller then binds.
async fn provision(server: &Server, claim: &Value) -> Result<()> {
    let (metadata, spec) = (&claim["metadata"], &claim["spec"]);
    let uid = metadata["uid"].as_str().unwrap_or_default();
    let reference = json!({
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "namespace": metadata["namespace"],
        "name": metadata["name"], "uid": uid,
    });
    let volume = json!({
        "apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": format!("pvc-{uid}")},
        "spec": {
            "capacity": spec["resources"]["requests"], "accessModes": spec["accessModes"], "claimRef": reference,
            "storageClassName": spec["storageClassName"], "persistentVolumeReclaimPolicy": "Retain",
            "hostPath": {"path": format!("/var/lib/volumes/{uid}")},
        },
    });
    let made = server.post("/api/v1/persistentvolumes", &volume).await?;
    ensure!(made.taken() || made.status == 409, "{}", made.message());
    Ok(())
}
