//! An app with a repository of its own, deployed as a CI job does it.

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use cupaas_cluster_tests::git::WorkTree;
use cupaas_cluster_tests::platform::answer;
use cupaas_cluster_tests::wait::{Seen, until};
use futures::future::{Either, select};
use serde_json::Value;

use crate::engine::{Engine, SOON};
use crate::world::World;

/// An app in one environment.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) world: Arc<World>,
    pub(crate) engine: Engine,
    pub(crate) name: String,
    pub(crate) environment: &'static str,
    tree: WorkTree,
    /// What is done by hand to each commit of cupaas before it is pushed.
    fault: Option<Fault>,
}

/// Something wrong, put in by hand.
#[derive(Clone, Copy)]
pub(crate) struct Fault {
    /// A change to a copy of the GitOps repository.
    pub(crate) change: fn(&App, &WorkTree) -> Result<()>,
    /// In the name of what then never comes, where the fault shows in that; nobody waits long for it.
    pub(crate) never: Option<&'static str>,
}

/// How long what should never come is waited for.
const NEVER: Duration = Duration::from_secs(60);

/// What a deploy has done.
pub(crate) struct Deployed {
    pub(crate) commit: String,
    pub(crate) at: Instant,
}

impl App {
    /// An app of this name in production. Names are the check's own: all checks share one cluster.
    pub(crate) fn new(world: &Arc<World>, engine: Engine, name: &str) -> Result<Self> {
        let name = format!("{name}-{}", &engine.word()[..4]);
        let folder = world.folders.work.join("apps").join(&name);
        let tree = WorkTree::init(&folder, &format!("https://git.example.cu/me/{name}.git"), None)?;
        Ok(Self { world: Arc::clone(world), engine, name, environment: "production", tree, fault: None })
    }

    /// The same app with a repository on the forge, which hears of its rollouts.
    pub(crate) async fn on_forge(&self) -> Result<Self> {
        let address = self.world.gitea.create_repository(&self.name).await?;
        let folder = self.world.folders.work.join("reported").join(&self.name);
        let tree = WorkTree::init(&folder, &address, Some(&self.world.gitea.token))?;
        Ok(Self { tree, ..self.clone() })
    }

    /// Pushes what the app says, and deploys a version of it with `--wait`: its exit code and its report. The engine hears of
    /// the commit by itself, within its interval: what waits here is the program.
    pub(crate) async fn deploy_and_wait(&self, version: &str, seconds: &str) -> Result<(i32, Value)> {
        self.tree.publish(version)?;
        let image = self.image(version);
        self.and_wait(&[
            "deploy",
            "--env",
            self.environment,
            "--image",
            &image,
            "--wait-timeout",
            seconds,
            "--wait",
        ])
        .await
    }

    /// Has a command run once, with `--wait`: the exit code and the report.
    pub(crate) async fn run_and_wait(&self, command: &str, seconds: &str) -> Result<(i32, Value)> {
        let which = ["run", "--via", "git", "--app", &self.name, "--env", self.environment];
        self.and_wait(&[&which[..], &["--wait-timeout", seconds, "--wait", "--", command]].concat()).await
    }

    async fn and_wait(&self, arguments: &[&str]) -> Result<(i32, Value)> {
        let platform = self.world.platform(self.engine);
        let mut cupaas = platform.cupaas(&self.tree.folder)?;
        cupaas.args(arguments);
        let ended = pin!(tokio::task::spawn_blocking(move || cupaas.output()));
        // As the forge's webhook would; when the program has pushed is its own affair.
        let poke = pin!(async {
            loop {
                tokio::time::sleep(Duration::from_secs(2)).await;
                self.engine.notify(self).await.ok();
            }
        });
        let out = match select(ended, poke).await {
            Either::Left((out, _)) => out??,
            Either::Right(((), _)) => bail!("nobody asks for ever"),
        };
        let said = String::from_utf8_lossy(&out.stderr);
        let report =
            serde_json::from_slice(&out.stdout).with_context(|| format!("{}: {said}", out.status))?;
        Ok((out.status.code().unwrap_or(-1), report))
    }

    /// The same app in another environment.
    pub(crate) fn to(&self, environment: &'static str) -> Self {
        Self { environment, ..self.clone() }
    }

    /// The same app with a fault in each of its commits.
    pub(crate) fn with(self, fault: Fault) -> Self {
        Self { fault: Some(fault), ..self }
    }

    /// Waits until something holds; `what` says it.
    pub(crate) async fn wait<T>(
        &self,
        what: &str,
        condition: impl AsyncFnMut() -> Result<Seen<T>>,
    ) -> Result<T> {
        let never = self.fault.and_then(|fault| fault.never);
        let timeout = if never.is_some_and(|never| what.contains(never)) { NEVER } else { SOON };
        until(what, timeout, condition).await
    }

    /// Writes `.cupaas`; the name and the runtime are said.
    pub(crate) fn says(&self, text: &str) -> Result<()> {
        self.tree.write(".cupaas", &format!("name: {}\nruntime: image\n{text}", self.name))
    }

    pub(crate) fn namespace(&self) -> String {
        format!("{}-{}", self.name, self.environment)
    }

    /// Where its manifests are in the GitOps repository.
    pub(crate) fn folder(&self) -> String {
        format!("deploy/{}/{}", self.environment, self.name)
    }

