//! Flux and Argo CD, asked the same questions.

use std::fmt;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use cupaas_cluster_tests::wait::Seen;
use cupaas_cluster_tests::{argocd, flux};
use serde_json::{Value, json};

use crate::app::App;
use crate::world::World;

/// Who rolls out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Flux,
    Argocd,
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// How long anything may take. The parts share a small machine with each other and with whatever else runs there;
/// what holds is seen long before.
pub(crate) const SOON: Duration = Duration::from_secs(300);

impl Engine {
    /// Its name on the command line and in `cupaas.yaml`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Flux => "flux",
            Self::Argocd => "argocd",
        }
    }

    /// Says that there are new commits, as the forge's webhook would.
    pub(crate) async fn notify(self, app: &App) -> Result<()> {
        let server = &app.world.server;
        match self {
            Self::Flux => flux::reconcile(server, "gitrepositories", "cupaas").await,
            Self::Argocd => {
                // A new app has no Application yet.
                argocd::refresh(server, &app.namespace()).await.ok();
                argocd::refresh(server, "cupaas").await
            }
        }
    }

    /// Says so once more: Argo CD does not look at an app while it is being synced.
    async fn notify_again(self, app: &App, before: &mut Instant) {
        if before.elapsed() > Duration::from_secs(3) {
            *before = Instant::now();
            // The Application may not be there yet.
            argocd::refresh(&app.world.server, &app.namespace()).await.ok();
        }
    }

    /// Waits until the engine says that the release `name` stands as it is in the commit, or in a later one.
    pub(crate) async fn applied(self, app: &App, commit: &str) -> Result<()> {
        let (world, name) = (&*app.world, app.namespace());
        match self {
            Self::Flux => {
                for half in ["base", "app"] {
                    let what = format!("Flux applied {commit} of {name}-{half}");
                    app.wait(&what, async || {
                        let object = kustomization(world, &format!("{name}-{half}")).await?;
                        let revision = object["status"]["lastAppliedRevision"].as_str().unwrap_or_default();
                        let revision = revision.rsplit(':').next().unwrap_or_default();
                        let ready = flux_ready(&object);
                        if ready["status"] == "True" && self.contains(world, revision, commit).await? {
                            return Ok(Seen::Yes(()));
                        }
                        Ok(Seen::NotYet(format!("{revision}: {}", ready["message"])))
                    })
                    .await?;
                }
                Ok(())
            }
            Self::Argocd => {
                let what = format!("Argo CD synced {commit} of {name}");
                let mut refreshed = Instant::now();
                app.wait(&what, async || {
                    self.notify_again(app, &mut refreshed).await;
                    let status = argocd::application(&world.server, &name).await?["status"].take();
                    let operation = &status["operationState"];
                    let revision = operation["syncResult"]["revision"].as_str().unwrap_or_default();
                    let done = operation["phase"] == "Succeeded" && status["sync"]["status"] == "Synced";
                    if done && self.contains(world, revision, commit).await? {
                        return Ok(Seen::Yes(()));
                    }
                    let said = [&status["sync"]["status"], &operation["phase"], &operation["message"]];
                    Ok(Seen::NotYet(format!("{revision}: {said:?} {}", status["conditions"])))
                })
                .await
            }
        }
    }

    /// Waits until the engine has seen the commit of the release and says that it cannot apply all of it, or that it
    /// has not come to that yet.
    pub(crate) async fn holds_back(self, app: &App, commit: &str) -> Result<()> {
        let what = format!("{self} holds {commit} of {} back", app.namespace());
        self.held(app, commit, &what, "").await
    }

    /// Waits until the engine has seen the commit of the release and says that the processes wait for its release
    /// command.
    pub(crate) async fn waits_for_release(self, app: &App, commit: &str) -> Result<()> {
        let because = match self {
            Self::Flux => "DependencyNotReady",
            Self::Argocd => "batch/Job/release-",
        };
        let what = format!("the processes of {commit} of {} wait for its release command", app.namespace());
        self.held(app, commit, &what, because).await
    }

    /// Waits until the engine has seen the commit of the release, has not applied all of it, and says that it is
    /// `because` of something.
    async fn held(self, app: &App, commit: &str, what: &str, because: &str) -> Result<()> {
        let (world, name) = (&*app.world, app.namespace());
        let mut refreshed = Instant::now();
        app.wait(what, async || {
            let (revision, ready, said) = match self {
                Self::Flux => {
                    let object = kustomization(world, &format!("{name}-app")).await?;
                    let ready = flux_ready(&object);
                    let root = kustomization(world, "cupaas").await?;
                    let seen = root["status"]["lastAppliedRevision"].as_str().unwrap_or_default().to_owned();
                    (seen, ready["status"] == "True", format!("{} {}", ready["reason"], ready["message"]))
                }
                Self::Argocd => {
                    self.notify_again(app, &mut refreshed).await;
                    let operation =
                        argocd::application(&world.server, &name).await?["status"]["operationState"].take();
                    let seen = operation["operation"]["sync"]["revision"].as_str().unwrap_or_default();
                    (seen.to_owned(), operation["phase"] == "Succeeded", operation["message"].to_string())
                }
            };
            let revision = revision.rsplit(':').next().unwrap_or_default();
            if !ready && said.contains(because) && self.contains(world, revision, commit).await? {
                return Ok(Seen::Yes(()));
            }
            Ok(Seen::NotYet(format!("{revision}: {said}")))
        })
        .await
    }

    /// Has the release looked at again from its beginning, with nothing new to apply, and waits until that is over.
    pub(crate) async fn resync(self, app: &App) -> Result<()> {
        let (world, name) = (&*app.world, app.namespace());
        match self {
            Self::Flux => {
                for half in ["base", "app"] {
                    look_again(app, &format!("{name}-{half}"), "True").await?;
                }
                Ok(())
            }
            Self::Argocd => argocd::sync(&world.server, &name, SOON).await,
        }
    }

    /// The same of a command that runs once, which has ended well or not.
    pub(crate) async fn resync_run(self, app: &App, job: &str, well: bool) -> Result<()> {
        let name = format!("{}-{job}", app.namespace());
        match self {
            Self::Flux => look_again(app, &name, if well { "True" } else { "False" }).await,
            Self::Argocd => argocd::sync(&app.world.server, &name, SOON).await,
        }
    }

    /// Waits until the engine knows no release of that name any more.
    pub(crate) async fn forgotten(self, app: &App) -> Result<()> {
        let (world, name) = (&*app.world, app.namespace());
        let kinds: &[String] = match self {
            Self::Flux => &["base", "app"].map(|half| flux_path(&format!("{name}-{half}"))),
            Self::Argocd => &[argocd::path(&name)],
        };
        for path in kinds {
            app.wait(&format!("{path} is gone"), async || {
                let answer = world.server.read(path).await?;
                let seen = answer.body["status"].to_string();
                Ok(if answer.status == 404 { Seen::Yes(()) } else { Seen::NotYet(seen) })
            })
            .await?;
        }
        Ok(())
    }

    async fn contains(self, world: &World, revision: &str, commit: &str) -> Result<bool> {
        if revision.len() != commit.len() {
            return Ok(false);
        }
        let mut person = world.platform(self).person.lock().await;
        let known = (revision.to_owned(), commit.to_owned());
        if let Some(contains) = person.contains.get(&known) {
            return Ok(*contains);
        }
        let contains = person.tree.contains(revision, commit)?;
        person.contains.insert(known, contains);
        Ok(contains)
    }
}

