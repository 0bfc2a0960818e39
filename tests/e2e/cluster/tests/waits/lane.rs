//! An app, whose releases follow each other.

use std::process::Command;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use cupaas_cluster_tests::flux;
use cupaas_cluster_tests::gate::GATE;
use cupaas_cluster_tests::git::WorkTree;
use cupaas_cluster_tests::gitea::USER;
use cupaas_cluster_tests::platform::answer;
use cupaas_cluster_tests::random::Random;
use cupaas_cluster_tests::stand_in::{Conduct, What};
use cupaas_cluster_tests::wait::{Seen, until};
use serde_json::{Value, json};

use crate::kind::Kind;
use crate::tally::Answer;
use crate::world::World;

/// How long anything may take that is no wait of cupaas's.
const SOON: Duration = Duration::from_secs(300);
/// How often the cluster is looked at.
const PACE: Duration = Duration::from_secs(1);
/// How long a wait may last that ends by itself.
pub(crate) const LONG: &str = "600";

pub(crate) const HEALTHY: (i32, &str) = (0, "");
pub(crate) const FAILED: (i32, &str) = (8, "rollout-failed");

/// An app in production.
pub(crate) struct Lane {
    pub(crate) world: Arc<World>,
    pub(crate) name: String,
    pub(crate) tree: WorkTree,
    /// How many releases there were.
    count: u32,
    /// Whether they have a release command.
    pub(crate) command: bool,
    /// The last one that came up: its commit and its image.
    pub(crate) good: (String, String),
}

/// A version: what is in its checkout, and its image.
pub(crate) struct Version {
    pub(crate) tree: WorkTree,
    pub(crate) commit: String,
    pub(crate) image: String,
}

/// A `wait` that goes on.
pub(crate) struct Waiting(JoinHandle<Result<Ended>>);

struct Ended {
    at: Instant,
    took: Duration,
    code: i32,
    report: Value,
    said: String,
}

impl Lane {
    /// A new app, which is deployed and stands: from here on it is reported.
    pub(crate) async fn begin(world: &Arc<World>, number: usize) -> Result<Self> {
        let name = format!("app{number}");
        world.gitea.create_repository(&name).await?;
        let folder = world.folders.work.join("apps").join(&name);
        let tree = WorkTree::init(&folder, &format!("{GATE}/{USER}/{name}.git"), Some(&world.gitea.token))?;
        let good = (String::new(), String::new());
        let mut lane =
            Self { world: Arc::clone(world), name, tree, count: 0, command: number.is_multiple_of(2), good };
        lane.stand().await?;
        Ok(lane)
    }

    /// Deploys a version, and waits until it stands and Flux knows all of it.
    async fn stand(&mut self) -> Result<()> {
        let version = self.version()?;
        answer(&mut self.deploy(&version)?)?;
        self.until("a version is up", async |lane| lane.is_up(&version.image).await).await?;
        self.until("its Kustomizations are ready", async |lane| lane.are_ready().await).await?;
        self.good = (version.commit, version.image);
        Ok(())
    }

    /// Has a release command from here on. The release that brings the first one may not wait for it: Flux sees the new
    /// processes before it knows of what they depend on.
    pub(crate) async fn with_command(&mut self) -> Result<()> {
        if !std::mem::replace(&mut self.command, true) {
            self.stand().await?;
        }
        Ok(())
    }

    /// One run; what its waits said.
    pub(crate) async fn run(&mut self, kind: Kind, random: &mut Random) -> Result<Vec<Answer>> {
        match kind {
            Kind::Good => self.good(random).await,
            Kind::ReadOnly => self.read_only().await,
            Kind::Command => self.command().await,
            Kind::NoImage => self.no_image().await,
            Kind::Crashes => self.bad(Conduct::Crashes).await,
            Kind::CommandFails => self.command_fails().await,
            Kind::Race => self.race(random).await,
            Kind::Skipped => self.skipped(Conduct::Works, HEALTHY).await,
            Kind::SkippedForWorse => self.skipped(Conduct::Crashes, FAILED).await,
            Kind::Killed => self.killed(random).await,
            Kind::KilledBad => self.killed_bad(random).await,
            Kind::Away => self.away(random).await,
            Kind::Unheard => self.unheard().await,
            Kind::Forbidden => self.forbidden().await,
            Kind::TakenBack => self.taken_back().await,
        }
    }

