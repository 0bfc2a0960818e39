//! Random edits of one object: what the plan refuses is refused, what restarts is said to.

use std::sync::Arc;

use anyhow::{Result, ensure};
use cupaas_cluster_tests::random::Random;
use cupaas_cluster_tests::server::{Mode, Server};
use futures::stream::{self, StreamExt, TryStreamExt};
use serde_json::{Value, json};

use super::{disagreement, plan, storage_classes, store};
use crate::accepted::namespace;
use crate::mutant::{Mutant, mutant};
use crate::mutations::{AT_ONCE, by_kind, each};
use crate::tally::Tally;
use crate::{Api, known};

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
    let mut tally = Tally::default();
    for (mutant, verdict) in results {
        let Some(Verdict { taken, wrong }) = verdict else { continue };
        tally.tried(taken);
        if let Some(wrong) = wrong {
            tally.disagree(known::PLAN, &wrong, "", &mutant);
        }
    }
    tally.verdict()
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
