//! cupaas's schema check against the server's verdict, over objects with something odd in them.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Result;
use cupaas::parts::schema::{Checker, Version};
use cupaas_cluster_tests::random::Random;
use cupaas_cluster_tests::server::{Mode, Server};
use cupaas_cluster_tests::trees;
use futures::stream::{self, StreamExt, TryStreamExt};
use serde_json::{Value, json};

use crate::accepted::{namespace, pod};
use crate::mutant::{Mutant, mutant};
use crate::tally::Tally;
use crate::{Api, known};

/// The version of the part that is built.
const SERVER: Version = (1, 36);
/// How many objects are tried of each kind, where MUTANTS does not say it.
const EACH: usize = 400;

pub(crate) fn each() -> usize {
    std::env::var("MUTANTS").ok().and_then(|text| text.parse().ok()).unwrap_or(EACH)
}
/// Questions to the server at once.
pub(crate) const AT_ONCE: usize = 8;

/// What cupaas refuses is refused by the server, and what the server refuses is refused by cupaas.
pub(crate) async fn verdicts(api: Arc<Api>) -> Result<()> {
    let server = &api.server;
    server.apply(&namespace("mutants"), Mode::Store).await?;
    let mut mutants = Vec::new();
    let mut random = Random::new(1);
    for objects in by_kind()?.into_values() {
        for _ in 0..each() {
            mutants.push(mutant(random.pick(&objects), &mut random));
        }
    }
    let checker = Checker::new(SERVER, &[])?.unrestricted();
    compare(server, &checker, mutants).await
}

/// The same for pods in a namespace that asks for *restricted*, whose admission is part of the verdict.
pub(crate) async fn pods(api: Arc<Api>) -> Result<()> {
    let server = &api.server;
    let mut restricted = namespace("restricted");
    restricted["metadata"]["labels"] = json!({"pod-security.kubernetes.io/enforce": "restricted"});
    server.apply(&restricted, Mode::Store).await?;
    let account = json!({"apiVersion": "v1", "kind": "ServiceAccount",
        "metadata": {"name": "default", "namespace": "restricted"}});
    server.apply(&account, Mode::Store).await?;
    let mut random = Random::new(2);
    let pods: Vec<_> = by_kind()?
        .values()
        .flatten()
        .filter_map(pod)
        .map(|mut pod| {
            pod["metadata"]["namespace"] = json!("restricted");
            if let Some(spec) = pod["spec"].as_object_mut() {
                spec.remove("serviceAccountName");
            }
            pod
        })
        .collect();
    let mutants: Vec<_> = (0..each() * 5).map(|_| mutant(random.pick(&pods), &mut random)).collect();
    let checker = Checker::new(SERVER, &[])?;
    compare(server, &checker, mutants).await
}

async fn compare(server: &Server, checker: &Checker, mutants: Vec<Mutant>) -> Result<()> {
    let answers = stream::iter(mutants)
        .map(async |mutant| {
            let answer = server.apply(&mutant.object, Mode::DryRun).await;
            answer.map(|answer| (mutant, answer))
        })
        .buffered(AT_ONCE)
        .try_collect::<Vec<_>>()
        .await?;
    let mut tally = Tally::default();
    for (mutant, answer) in answers {
        tally.tried(answer.taken());
        let ours = checker.object(&mutant.object);
        match ours.first() {
            Some(violation) if answer.taken() => {
                tally.disagree(known::STRICTER, &violation.message, "cupaas alone refuses it: ", &mutant);
            }
            None if !answer.taken() => {
                tally.disagree(known::LAXER, answer.message(), "the server alone refuses it: ", &mutant);
            }
            _ => {}
        }
    }
    tally.verdict()
}

/// Every rendered object in the form that an engine applies, each once, by its kind.
pub(crate) fn by_kind() -> Result<BTreeMap<String, Vec<Value>>> {
    let mut kinds: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for tree in trees::of_cases()? {
        for (_, object) in tree.objects {
            let mut object = trees::decrypted(object);
            if object["metadata"]["namespace"].is_string() {
                object["metadata"]["namespace"] = json!("mutants");
            }
            let all = kinds.entry(object["kind"].as_str().unwrap_or_default().to_owned()).or_default();
            if !all.contains(&object) {
                all.push(object);
            }
        }
    }
    Ok(kinds)
}
