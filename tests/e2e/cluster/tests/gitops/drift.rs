//! What is changed by hand in the cluster is put back.

use anyhow::{Result, ensure};
use cupaas_cluster_tests::stand_in::What;
use cupaas_cluster_tests::wait::Seen;

use crate::app::App;
use crate::engine::Engine;

const SAYS: &str = "processes: {web: {command: serve, scale: 2}}\n";

/// An edited Deployment and a deleted Service are as the repository says again.
pub(crate) async fn put_back(app: App) -> Result<()> {
    app.says(SAYS)?;
    app.deploy_first("v1").await?;
    app.serves("web", "v1").await?;
    let service = app.uid("api/v1", "services/web").await?;
    let (here, namespace) = (&app.world.folders.work, app.namespace());
    for command in [
        format!("set image deployment web web={}", app.image("by-hand")),
        "scale deployment web --replicas=5".to_owned(),
        "delete service web".to_owned(),
    ] {
        app.world.platform(app.engine).shell(here, &format!("kubectl -n {namespace} {command}"))?;
    }
    // Argo CD looks by itself; Flux every hour, or when it is told.
    if app.engine == Engine::Flux {
        app.engine.resync(&app).await?;
    }
    // One command may have been undone before the next was given.
    app.wait("two replicas, and a new Service", async || {
        let web = app.object("apis/apps/v1", "deployments/web").await?.unwrap_or_default();
        let now = app.object("api/v1", "services/web").await?.unwrap_or_default();
        let (replicas, uid) = (&web["spec"]["replicas"], now["metadata"]["uid"].as_str());
        let is = *replicas == 2 && uid.is_some_and(|uid| uid != service);
        Ok(if is { Seen::Yes(()) } else { Seen::NotYet(format!("{replicas} replicas, {uid:?}")) })
    })
    .await?;
    app.serves("web", "v1").await?;
    app.answers("web", "v1").await
}

/// `kubectl rollout restart`, as the documents say it: the processes are started again, once. By the name of `kubectl`
/// Flux would take it back, and all would be started a second time.
pub(crate) async fn restart(app: App) -> Result<()> {
    app.says(SAYS)?;
    app.deploy_first("v1").await?;
    app.serves("web", "v1").await?;
    let command = format!("kubectl -n {} rollout restart deployment --field-manager=me", app.namespace());
    app.world.platform(app.engine).shell(&app.world.folders.work, &command)?;
    app.serves("web", "v1").await?;
    ensure!(app.started("web").len() == 4, "{:?}", app.started("web"));
    app.engine.resync(&app).await?;
    app.serves("web", "v1").await?;
    let started = app.started("web").len();
    ensure!(started == 4, "after the engine has looked again: {started} pods started for 2 that run");
    app.noted_times("web", What::Stopped, 2).await
}