/// Has Flux look at a Kustomization again, and waits until it has, and its condition `Ready` is so.
async fn look_again(app: &App, name: &str, is: &str) -> Result<()> {
    let world = &*app.world;
    flux::reconcile(&world.server, "kustomizations", name).await?;
    app.wait("Flux looked again", async || {
        let object = kustomization(world, name).await?;
        let asked = &object["metadata"]["annotations"]["reconcile.fluxcd.io/requestedAt"];
        let done = object["status"]["lastHandledReconcileAt"] == *asked;
        let ready = flux_ready(&object);
        let seen = ready["message"].to_string();
        Ok(if done && ready["status"] == is { Seen::Yes(()) } else { Seen::NotYet(seen) })
    })
    .await
}

fn flux_path(name: &str) -> String {
    format!("/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/{}/kustomizations/{name}", flux::NAMESPACE)
}

async fn kustomization(world: &World, name: &str) -> Result<Value> {
    let answer = world.server.read(&flux_path(name)).await?;
    ensure!(answer.taken() || answer.status == 404, "{name}: {}", answer.message());
    Ok(if answer.taken() { answer.body } else { json!({}) })
}

/// Its condition `Ready`, of this generation.
fn flux_ready(object: &Value) -> Value {
    let mut conditions = object["status"]["conditions"].as_array().into_iter().flatten();
    let current = |one: &&Value| {
        one["type"] == "Ready" && one["observedGeneration"] == object["metadata"]["generation"]
    };
    conditions.find(current).cloned().unwrap_or_default()
}
