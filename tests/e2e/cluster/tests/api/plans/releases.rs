//! Releases of one app after each other: each object, from what the plan says to what the server does.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use cupaas::parts::plan::Effect;
use cupaas_cluster_tests::parts;
use cupaas_cluster_tests::random::Random;
use cupaas_cluster_tests::server::{Mode, Server};
use cupaas_cluster_tests::trees;
use futures::stream::{self, StreamExt, TryStreamExt};
use serde_json::Value;

use super::{disagreement, plan, storage_classes, store};
use crate::Api;
use crate::accepted::namespace;
use crate::mutations::AT_ONCE;

/// What one app may become. Each line is a `.cupaas`; `image` says whether it is another image too.
const STATES: &[(&str, &str)] = &[
    ("1", "{runtime: image, processes: {web: {port: 8000}}}"),
    ("2", "{runtime: image, processes: {web: {port: 8000}}}"),
    ("1", "{runtime: image, processes: {web: {port: 5000}}}"),
    ("1", "{runtime: image, processes: {web: {port: 8000, health: /healthz}}}"),
    ("1", "{runtime: image, processes: {web: {port: 8000, command: serve}}}"),
    ("1", "{runtime: image, processes: {web: {port: 8000, size: medium}}}"),
    ("1", "{runtime: image, processes: {web: {port: 8000, scale: 3}}}"),
    ("1", "{runtime: image, processes: {web: {port: 8000, scale: {min: 2, max: 5, cpu: 60}}}}"),
    ("1", "{runtime: image, processes: {web: {port: 8000}}, env: {A: '1'}}"),
    ("1", "{runtime: image, processes: {web: {port: 8000}}, env: {A: '2', B: $(A)}}"),
    ("1", "{runtime: image, processes: {web: {port: 8000}}, domains: [shop.example.com]}"),
    ("1", "{runtime: image, processes: {web: {port: 8000}}, release: migrate}"),
    ("2", "{runtime: image, processes: {web: {port: 8000}}, release: migrate --all}"),
    ("1", "{runtime: image, processes: {web: {port: 8000}, worker: {command: work}}}"),
    ("1", "{runtime: image, processes: {web: {port: 8000}, worker: {command: work, scale: 2, size: large}}}"),
    (
        "1",
        "{runtime: image, processes: {web: {port: 8000}, worker: {command: sweep, schedule: '0 3 * * *'}}}",
    ),
    (
        "2",
        "{runtime: image, processes: {web: {port: 8000}, worker: {command: sweep, schedule: '5 3 * * 1'}}}",
    ),
    ("1", "{runtime: image, processes: {worker: {command: work}}}"),
    ("1", "{runtime: image, processes: {web: {port: 8000}}, volumes: {files: {path: /files, storage: 1Gi}}}"),
    ("1", "{runtime: image, processes: {web: {port: 8000}}, volumes: {files: {path: /files, storage: 2Gi}}}"),
    (
        "1",
        "{runtime: image, processes: {web: {port: 8000}}, volumes: {files: {path: /srv/files, storage: 2Gi}}}",
    ),
    ("1", "{runtime: image, processes: {web: {port: 8000}}, services: [mongodb]}"),
    ("1", "{runtime: image, processes: {web: {port: 8000}}, services: [{mongodb: {storage: 20Gi}}]}"),
    ("1", "{runtime: image, processes: {web: {port: 8000}}, services: [{mongodb: {replicaSet: true}}]}"),
    ("1", "{runtime: image, processes: {web: {port: 8000}}, services: [{mongodb: '7.0'}]}"),
    (
        "2",
        "{runtime: image, processes: {web: {port: 8000}}, services: [{mongodb: {name: archive}}], release: migrate}",
    ),
    (
        "1",
        "{runtime: image, processes: {web: {port: 8000}}, services: [mongodb, {mongodb: {name: archive}}]}",
    ),
];
const IMAGES: [&str; 2] = [
    "registry.example.cu/shop@sha256:1111111111111111111111111111111111111111111111111111111111111111",
    "registry.example.cu/shop@sha256:2222222222222222222222222222222222222222222222222222222222222222",
];
/// How many of all pairs are tried.
const PAIRS: usize = 240;

/// A rendered state.
type Objects = Vec<(String, Value)>;

