//! cupaas's plan against what the server does with the same two states.

pub(crate) mod edits;
pub(crate) mod releases;

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use cupaas::parts::plan::{self, ClusterFacts, Effect, Plan};
use cupaas::parts::tree::{Files, RepoPath};
use cupaas_cluster_tests::server::{Answer, Mode, Server};
use serde_json::{Value, json};

/// The class that claims without one get, and one that a person may name.
pub(crate) async fn storage_classes(server: &Server) -> Result<()> {
    for (name, default) in
        [("standard", "true"), ("fast", "false"), ("local-path", "false"), ("longhorn", "false")]
    {
        let class = json!({
            "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass",
            "metadata": {"name": name, "annotations": {"storageclass.kubernetes.io/is-default-class": default}},
            "provisioner": "example.cu/disks", "allowVolumeExpansion": true,
        });
        let answer = server.apply(&class, Mode::Store).await?;
        ensure!(answer.taken(), "{}", answer.message());
    }
    Ok(())
}

/// Applies the state before; a claim is bound, as one in use is.
async fn store(server: &Server, object: &Value) -> Result<Answer> {
    let answer = server.apply(object, Mode::Store).await?;
    if answer.taken() && object["kind"] == "PersistentVolumeClaim" {
        let capacity = object["spec"]["resources"]["requests"].clone();
        let status = json!({"phase": "Bound", "capacity": capacity});
        let bound = server.set_status(object, status).await?;
        ensure!(bound.taken(), "{}", bound.message());
    }
    Ok(answer)
}

/// The plan between two states of some files.
fn plan(before: &[(String, Value)], after: &[(String, Value)]) -> Result<Plan> {
    // As anyone may who knows what is lost: only what the server does is of interest here.
    let allowed = BTreeSet::new();
    Ok(plan::compare(&files(before)?, &files(after)?, &allowed, ClusterFacts { expandable: true }))
}

/// JSON is YAML; several objects of one file are several documents.
fn files(objects: &[(String, Value)]) -> Result<Files> {
    let mut files = Files::new();
    for (path, object) in objects {
        let text = files.entry(RepoPath::new(path.as_str())?).or_default();
        *text += &format!("---\n{object}\n");
    }
    Ok(files)
}

/// What is wrong between the plan of one object and the server's two answers about it, or nothing.
fn disagreement(plan: &Plan, old: &Value, before: &Answer, after: &Answer) -> Option<String> {
    let identity = |kind: &str, name: &str| old["kind"] == kind && old["metadata"]["name"] == name;
    let refusal = plan
        .refusals
        .iter()
        .find(|one| one.object.as_ref().is_some_and(|object| identity(&object.kind, &object.name)));
    match (refusal, after.taken()) {
        (Some(refusal), true) => {
            return Some(format!("the plan alone refuses it: {}: {}", refusal.field, refusal.message));
        }
        (None, false) => return Some(format!("the server alone refuses it: {}", after.message())),
        (Some(_), false) => return None,
        (None, true) => {}
    }
    let change = plan.changes.iter().find(|one| identity(&one.object.kind, &one.object.name));
    let effects = change.map(|one| one.effects.as_slice()).unwrap_or_default();
    let planned = effects.iter().any(|effect| matches!(effect, Effect::Restart { .. }));
    let generation = |answer: &Answer| answer.body["metadata"]["generation"].clone();
    if change.is_none() && generation(before) != generation(after) {
        return Some("the plan sees no change, the server does".into());
    }
    let workload = matches!(old["kind"].as_str(), Some("Deployment" | "StatefulSet"));
    let template = |answer: &Answer| answer.body["spec"]["template"].clone();
    let restarts = template(before) != template(after);
    // Of a process without pods nothing restarts.
    let pods = |answer: &Answer| answer.body["spec"]["replicas"].as_i64() != Some(0);
    let restarts = restarts && pods(before) && pods(after);
    match (workload, planned, restarts) {
        (true, true, false) => Some("the plan says restart, the server's pod template stays".into()),
        (true, false, true) => Some("the plan says no restart, the server's pod template changes".into()),
        (false, true, _) => Some("the plan says restart of what is no running process".into()),
        _ => None,
    }
}
