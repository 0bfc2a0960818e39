//! The example: its source, its platform, what is rendered for it, and what runs of it.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use cupaas_cluster_tests::http::{self, Response};
use cupaas_cluster_tests::image::{self, output};
use cupaas_cluster_tests::node::{REGISTRY, condition};
use cupaas_cluster_tests::server::Mode;
use cupaas_cluster_tests::wait::{Seen, until};
use cupaas_cluster_tests::{parts, router, trees};
use serde_json::{Value, json};

use crate::Pods;

/// Where its objects are.
pub(crate) const NAMESPACE: &str = "tasks-production";
/// Its host.
pub(crate) const HOST: &str = "tasks.apps.example.cu";
/// How long an image, a pull and a start may take on a busy machine.
const TIMEOUT: Duration = Duration::from_secs(180);

/// What runs of the example.
pub(crate) struct App {
    /// A copy of its source.
    source: PathBuf,
    /// Its platform.
    gitops: PathBuf,
    work: PathBuf,
    /// How often it was deployed.
    version: u32,
}

impl App {
    /// The first version, up and answering.
    pub(crate) async fn first(pods: &Pods) -> Result<Self> {
        let work = pods.folders.work.join("app");
        let (source, gitops) = (work.join("tasks"), work.join("gitops"));
        // What a check that failed on the way has left.
        let _ = fs::remove_dir_all(&work);
        fs::create_dir_all(&gitops)?;
        let example = parts::repository().join("examples/tasks/app");
        output(Command::new("cp").arg("-r").args([&example, &source]))?;
        let platform = json!({
            "format": 1, "environments": {"production": {"cluster": "home", "domain": "apps.example.cu"}},
            "registry": {"prefix": format!("{REGISTRY}/team"), "mirror": REGISTRY},
        });
        fs::write(gitops.join("cupaas.yaml"), platform.to_string())?;
        let mut app = Self { source, gitops, work, version: 0 };
        app.next(pods).await?;
        Ok(app)
    }

    /// A new version of the source, which `/healthz` tells from the one before, up and answering.
    pub(crate) async fn next(&mut self, pods: &Pods) -> Result<()> {
        let objects = self.render_next()?;
        self.apply(pods, &objects).await?;
        self.rolled_out(pods).await
    }

    /// What is rendered for a new version.
    pub(crate) fn render_next(&mut self) -> Result<Vec<(String, Value)>> {
        let file = self.source.join("tasks/probes.py");
        let text = fs::read_to_string(&file)?;
        let (old, new) = (says(self.version), says(self.version + 1));
        let changed = text.replace(&old, &new);
        ensure!(changed != text, "{} no longer says {old}", file.display());
        fs::write(&file, changed)?;
        self.version += 1;
        let image = image::build(
            &self.source,
            &self.gitops,
            &self.work,
            "team/tasks",
            &format!("v{}", self.version),
        )?;
        let out = self.work.join(format!("v{}", self.version));
        let mut render = Command::new(parts::released()?);
        render.arg("render").arg(&self.source).args(["--app", "tasks", "--image", &image]);
        render.arg("--gitops").arg(&self.gitops).arg("--out").arg(&out).env("CUPAAS_HOME", &self.work);
        output(&mut render)?;
        trees::read(&out)
    }

    /// As Flux applies it: first the base, and where its release Job is done, the processes.
    pub(crate) async fn apply(&self, pods: &Pods, objects: &[(String, Value)]) -> Result<()> {
        let of = |part: &'static str| objects.iter().filter(move |(file, _)| file.contains(part));
        for (file, object) in of("clusters/").chain(of("/base/")) {
            let mut object = object.clone();
            if object["kind"] == "Secret" {
                // What the first deploy makes.
                object["data"] =
                    json!({"username": "YXBw", "password": "c2VjcmV0LW9mLXRoZS10ZXN0", "keyfile": "eA=="});
            }
            if object["metadata"]["namespace"] == "flux-system" {
                continue;
            }
            put(pods, file, &object).await?;
        }
        let (_, job) = of("/base/").find(|(file, _)| file.contains("/job-")).context("no release Job")?;
        let name = job["metadata"]["name"].as_str().context("no name")?;
        until(name, TIMEOUT, async || {
            let job = look(pods, &format!("/apis/batch/v1/namespaces/{NAMESPACE}/jobs/{name}")).await?;
            if condition(&job, "Failed")["status"] == "True" {
                bail!("the release Job failed: {}", job["status"]);
            }
            let done = condition(&job, "Complete")["status"] == "True";
            if done { Ok(Seen::Yes(())) } else { Ok(Seen::NotYet(states(pods).await?)) }
        })
        .await?;
        for (file, object) in of("/app/") {
            put(pods, file, object).await?;
        }
        Ok(())
    }

