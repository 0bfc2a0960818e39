//! Flux and Argo CD, asked the same questions.

use std::fmt;
use std::time::Duration;

use anyhow::{Result, ensure};
use cupaas_cluster_tests::wait::{Seen, until};
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

/// How long anything may take; the parts share a small machine with each other.
pub(crate) const SOON: Duration = Duration::from_secs(90);

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

    /// Waits until the engine says that the release `name` stands as it is in the commit, or in a later one.
    pub(crate) async fn applied(self, app: &App, commit: &str) -> Result<()> {
        let (world, name) = (&*app.world, app.namespace());
        match self {
            Self::Flux => {
                for half in ["base", "app"] {
                    let what = format!("Flux applied {commit} of {name}-{half}");
                    until(&what, app.patience, async || {
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
                until(&what, app.patience, async || {
                    argocd::refresh(&world.server, &name).await.ok();
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
        let (world, name) = (&*app.world, app.namespace());
        let what = format!("{self} holds {commit} of {name} back");
        until(&what, app.patience, async || {
            let (revision, ready, said) = match self {
                Self::Flux => {
                    let object = kustomization(world, &format!("{name}-app")).await?;
                    let ready = flux_ready(&object);
                    let root = kustomization(world, "cupaas").await?;
                    let seen = root["status"]["lastAppliedRevision"].as_str().unwrap_or_default().to_owned();
                    (seen, ready["status"] == "True", ready["message"].to_string())
                }
                Self::Argocd => {
                    argocd::refresh(&world.server, &name).await.ok();
                    let operation =
                        argocd::application(&world.server, &name).await?["status"]["operationState"].take();
                    let seen = operation["operation"]["sync"]["revision"].as_str().unwrap_or_default();
                    (seen.to_owned(), operation["phase"] == "Succeeded", operation["message"].to_string())
                }
            };
            let revision = revision.rsplit(':').next().unwrap_or_default();
            if !ready && self.contains(world, revision, commit).await? {
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
                    let name = format!("{name}-{half}");
                    flux::reconcile(&world.server, "kustomizations", &name).await?;
                    until("Flux looked again", app.patience, async || {
                        let object = kustomization(world, &name).await?;
                        let asked = &object["metadata"]["annotations"]["reconcile.fluxcd.io/requestedAt"];
                        let done = object["status"]["lastHandledReconcileAt"] == *asked;
                        let ready = flux_ready(&object);
                        let seen = ready["message"].to_string();
                        Ok(if done && ready["status"] == "True" { Seen::Yes(()) } else { Seen::NotYet(seen) })
                    })
                    .await?;
                }
                Ok(())
            }
            Self::Argocd => argocd::sync(&world.server, &name, app.patience).await,
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
            until(&format!("{path} is gone"), app.patience, async || {
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
        world.platform(self).tree.lock().await.contains(revision, commit)
    }
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
    let conditions = object["status"]["conditions"].as_array().into_iter().flatten();
    let current = |one: &&Value| {
        one["type"] == "Ready" && one["observedGeneration"] == object["metadata"]["generation"]
    };
    conditions.filter(current).next_back().cloned().unwrap_or_default()
}