    /// The image of a version: no two apps share one.
    pub(crate) fn image(&self, version: &str) -> String {
        format!("registry.example.cu/me/{}:{version}", self.name)
    }

    /// Commits what the app says, and deploys a version of it.
    pub(crate) async fn deploy(&self, version: &str) -> Result<Deployed> {
        self.tree.commit(version)?;
        let mut arguments = vec!["deploy".to_owned(), "--image".to_owned(), self.image(version)];
        arguments.extend(["--env".to_owned(), self.environment.to_owned()]);
        self.run(&arguments).await
    }

    /// Takes the app away.
    pub(crate) async fn remove(&self) -> Result<Deployed> {
        let mut arguments = vec!["remove", "--app", &self.name, "--env", self.environment];
        if self.fault.is_some() {
            // cupaas itself sees some faults in the tree that was there.
            arguments.extend(["--allow-data-loss", "mongodb"]);
        }
        self.run(&arguments.into_iter().map(str::to_owned).collect::<Vec<_>>()).await
    }

    /// Has a command run once.
    pub(crate) async fn run_once(&self, command: &str) -> Result<Deployed> {
        let words = ["run", "--via", "git", "--app", &self.name, "--env", self.environment, "--", command];
        self.run(&words.map(str::to_owned)).await
    }

    async fn run(&self, arguments: &[String]) -> Result<Deployed> {
        let platform = self.world.platform(self.engine);
        let said = match self.fault {
            None => answer(platform.cupaas(&self.tree.folder)?.args(arguments))?,
            Some(fault) => return self.run_with(fault, arguments).await,
        };
        let commit = commit(&said)?;
        let at = Instant::now();
        self.engine.notify(self).await?;
        Ok(Deployed { commit, at })
    }

    /// cupaas's commit and the fault go to the forge together, so that no engine sees the one without the other.
    async fn run_with(&self, fault: Fault, arguments: &[String]) -> Result<Deployed> {
        let platform = self.world.platform(self.engine);
        let folder = self.world.folders.work.join("faults").join(&self.name);
        for old in [folder.clone(), folder.with_extension("git")] {
            if old.exists() {
                std::fs::remove_dir_all(&old)?;
            }
        }
        let bare = folder.with_extension("git").display().to_string();
        let tree = {
            let person = platform.person.lock().await;
            person.tree.pull()?;
            person.tree.git(&["clone", "--quiet", "--bare", ".", &bare])?;
            person.tree.clone()
        };
        let mut cupaas = platform.cupaas(&self.tree.folder)?;
        answer(cupaas.env("CUPAAS_GITOPS", &bare).env_remove("CUPAAS_GITOPS_TOKEN").args(arguments))?;
        let tree = tree.copy(&folder, &bare)?;
        if tree.folder.join("deploy").join(self.environment).join(&self.name).exists() {
            (fault.change)(self, &tree)?;
        }
        let commit = tree.publish("By hand")?;
        let at = Instant::now();
        self.engine.notify(self).await?;
        Ok(Deployed { commit, at })
    }

    /// Waits until the engine says that a commit stands.
    pub(crate) async fn applied(&self, deployed: &Deployed) -> Result<()> {
        self.engine.applied(self, &deployed.commit).await
    }

    /// A first deploy: with Argo CD a person gives the credentials of a service once its namespace is there.
    pub(crate) async fn deploy_first(&self, version: &str) -> Result<Deployed> {
        let deployed = self.deploy(version).await?;
        let needs = std::fs::read_to_string(self.tree.folder.join(".cupaas"))?.contains("mongodb");
        if needs && self.engine == Engine::Argocd {
            self.give_credentials().await?;
        }
        self.applied(&deployed).await.with_context(|| format!("{version} of {}", self.name))?;
        Ok(deployed)
    }

    /// What the documents say of a password under Argo CD.
    pub(crate) async fn give_credentials(&self) -> Result<()> {
        self.wait(&format!("namespace {}", self.namespace()), async || {
            let answer = self.world.server.read(&format!("/api/v1/namespaces/{}", self.namespace())).await?;
            Ok(if answer.taken() { Seen::Yes(()) } else { Seen::NotYet(answer.message().to_owned()) })
        })
        .await?;
        let create = format!(
            "openssl rand -hex 16 | tr -d '\n' | kubectl -n {} create secret generic mongodb-credentials \
               --from-literal=username=app --from-file=password=/dev/stdin",
            self.namespace()
        );
        self.world.platform(self.engine).shell(&self.world.folders.work, &create).map(drop)
    }

    /// The password of the database, as it is in the cluster.
    pub(crate) async fn password(&self) -> Result<String> {
        let read = format!(
            "kubectl -n {} get secret mongodb-credentials -o jsonpath='{{.data.password}}' | base64 -d",
            self.namespace()
        );
        self.world.platform(self.engine).shell(&self.world.folders.work, &read)
    }

    /// Deploys, and waits until it stands.
    pub(crate) async fn roll_out(&self, version: &str) -> Result<Deployed> {
        let deployed = self.deploy(version).await?;
        self.applied(&deployed).await.with_context(|| format!("{} of {}", version, self.name))?;
        Ok(deployed)
    }
}

fn commit(said: &Value) -> Result<String> {
    ensure!(matches!(said["status"].as_str(), Some("deployed" | "removed" | "edited")), "{said}");
    Ok(said["commit"].as_str().context("no commit")?.to_owned())
}