    /// Waits until this version alone answers.
    pub(crate) async fn rolled_out(&self, pods: &Pods) -> Result<()> {
        let expected = format!("\"alive, version {}\"", self.version);
        until("the new version", TIMEOUT, async || {
            let deployment =
                look(pods, &format!("/apis/apps/v1/namespaces/{NAMESPACE}/deployments/web")).await?;
            let status = &deployment["status"];
            let wanted = &deployment["spec"]["replicas"];
            let current = status["observedGeneration"] == deployment["metadata"]["generation"];
            let all = status["updatedReplicas"] == *wanted && status["replicas"] == *wanted;
            if !current || !all || status["availableReplicas"] != *wanted {
                return Ok(Seen::NotYet(states(pods).await?));
            }
            let answer = self.request("GET", "/healthz", None).await?;
            Ok(if answer.body.contains(&expected) { Seen::Yes(()) } else { Seen::NotYet(answer.body) })
        })
        .await
    }

    /// One request, by the route.
    pub(crate) async fn request(&self, method: &str, path: &str, json: Option<&str>) -> Result<Response> {
        http::request(router::ADDRESS, HOST, method, path, json).await
    }

    /// Stores a task.
    pub(crate) async fn add(&self, title: &str) -> Result<()> {
        let body = json!({"title": title}).to_string();
        let answer = self.request("POST", "/api/tasks", Some(&body)).await?;
        ensure!(answer.status == 201, "{title} was not stored: {answer:?}");
        Ok(())
    }

    /// Waits until a task is listed, which the database may be starting for.
    pub(crate) async fn listed(&self, title: &str) -> Result<()> {
        until(title, TIMEOUT, async || {
            let answer = self.request("GET", "/api/tasks", None).await?;
            Ok(if answer.body.contains(title) { Seen::Yes(()) } else { Seen::NotYet(format!("{answer:?}")) })
        })
        .await
    }
}

/// What `/healthz` says in a version.
fn says(version: u32) -> String {
    if version == 0 { "\"alive\"".into() } else { format!("\"alive, version {version}\"") }
}

async fn put(pods: &Pods, file: &str, object: &Value) -> Result<()> {
    let answer = pods.server.apply(object, Mode::Store).await?;
    ensure!(
        answer.taken() && answer.warnings.is_empty(),
        "{file}: {} {:?}",
        answer.message(),
        answer.warnings
    );
    Ok(())
}

/// What there is at a path of the API.
pub(crate) async fn look(pods: &Pods, path: &str) -> Result<Value> {
    pods.cluster.look(path).await
}

/// The pods of the app.
pub(crate) async fn running(pods: &Pods) -> Result<Vec<Value>> {
    let mut list = look(pods, &format!("/api/v1/namespaces/{NAMESPACE}/pods")).await?;
    Ok(list["items"].as_array_mut().map(std::mem::take).unwrap_or_default())
}

/// What its pods do, for the message of a check that waits in vain.
async fn states(pods: &Pods) -> Result<String> {
    let each = running(pods).await?.into_iter().map(|pod| {
        let containers = pod["status"]["containerStatuses"].as_array().cloned().unwrap_or_default();
        let first = pod["status"]["initContainerStatuses"].as_array().cloned().unwrap_or_default();
        let states: Vec<_> = first.iter().chain(&containers).map(|one| one["state"].to_string()).collect();
        format!("{} {} {}", pod["metadata"]["name"], pod["status"]["phase"], states.join(" "))
    });
    Ok(each.collect::<Vec<_>>().join("; "))
}
