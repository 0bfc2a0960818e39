//! The release command goes before the processes of each new release, once; a broken release leaves the old one.

use std::sync::Arc;

use anyhow::{Result, ensure};
use cupaas_cluster_tests::stand_in::{Conduct, What};

use crate::app::App;
use crate::engine::Engine;
use crate::world::World;

const SAYS: &str = "processes: {web: {command: serve, health: /healthz}}\nrelease: migrate\n";

/// It has succeeded before a process of its release starts; it runs once for each release, whatever is synced again.
pub(crate) async fn once(world: Arc<World>, engine: Engine) -> Result<()> {
    once_of(&App::new(&world, engine, "release")?).await
}

pub(crate) async fn once_of(app: &App) -> Result<()> {
    app.says(SAYS)?;
    for (number, version) in ["v1", "v2"].iter().enumerate() {
        app.world.stand_in.conduct(&app.image(version), Conduct::GoesOn);
        let deployed = app.deploy(version).await?;
        app.noted("release", What::Started, version).await?;
        app.engine.holds_back(app, &deployed.commit).await?;
        ensure!(app.started("web").len() == number, "web did not wait for the release command of {version}");
        if number > 0 {
            app.answers("web", "v1").await?;
        }
        app.world.stand_in.conduct(&app.image(version), Conduct::Works);
        app.applied(&deployed).await?;
        app.serves("web", version).await?;
        app.engine.resync(app).await?;
        ensure!(app.started("release").len() == number + 1, "it ran again: {:?}", app.started("release"));
    }
    app.says(&format!("{SAYS}env: {{GREETING: hello}}\n"))?;
    app.roll_out("v2").await?;
    app.serves("web", "v2").await?;
    let seen = app.started("release");
    ensure!(seen.len() == 3, "{seen:?}");
    ensure!(seen[2].environment["GREETING"] == "hello", "it saw the configuration of before: {seen:?}");
    Ok(())
}

/// A release command that fails: the processes of before go on, and the next release goes out.
pub(crate) async fn failing(world: Arc<World>, engine: Engine) -> Result<()> {
    let app = App::new(&world, engine, "failing")?;
    app.says(SAYS)?;
    app.deploy_first("v1").await?;
    app.serves("web", "v1").await?;
    world.stand_in.conduct(&app.image("v2"), Conduct::Fails);
    let broken = app.deploy("v2").await?;
    app.noted("release", What::Failed, "v2").await?;
    engine.holds_back(&app, &broken.commit).await?;
    app.answers("web", "v1").await?;
    mended(&app).await?;
    ensure!(
        app.started("web").iter().all(|event| event.image != app.image("v2")),
        "the broken one was started"
    );
    Ok(())
}

/// Processes that never become ready: those of before go on, and the next release goes out.
pub(crate) async fn never_ready(world: Arc<World>, engine: Engine) -> Result<()> {
    let app = App::new(&world, engine, "unready")?;
    app.says("processes: {web: {command: serve, health: /healthz}}\n")?;
    app.deploy_first("v1").await?;
    app.answers("web", "v1").await?;
    world.stand_in.conduct(&app.image("v2"), Conduct::NeverReady);
    let broken = app.deploy("v2").await?;
    app.noted("web", What::Started, "v2").await?;
    if engine == Engine::Flux {
        engine.holds_back(&app, &broken.commit).await?;
    }
    app.answers("web", "v1").await?;
    ensure!(app.diary("web", What::Stopped).is_empty(), "the old version was stopped");
    mended(&app).await
}

/// A better version follows the broken one.
async fn mended(app: &App) -> Result<()> {
    let mended = app.deploy("v3").await?;
    app.noted("web", What::Started, "v3").await?;
    let took = mended.at.elapsed().as_secs();
    println!("{}: the version after a broken one was started {took} s after its push", app.engine);
    app.applied(&mended).await?;
    app.answers("web", "v3").await
}