    pub(crate) fn namespace(&self) -> String {
        format!("{}-production", self.name)
    }

    /// Commits and pushes the next version.
    pub(crate) fn version(&mut self) -> Result<Version> {
        self.count += 1;
        let release = if self.command { "release: migrate\n" } else { "" };
        let processes = "processes: {web: {command: serve, health: /healthz}}\n";
        self.tree.write(".cupaas", &format!("name: {}\nruntime: quick\n{processes}{release}", self.name))?;
        let commit = self.tree.publish(&format!("Version {}", self.count))?;
        let image = format!("registry.example.cu/me/{}:v{}", self.name, self.count);
        Ok(Version { tree: self.tree.clone(), commit, image })
    }

    /// A version in a checkout of its own, which knows nothing of later ones.
    pub(crate) fn apart(&self, version: &Version) -> Result<Version> {
        let folder = format!("{}-{}-{}", self.name, self.count, version.commit);
        let folder = self.world.folders.work.join("apart").join(folder);
        let tree = self.tree.copy(&folder, &self.tree.folder.display().to_string())?;
        tree.git(&["reset", "--quiet", "--hard", &version.commit])?;
        Ok(Version { tree, commit: version.commit.clone(), image: version.image.clone() })
    }

    /// `deploy` as a job has it.
    pub(crate) fn deploy(&self, version: &Version) -> Result<Command> {
        let mut cupaas = self.world.platform.cupaas(&version.tree.folder)?;
        cupaas.args(["deploy", "--env", "production", "--image", &version.image]);
        Ok(cupaas)
    }

    /// The same, and it waits.
    pub(crate) fn deploy_and_wait(&self, version: &Version, seconds: &str) -> Result<Command> {
        let mut cupaas = self.deploy(version)?;
        cupaas.args(["--wait", "--wait-timeout", seconds]);
        Ok(cupaas)
    }

    /// A job that waits for what another has deployed.
    pub(crate) fn wait(&self, version: &Version, seconds: &str) -> Result<Command> {
        let mut cupaas = self.world.platform.cupaas(&version.tree.folder)?;
        cupaas.args(["wait", "--app", &self.name, "--env", "production", "--timeout", seconds]);
        cupaas.args(["--source-commit", &version.commit]);
        Ok(cupaas)
    }

    /// The same, and the cluster itself is asked.
    pub(crate) fn wait_via_cluster(&self, version: &Version) -> Result<Command> {
        let mut cupaas = self.wait(version, "120")?;
        cupaas.args(["--via", "cluster"]).env_remove("CUPAAS_FORGE_TOKEN");
        self.world.platform.with_kubectl(&mut cupaas)?;
        Ok(cupaas)
    }

    /// Whether `web` runs at an image, and no other does.
    pub(crate) async fn is_up(&self, image: &str) -> Result<bool> {
        let path = format!("/apis/apps/v1/namespaces/{}/deployments/web", self.namespace());
        let answer = self.world.server.read(&path).await?;
        let (spec, status) = (&answer.body["spec"], &answer.body["status"]);
        let all = ["replicas", "updatedReplicas", "availableReplicas"];
        Ok(answer.taken()
            && spec["template"]["spec"]["containers"][0]["image"] == image
            && status["observedGeneration"] == answer.body["metadata"]["generation"]
            && all.iter().all(|field| status[field] == spec["replicas"]))
    }

