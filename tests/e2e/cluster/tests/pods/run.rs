//! What the example does once it runs.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use cupaas_cluster_tests::http;
use cupaas_cluster_tests::router;
use cupaas_cluster_tests::server::Answer;
use cupaas_cluster_tests::wait::{Seen, until};
use serde_json::Value;
use tokio::sync::MappedMutexGuard;
use tokio::sync::MutexGuard;

use crate::Pods;
use crate::app::{App, HOST, NAMESPACE, running};

/// How long an old pod may take: 5 s in which routers learn that it goes, gunicorn's 2 s, and the kubelet's own time.
const STOP: Duration = Duration::from_secs(15);

/// The example, which is deployed where no check has done it yet; the others wait meanwhile.
async fn app(pods: &Pods) -> Result<MappedMutexGuard<'_, App>> {
    let mut app = pods.app.lock().await;
    if app.is_none() {
        *app = Some(App::first(pods).await?);
    }
    MutexGuard::try_map(app, Option::as_mut).ok().context("no app")
}

/// The page is there under the app's host, and no other host is.
pub(crate) async fn answers(pods: Arc<Pods>) -> Result<()> {
    let app = app(&pods).await?;
    let page = app.request("GET", "/", None).await?;
    ensure!(page.status == 200 && page.body.contains("Tasks of the week"), "{page:?}");
    let other = http::request(router::ADDRESS, "other.apps.example.cu", "GET", "/", None).await?;
    ensure!(other.status == 502, "another host answers: {other:?}");
    app.add("Water the plants").await?;
    app.listed("Water the plants").await
}

/// What the kernel says of each container's first process.
pub(crate) async fn confined(pods: Arc<Pods>) -> Result<()> {
    let _app = app(&pods).await?;
    let mut seen = 0;
    for (name, status, mounts) in processes()? {
        let user = match name.as_str() {
            "ferretdb" => "999",
            "gunicorn" => "10001",
            _ => continue,
        };
        seen += 1;
        let field = |key: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
            line.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")).unwrap_or_default()
        };
        for (key, expected) in [
            ("Uid", format!("{user} {user} {user} {user}")),
            ("Gid", format!("{user} {user} {user} {user}")),
            ("CapEff", "0000000000000000".into()),
            ("CapBnd", "0000000000000000".into()),
            ("NoNewPrivs", "1".into()),
            ("Seccomp", "2".into()),
        ] {
            ensure!(field(key) == expected, "{name}: {key} is {}, and not {expected}", field(key));
        }
        let root = mounts.lines().find(|line| line.split(' ').nth(4) == Some("/")).unwrap_or_default();
        let options = root.split(' ').nth(5).unwrap_or_default();
        ensure!(options.split(',').any(|one| one == "ro"), "{name} can write to its root: {root}");
    }
    ensure!(seen >= 2, "only {seen} processes of the app were found");
    Ok(())
}

/// Name, status and mounts of every process in a mount namespace other than this one's.
fn processes() -> Result<Vec<(String, String, String)>> {
    let own = fs::read_link("/proc/self/ns/mnt")?;
    let mut all = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let folder = entry?.path();
        // A process may end meanwhile.
        let Ok(space) = fs::read_link(folder.join("ns/mnt")) else { continue };
        let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap_or_default();
        if space != own {
            all.push((read("comm").trim_end().to_owned(), read("status"), read("mountinfo")));
        }
    }
    Ok(all)
}

/// Tasks are where they were after every pod was replaced.
pub(crate) async fn survives(pods: Arc<Pods>) -> Result<()> {
    let app = app(&pods).await?;
    app.add("Survive a restart").await?;
    for instance in ["web", "mongodb"] {
        let before = uids(&pods, instance).await?;
        for name in before.values() {
            delete_pod(&pods, name).await?;
        }
        until("new pods", Duration::from_secs(120), async || {
            let now = uids(&pods, instance).await?;
            let ready = running(&pods).await?.iter().filter(|pod| is(pod, instance) && ready(pod)).count();
            let replaced = !now.is_empty() && now.keys().all(|uid| !before.contains_key(uid));
            Ok(if replaced && ready == now.len() { Seen::Yes(()) } else { Seen::NotYet(format!("{now:?}")) })
        })
        .await?;
    }
    app.listed("Survive a restart").await
}

/// A Job of its own for the new version, done before its processes began; the tasks are there.
pub(crate) async fn next_version(pods: Arc<Pods>) -> Result<()> {
    let mut app = app(&pods).await?;
    app.add("Survive a new version").await?;
    let (before, old) = (jobs(&pods).await?, uids(&pods, "web").await?);
    app.next(&pods).await?;
    let after = jobs(&pods).await?;
    let new: Vec<_> = after.iter().filter(|(name, _)| !before.contains_key(*name)).collect();
    ensure!(new.len() == 1, "{} new release Jobs", new.len());
    let (name, done) = new[0];
    let done = done.as_deref().with_context(|| format!("{name} is not done"))?;
    let pods_of = running(&pods).await?;
    let new = |pod: &&Value| {
        is(pod, "web") && pod["metadata"]["uid"].as_str().is_none_or(|uid| !old.contains_key(uid))
    };
    let began = pods_of.iter().filter(new).filter_map(|pod| pod["status"]["startTime"].as_str()).min();
    ensure!(
        began.is_some_and(|began| began >= done),
        "a process began at {began:?}, before {name} was done at {done}"
    );
    app.listed("Survive a new version").await
}