pub(crate) async fn plans(api: Arc<Api>) -> Result<()> {
    let server = &api.server;
    storage_classes(server).await?;
    let states = rendered()?;
    let mut random = Random::new(4);
    let mut pairs = Vec::new();
    while pairs.len() < PAIRS {
        let pair = (random.below(states.len()), random.below(states.len()));
        if pair.0 != pair.1 {
            pairs.push(pair);
        }
    }
    let seen: Vec<Seen> = stream::iter(pairs.into_iter().enumerate())
        .map(async |(number, (from, to))| {
            let mut seen = one(server, number, &states[from], &states[to]).await?;
            seen.wrong.iter_mut().for_each(|what| *what = format!("from {from} to {to}: {what}"));
            anyhow::Ok(seen)
        })
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    let count = |count: fn(&Seen) -> usize| seen.iter().map(count).sum::<usize>();
    let (refused, restarts) = (count(|one| one.refused), count(|one| one.restarts));
    println!("{PAIRS} pairs of {} states: {refused} objects refused, {restarts} restarts", states.len());
    ensure!(refused > 0 && restarts > 100, "the pairs hold too little to compare");
    let wrong = seen.into_iter().flat_map(|one| one.wrong).collect::<Vec<_>>();
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// What was seen of one pair.
struct Seen {
    wrong: Vec<String>,
    refused: usize,
    restarts: usize,
}

async fn one(server: &Server, number: usize, from: &Objects, to: &Objects) -> Result<Seen> {
    let names = trees::namespaces(from).into_iter().chain(trees::namespaces(to));
    let names: BTreeMap<_, _> = names.map(|name| (name.clone(), format!("p{number}-{name}"))).collect();
    for name in names.values() {
        server.apply(&namespace(name), Mode::Store).await?;
    }
    let (from, to) = (trees::moved(from, &names), trees::moved(to, &names));
    let plan = plan(&from, &to)?;
    let mut answers = BTreeMap::new();
    for (file, object) in &from {
        let answer = store(server, object).await?;
        ensure!(answer.taken(), "{file}: {}", answer.message());
        answers.insert(identity(object), answer);
    }
    let effects = plan.changes.iter().flat_map(|change| &change.effects);
    let restarts = effects.filter(|effect| matches!(effect, Effect::Restart { .. })).count();
    let mut seen = Seen { wrong: Vec::new(), refused: 0, restarts };
    for (file, object) in &to {
        let after = server.apply(object, Mode::Store).await?;
        let Some(before) = answers.get(&identity(object)) else {
            ensure!(after.taken(), "{file}: {}", after.message());
            continue;
        };
        seen.refused += usize::from(!after.taken());
        let wrong = disagreement(&plan, object, before, &after);
        seen.wrong.extend(wrong.map(|what| format!("{file}: {what}")));
    }
    Ok(seen)
}

fn identity(object: &Value) -> String {
    format!("{} {}", object["kind"], object["metadata"]["name"])
}

/// Every state, as `cupaas render` writes it.
fn rendered() -> Result<Vec<Objects>> {
    let work = tempfile::tempdir()?;
    let gitops = work.path().join("gitops");
    fs::create_dir(&gitops)?;
    let platform = parts::repository().join("tests/e2e/variants/ingress/gitops/cupaas.yaml");
    fs::copy(&platform, gitops.join("cupaas.yaml")).with_context(|| platform.display().to_string())?;
    let each = STATES.iter().enumerate().map(|(number, (image, text))| {
        let app = work.path().join(format!("app-{number}"));
        fs::create_dir(&app)?;
        fs::write(app.join(".cupaas"), text)?;
        let image = if *image == "1" { IMAGES[0] } else { IMAGES[1] };
        render(&app, &gitops, image).with_context(|| (*text).to_owned())
    });
    each.collect()
}

fn render(app: &Path, gitops: &Path, image: &str) -> Result<Objects> {
    let out: PathBuf = app.join("out");
    let mut command = Command::new(parts::cupaas()?);
    command.arg("render").arg(app).args(["--app", "shop", "--env", "staging", "--image", image]);
    command.arg("--gitops").arg(gitops).arg("--out").arg(&out);
    let done = command.output()?;
    ensure!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let objects = trees::read(&out)?;
    ensure!(!objects.is_empty(), "nothing was rendered");
    Ok(objects.into_iter().map(|(file, object)| (file, trees::decrypted(object))).collect())
}
