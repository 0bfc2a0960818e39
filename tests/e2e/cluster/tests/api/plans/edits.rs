//! Random edits of one object: what the plan refuses is refused, what restarts is said to.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Result, ensure};
use cupaas_cluster_tests::random::Random;
use cupaas_cluster_tests::server::{Mode, Server};
use futures::stream::{self, StreamExt, TryStreamExt};
use serde_json::{Value, json};

use super::{disagreement, plan, storage_classes, store};
use crate::Api;
use crate::accepted::namespace;
use crate::known;
use crate::mutant::{Mutant, mutant};
use crate::mutations::{AT_ONCE, by_kind, each};

/// Each kind gets the same number of edits; an edit that no server would take even of a new object is left out.
pub(crate) async fn plans(api: Arc<Api>) -> Result<()> {
    let server = &api.server;
    storage_classes(server).await?;
    server.apply(&namespace("edits"), Mode::Store).await?;
    let mut random = Random::new(3);
    let mut edits: Vec<(Value, Mutant)> = Vec::new();
    for objects in by_kind()?.into_values() {
        for _ in 0..each() / 2 {
            let object = random.pick(&objects).clone();
            let mutant = mutant(&object, &mut random);
            if mutant.pointer != "/metadata/name" && mutant.object != object {
                edits.push((object, mutant));
            }
        }
    }
    let results: Vec<_> = stream::iter(edits.into_iter().enumerate())
        .map(async |(number, (old, mutant))| one(server, number, old, mutant).await)
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    let (mut tried, mut refused, mut explained) = (0, 0, 0);
    let mut found = BTreeMap::new();
    for (mutant, verdict) in results {
        let Some(Verdict { taken, wrong }) = verdict else { continue };
        tried += 1;
        refused += usize::from(!taken);
        let Some(wrong) = wrong else { continue };
        if known::reason(known::PLAN, &wrong, &mutant).is_some() {
            explained += 1;
            continue;
        }
        let kind = mutant.object["kind"].as_str().unwrap_or_default();
        let place: String =
            mutant.pointer.chars().map(|c| if c.is_ascii_digit() { '*' } else { c }).collect();
        found
            .entry(format!("{kind} {place}"))
            .or_insert_with(Vec::new)
            .push(format!("{}: {wrong}", mutant.change));
    }
    println!("{tried} edits, {refused} refused, {explained} known differences, {} new ones", found.len());
    ensure!(tried > 100 && refused > 10, "the edits hold too little to compare");
    let lines = found.iter().map(|(place, all)| format!("{place} ({} times) {}", all.len(), all[0]));
    ensure!(found.is_empty(), "{}", lines.collect::<Vec<_>>().join("\n"));
    Ok(())
}

/// What became of an edit.
struct Verdict {
    taken: bool,
    wrong: Option<String>,
}

/// Nothing where the new state is no state at all.
async fn one(
    server: &Server,
    number: usize,
    mut old: Value,
    mut mutant: Mutant,
) -> Result<(Mutant, Option<Verdict>)> {
    let namespaced = mutant.object["metadata"]["namespace"].is_string();
    let place = |object: &mut Value, name: &str| {
        let field = if namespaced { "namespace" } else { "name" };
        object["metadata"][field] = json!(name);
    };
    place(&mut mutant.object, "edits");
    if !server.apply(&mutant.object, Mode::DryRun).await?.taken() {
        return Ok((mutant, None));
    }
    let own = format!("edit-{number}");
    place(&mut old, &own);
    place(&mut mutant.object, &own);
    if namespaced {
        server.apply(&namespace(&own), Mode::Store).await?;
    }
    let before = store(server, &old).await?;
    ensure!(before.taken(), "{}", before.message());
    let after = server.apply(&mutant.object, Mode::Store).await?;
    let file = "deploy/production/tasks/app/object.yaml".to_owned();
    let plan = plan(&[(file.clone(), old.clone())], &[(file, mutant.object.clone())])?;
    let wrong = disagreement(&plan, &old, &before, &after);
    Ok((mutant, Some(Verdict { taken: after.taken(), wrong })))
}