/// Visitors come all the time while a version replaces another.
pub(crate) async fn rolls(pods: Arc<Pods>) -> Result<()> {
    let mut app = app(&pods).await?;
    let objects = app.render_next()?;
    let over = Arc::new(AtomicBool::new(false));
    let visitors: Vec<_> = (0..4).map(|number| tokio::spawn(visit(number, Arc::clone(&over)))).collect();
    let old = running(&pods).await?;
    // One that goes already was not asked by this version.
    let stays = |pod: &&Value| is(pod, "web") && pod["metadata"].get("deletionTimestamp").is_none();
    let uid = |pod: &Value| pod["metadata"]["uid"].as_str().unwrap_or_default().to_owned();
    let old: Vec<_> = old.iter().filter(stays).map(uid).collect();
    app.apply(&pods, &objects).await?;
    let rolled = app.rolled_out(&pods);
    let stopped = stop_times(&pods, &old);
    let (rolled, stopped) = futures::future::join(rolled, stopped).await;
    over.store(true, Ordering::Relaxed);
    let mut answered = 0;
    let mut lost = Vec::new();
    for visitor in visitors {
        let (good, bad) = visitor.await?;
        answered += good;
        lost.extend(bad);
    }
    rolled?;
    let stopped = stopped?;
    println!("{answered} requests answered, {} lost; old pods stopped in {stopped:?}", lost.len());
    ensure!(lost.is_empty(), "{} of {} were lost: {}", lost.len(), answered + lost.len(), lost.join("; "));
    ensure!(answered > 100, "only {answered} requests: no load");
    ensure!(stopped.iter().all(|took| *took < STOP), "old pods took {stopped:?}");
    Ok(())
}

/// Reads and writes in turn, each over a connection of its own; how many were answered, and what went wrong.
async fn visit(number: usize, over: Arc<AtomicBool>) -> (usize, Vec<String>) {
    let (mut answered, mut lost) = (0, Vec::new());
    while !over.load(Ordering::Relaxed) {
        let body = format!("{{\"title\": \"Visitor {number}, task {answered}\"}}");
        let write = answered % 10 == 9;
        let (method, path) = if write { ("POST", "/api/tasks") } else { ("GET", "/healthz") };
        let json = write.then_some(body.as_str());
        match http::request(router::ADDRESS, HOST, method, path, json).await {
            Ok(answer) if answer.status < 300 => answered += 1,
            Ok(answer) => lost.push(format!("{method} {path}: {} {}", answer.status, answer.body)),
            Err(error) => lost.push(format!("{method} {path}: {error:#}")),
        }
    }
    (answered, lost)
}

/// From when each of these pods was told to go, until it was gone.
async fn stop_times(pods: &Pods, uids: &[String]) -> Result<Vec<Duration>> {
    let mut asked = BTreeMap::new();
    let mut took = BTreeMap::new();
    until("the end of the old pods", Duration::from_secs(180), async || {
        let now = running(pods).await?;
        for uid in uids {
            let pod = now.iter().find(|pod| pod["metadata"]["uid"] == **uid);
            if pod.is_some_and(|pod| pod["metadata"].get("deletionTimestamp").is_some()) {
                asked.entry(uid.clone()).or_insert_with(Instant::now);
            } else if pod.is_none() {
                let asked = asked.get(uid).map_or(Duration::ZERO, Instant::elapsed);
                took.entry(uid.clone()).or_insert(asked);
            }
        }
        Ok(if took.len() == uids.len() { Seen::Yes(()) } else { Seen::NotYet(format!("{took:?}")) })
    })
    .await?;
    Ok(took.into_values().collect())
}

fn is(pod: &Value, instance: &str) -> bool {
    pod["metadata"]["labels"]["app.kubernetes.io/instance"] == instance
}

fn ready(pod: &Value) -> bool {
    cupaas_cluster_tests::node::condition(pod, "Ready")["status"] == "True"
}

/// Identity and name of each pod of an instance.
async fn uids(pods: &Pods, instance: &str) -> Result<BTreeMap<String, String>> {
    let all = running(pods).await?;
    let text = |pod: &Value, key: &str| pod["metadata"][key].as_str().unwrap_or_default().to_owned();
    Ok(all.iter().filter(|pod| is(pod, instance)).map(|pod| (text(pod, "uid"), text(pod, "name"))).collect())
}

/// The release Jobs, and when each was done.
async fn jobs(pods: &Pods) -> Result<BTreeMap<String, Option<String>>> {
    let list = pods.cluster.look(&format!("/apis/batch/v1/namespaces/{NAMESPACE}/jobs")).await?;
    let jobs = list["items"].as_array().into_iter().flatten();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let jobs = jobs.filter(|job| is(job, "release"));
    Ok(jobs
        .filter_map(|job| Some((text(&job["metadata"]["name"])?, text(&job["status"]["completionTime"]))))
        .collect())
}

async fn delete_pod(pods: &Pods, name: &str) -> Result<Answer> {
    let path = format!("/api/v1/namespaces/{NAMESPACE}/pods/{name}");
    pods.server.send(::http::Request::delete(path).body(Vec::new())?).await
}
