//! The release command goes before the processes of each new release, once; a broken release leaves the old one.

use anyhow::{Result, ensure};
use cupaas_cluster_tests::stand_in::{Conduct, What};
use cupaas_cluster_tests::wait::Seen;

use crate::app::App;
use crate::engine::Engine;

const SAYS: &str = "processes: {web: {command: serve, health: /healthz}}\nrelease: migrate\n";

/// It has succeeded before a process of its release starts; it runs once for each release, whatever is synced again.
pub(crate) async fn once(app: App) -> Result<()> {
    app.says(SAYS)?;
    for (number, version) in ["v1", "v2"].iter().enumerate() {
        app.world.stand_in.conduct(&app.image(version), Conduct::GoesOn);
        let deployed = app.deploy(version).await?;
        app.noted("release", What::Started, version).await?;
        app.engine.waits_for_release(&app, &deployed.commit).await?;
        ensure!(app.started("web").len() == number, "web did not wait for the release command of {version}");
        if number > 0 {
            app.answers("web", "v1").await?;
        }
        app.world.stand_in.conduct(&app.image(version), Conduct::Works);
        app.applied(&deployed).await?;
        app.serves("web", version).await?;
        app.engine.resync(&app).await?;
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
pub(crate) async fn failing(app: App) -> Result<()> {
    app.says(SAYS)?;
    app.deploy_first("v1").await?;
    app.serves("web", "v1").await?;
    app.world.stand_in.conduct(&app.image("v2"), Conduct::Fails);
    let broken = app.deploy("v2").await?;
    app.noted("release", What::Failed, "v2").await?;
    app.engine.holds_back(&app, &broken.commit).await?;
    app.answers("web", "v1").await?;
    // The Job is tried four times, and Argo CD takes no newer commit before it is over.
    mended(&app).await?;
    ensure!(
        app.started("web").iter().all(|event| event.image != app.image("v2")),
        "the broken one was started"
    );
    Ok(())
}

/// A release command that has failed for good is run again as the documents say: without its Job.
pub(crate) async fn again(app: App) -> Result<()> {
    app.says(SAYS)?;
    app.deploy_first("v1").await?;
    app.world.stand_in.conduct(&app.image("v2"), Conduct::Fails);
    let deployed = app.deploy("v2").await?;
    let job = app
        .wait("the Job of v2 is over", async || {
            let jobs = app.all("apis/batch/v1", "jobs").await?;
            let image = app.image("v2");
            let job = jobs
                .iter()
                .find(|job| job["spec"]["template"]["spec"]["containers"][0]["image"] == image.as_str());
            let conditions = job.and_then(|job| job["status"]["conditions"].as_array()).into_iter().flatten();
            let failed =
                conditions.filter(|one| one["type"] == "Failed" && one["status"] == "True").count() > 0;
            let name = job.and_then(|job| job["metadata"]["name"].as_str()).unwrap_or_default().to_owned();
            Ok(if failed { Seen::Yes(name) } else { Seen::NotYet(format!("{name} goes on")) })
        })
        .await?;
    app.answers("web", "v1").await?;
    app.world.stand_in.conduct(&app.image("v2"), Conduct::Works);
    let delete = format!("kubectl -n {} delete job {job}", app.namespace());
    app.world.platform(app.engine).shell(&app.world.folders.work, &delete)?;
    // Argo CD tries again by itself; Flux every 2 minutes, or when it is told.
    if app.engine == Engine::Flux {
        app.engine.resync(&app).await?;
    }
    app.applied(&deployed).await?;
    app.answers("web", "v2").await
}

/// Processes that never become ready: those of before go on, and the next release goes out.
pub(crate) async fn never_ready(app: App) -> Result<()> {
    app.says("processes: {web: {command: serve, health: /healthz}}\n")?;
    app.deploy_first("v1").await?;
    app.answers("web", "v1").await?;
    app.world.stand_in.conduct(&app.image("v2"), Conduct::NeverReady);
    let broken = app.deploy("v2").await?;
    app.noted("web", What::Started, "v2").await?;
    if app.engine == Engine::Flux {
        app.engine.holds_back(&app, &broken.commit).await?;
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
