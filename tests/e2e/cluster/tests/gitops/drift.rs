//! What is changed by hand in the cluster is put back.

use std::sync::Arc;

use anyhow::{Result, ensure};
use cupaas_cluster_tests::stand_in::What;

use crate::app::App;
use crate::engine::Engine;
use crate::world::World;

const SAYS: &str = "processes: {web: {command: serve, scale: 2}}\n";

/// An edited Deployment and a deleted Service are as the repository says again.
pub(crate) async fn put_back(world: Arc<World>, engine: Engine) -> Result<()> {
    let app = App::new(&world, engine, "drift")?;
    app.says(SAYS)?;
    app.deploy_first("v1").await?;
    app.serves("web", "v1").await?;
    let service = app.uid("api/v1", "services/web").await?;
    let (here, namespace) = (&world.folders.work, app.namespace());
    for command in [
        format!("set image deployment web web={}", app.image("by-hand")),
        "scale deployment web --replicas=5".to_owned(),
        "delete service web".to_owned(),
    ] {
        world.platform(engine).shell(here, &format!("kubectl -n {namespace} {command}"))?;
    }
    // Argo CD looks by itself; Flux every hour, or when it is told.
    if engine == Engine::Flux {
        engine.resync(&app).await?;
    }
    app.serves("web", "v1").await?;
    app.answers("web", "v1").await?;
    let web = app.object("apis/apps/v1", "deployments/web").await?.unwrap_or_default();
    ensure!(web["spec"]["replicas"] == 2, "{} replicas", web["spec"]["replicas"]);
    ensure!(app.uid("api/v1", "services/web").await? != service, "the Service was not deleted");
    Ok(())
}

/// `kubectl rollout restart`, as the documents say it: the processes are started again, once.
pub(crate) async fn restart(world: Arc<World>, engine: Engine) -> Result<()> {
    let app = App::new(&world, engine, "restart")?;
    app.says(SAYS)?;
    app.deploy_first("v1").await?;
    app.serves("web", "v1").await?;
    let command = format!("kubectl -n {} rollout restart deployment", app.namespace());
    world.platform(engine).shell(&world.folders.work, &command)?;
    app.serves("web", "v1").await?;
    ensure!(app.started("web").len() == 4, "{:?}", app.started("web"));
    engine.resync(&app).await?;
    app.serves("web", "v1").await?;
    let started = app.started("web").len();
    ensure!(started == 4, "after the engine has looked again: {started} pods started for 2 that run");
    ensure!(app.diary("web", What::Stopped).len() == 2, "{:?}", app.diary("web", What::Stopped));
    Ok(())
}