    /// Whether Flux says of both halves that they are as they should be.
    async fn are_ready(&self) -> Result<bool> {
        for half in ["base", "app"] {
            let object = self.world.server.read(&self.kustomization(half)).await?;
            let conditions = object.body["status"]["conditions"].as_array().into_iter().flatten();
            if !conditions.into_iter().any(|one| one["type"] == "Ready" && one["status"] == "True") {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn kustomization(&self, half: &str) -> String {
        let (space, name) = (flux::NAMESPACE, self.namespace());
        format!("/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/{space}/kustomizations/{name}-{half}")
    }

    /// What `flux suspend` and `flux resume` do.
    pub(crate) async fn suspend(&self, suspended: bool) -> Result<()> {
        for half in ["base", "app"] {
            let patch = json!({"spec": {"suspend": suspended}});
            let answer = self.world.server.patch(&self.kustomization(half), "flux", &patch).await?;
            ensure!(answer.taken(), "{half}: {}", answer.message());
        }
        Ok(())
    }

    /// What `flux reconcile kustomization` does.
    pub(crate) async fn reconcile(&self) -> Result<()> {
        for half in ["base", "app"] {
            let name = format!("{}-{half}", self.namespace());
            flux::reconcile(&self.world.server, "kustomizations", &name).await?;
        }
        Ok(())
    }

    /// What the forge has of the statuses of a commit: each one's context, state and words, newest first.
    pub(crate) async fn statuses(&self, commit: &str) -> Result<Vec<[String; 3]>> {
        let path = format!("/api/v1/repos/{USER}/{}/commits/{commit}/statuses?limit=50", self.name);
        let answer = self.world.gitea.get(&path).await?;
        let text = |one: &Value, field: &str| one[field].as_str().unwrap_or_default().to_owned();
        let all = answer.body.as_array().into_iter().flatten();
        Ok(all.map(|one| ["context", "status", "description"].map(|field| text(one, field))).collect())
    }

    /// Waits until a pod of an image has started.
    pub(crate) async fn started(&self, image: &str) -> Result<()> {
        self.until(&format!("{image} has started"), async |lane| {
            let diary = lane.world.stand_in.diary(&lane.namespace());
            Ok(diary.iter().any(|event| event.what == What::Started && event.image == image))
        })
        .await
    }

    pub(crate) async fn until(&self, what: &str, holds: impl AsyncFn(&Self) -> Result<bool>) -> Result<()> {
        until(&format!("{}: {what}", self.name), SOON, async || {
            if holds(self).await? {
                return Ok(Seen::Yes(()));
            }
            tokio::time::sleep(PACE).await;
            Ok(Seen::NotYet("no".into()))
        })
        .await
    }

    /// Waits for a wait's end.
    pub(crate) async fn hear(
        &self,
        waiting: Waiting,
        image: &str,
        wanted: (i32, &'static str),
    ) -> Result<Answer> {
        let mut all = self.hear_all(vec![waiting], image, wanted).await?;
        all.pop().context("no answer")
    }

    /// Asks the cluster itself, and waits for what it says.
    pub(crate) async fn ask_cluster(&self, version: &Version, wanted: (i32, &'static str)) -> Result<Answer> {
        let waiting = Waiting::begin(self.wait_via_cluster(version)?);
        let answer = self.hear(waiting, &version.image, wanted).await?;
        // What became of it was known before.
        Ok(Answer { via_cluster: true, late: None, ..answer })
    }

    /// Waits for the ends of several that must say the same of an image, and looks meanwhile when it is up.
    pub(crate) async fn hear_all(
        &self,
        all: Vec<Waiting>,
        image: &str,
        wanted: (i32, &'static str),
    ) -> Result<Vec<Answer>> {
        let mut up = None;
        while !all.iter().all(|waiting| waiting.0.is_finished()) {
            if up.is_none() && self.is_up(image).await? {
                up = Some(Instant::now());
            }
            tokio::time::sleep(PACE).await;
        }
        let is_up = self.is_up(image).await?;
        let mut answers = Vec::new();
        for waiting in all {
            let Ok(ended) = waiting.0.join() else { bail!("the thread of a wait broke off") };
            let ended = ended?;
            let code = ended.report.pointer("/rollout/failure/code").or(ended.report.get("code"));
            let code = code.and_then(Value::as_str).unwrap_or_default().to_owned();
            let before = up.filter(|up| ended.code == 0 && *up <= ended.at);
            answers.push(Answer {
                wanted,
                via_cluster: false,
                got: (ended.code, code),
                up: is_up,
                late: before.map(|up| ended.at.saturating_duration_since(up)),
                took: ended.took,
                said: ended.said,
            });
        }
        Ok(answers)
    }
}

impl Waiting {
    /// Starts it.
    pub(crate) fn begin(mut cupaas: Command) -> Self {
        Self(std::thread::spawn(move || {
            let began = Instant::now();
            let out = cupaas.output().context("cupaas")?;
            let said =
                format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
            let report = serde_json::from_slice(&out.stdout).with_context(|| said.clone())?;
            let code = out.status.code().unwrap_or(-1);
            Ok(Ended { at: Instant::now(), took: began.elapsed(), code, report, said })
        }))
    }
}
