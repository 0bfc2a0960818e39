//! Volumes for claims, as a provisioner of local folders makes them: once a pod that wants one has its node.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::cluster::{Cluster, look};
use crate::server::{Mode, Server};

const NAME: &str = "cupaas.dev/folders";

/// Makes the default storage class, and from now on a folder for each claim that waits for one.
pub async fn start(cluster: &Cluster) -> Result<()> {
    let server = Server::discover(cluster.client.clone()).await?;
    let class = json!({
        "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass",
        "metadata": {
            "name": "folders", "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
        },
        "provisioner": NAME, "volumeBindingMode": "WaitForFirstConsumer", "reclaimPolicy": "Delete",
    });
    let answer = server.apply(&class, Mode::Store).await?;
    ensure!(answer.taken(), "{}", answer.message());
    let (client, folder) = (cluster.client.clone(), cluster.running.folder("volumes")?);
    tokio::spawn(async move {
        loop {
            // What fails is tried again, as a controller does it; a claim that gets nothing fails the check.
            if let Ok(claims) = look(&client, "/api/v1/persistentvolumeclaims").await {
                for claim in claims["items"].as_array().into_iter().flatten() {
                    let _ = provide(&server, claim, &folder).await;
                }
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    });
    Ok(())
}

async fn provide(server: &Server, claim: &Value, folder: &Path) -> Result<()> {
    let asked = &claim["metadata"]["annotations"];
    let ours = asked["volume.kubernetes.io/storage-provisioner"] == NAME;
    let scheduled = asked.get("volume.kubernetes.io/selected-node").is_some();
    if !ours || !scheduled || claim["spec"].get("volumeName").is_some() {
        return Ok(());
    }
    let uid = claim["metadata"]["uid"].as_str().context("no uid")?;
    let place: PathBuf = folder.join(uid);
    fs::create_dir_all(&place)?;
    // No owner is set on a folder of the node, so anyone may write: as k3s' provisioner does it.
    fs::set_permissions(&place, fs::Permissions::from_mode(0o777))?;
    let volume = json!({
        "apiVersion": "v1", "kind": "PersistentVolume",
        "metadata": {"name": format!("pvc-{uid}"), "annotations": {"pv.kubernetes.io/provisioned-by": NAME}},
        "spec": {
            "accessModes": claim["spec"]["accessModes"], "storageClassName": "folders",
            "persistentVolumeReclaimPolicy": "Delete",
            "capacity": {"storage": claim["spec"]["resources"]["requests"]["storage"]},
            "claimRef": {
                "apiVersion": "v1", "kind": "PersistentVolumeClaim", "uid": uid,
                "namespace": claim["metadata"]["namespace"], "name": claim["metadata"]["name"],
            },
            "hostPath": {"path": place},
        },
    });
    server.apply(&volume, Mode::Store).await.map(drop)
}
