//! `run --via git`: a command is a Job that runs once, whatever is looked at or deployed later.

use anyhow::{Context, Result, ensure};
use cupaas_cluster_tests::stand_in::{Conduct, Event, What};
use cupaas_cluster_tests::wait::Seen;
use serde_json::Value;

use crate::app::App;

const SAYS: &str =
    "processes: {web: {command: serve, health: /healthz}}\nrelease: migrate\nenv: {COLOUR: blue}\n";

/// What has happened of that kind to commands that run once.
fn runs(app: &App, what: What) -> Vec<Event> {
    let diary = app.world.stand_in.diary(&app.namespace()).into_iter();
    diary.filter(|event| event.what == what && event.instance.starts_with("run-")).collect()
}

async fn ran(app: &App, times: usize) -> Result<()> {
    app.wait(&format!("{times} commands of {} have succeeded", app.namespace()), async || {
        let seen = runs(app, What::Succeeded);
        Ok(if seen.len() == times { Seen::Yes(()) } else { Seen::NotYet(format!("{seen:?}")) })
    })
    .await
}

/// It runs with the image and variables of the release; asked for twice it runs twice, and nothing else has it run.
pub(crate) async fn once(app: App) -> Result<()> {
    app.says(SAYS)?;
    app.deploy_first("v1").await?;
    app.serves("web", "v1").await?;
    app.run_once("tidy").await?;
    app.run_once("tidy").await?;
    ran(&app, 2).await?;
    let seen = runs(&app, What::Started);
    ensure!(seen.iter().all(|run| run.image == app.image("v1")), "{seen:?}");
    ensure!(seen.iter().all(|run| run.environment["COLOUR"] == "blue"), "{seen:?}");
    app.roll_out("v2").await?;
    app.serves("web", "v2").await?;
    for run in &seen {
        app.engine.resync_run(&app, &run.instance, true).await?;
    }
    app.engine.resync(&app).await?;
    ensure!(runs(&app, What::Started).len() == 2, "one ran again: {:?}", runs(&app, What::Started));
    ensure!(app.started("release").len() == 2, "{:?}", app.started("release"));
    Ok(())
}

/// Its result is heard by the forge's token alone. One that fails is tried once; the app stays healthy, and deploys go on.
pub(crate) async fn told(app: App) -> Result<()> {
    let app = app.on_forge().await?;
    app.says(SAYS)?;
    let (code, report) = app.deploy_and_wait("v1", "240").await?;
    ensure!(code == 0, "v1: {code} {report:#}");
    let (code, report) = app.run_and_wait("tidy", "240").await?;
    ensure!(code == 0 && report["rollout"]["status"] == "healthy", "{code} {report:#}");
    let job = job(&report["rollout"]["release"])?;
    ensure!(runs(&app, What::Succeeded).len() == 1, "{:?}", runs(&app, What::Started));
    app.world.stand_in.conduct(&app.image("v1"), Conduct::Fails);
    let (code, report) = app.run_and_wait("break", "240").await?;
    ensure!(code == 8 && report["rollout"]["failure"]["code"] == "rollout-failed", "{code} {report:#}");
    let failed = runs(&app, What::Failed);
    ensure!(failed.len() == 1, "{failed:?}");
    app.engine.resync(&app).await?;
    app.engine.resync_run(&app, &job, true).await?;
    app.engine.resync_run(&app, &failed[0].instance, false).await?;
    let (code, report) = app.deploy_and_wait("v2", "240").await?;
    ensure!(code == 0, "v2: {code} {report:#}");
    app.serves("web", "v2").await?;
    ensure!(runs(&app, What::Started).len() == 2, "one ran again: {:?}", runs(&app, What::Started));
    Ok(())
}

fn job(release: &Value) -> Result<String> {
    Ok(format!("run-{}", release["task"].as_str().context("no task")?))
}
