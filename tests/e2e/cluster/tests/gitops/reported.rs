//! The cluster says on the app's commit what became of a rollout, and `deploy --wait` hears it.

use anyhow::{Result, ensure};
use cupaas_cluster_tests::stand_in::Conduct;

use crate::app::App;

/// A release that comes up, one whose release command fails, and a better one, each told by the forge's token alone.
pub(crate) async fn healthy_and_failed(app: App) -> Result<()> {
    let app = app.on_forge().await?;
    app.says("processes: {web: {command: serve, health: /healthz}}\nrelease: migrate\n")?;
    let (code, report) = app.deploy_and_wait("v1", "240").await?;
    ensure!(code == 0 && report["rollout"]["status"] == "healthy", "v1: {code} {report:#}");
    app.serves("web", "v1").await?;
    app.world.stand_in.conduct(&app.image("v2"), Conduct::Fails);
    let (code, report) = app.deploy_and_wait("v2", "280").await?;
    let failure = &report["rollout"]["failure"];
    ensure!(code == 8 && failure["code"] == "rollout-failed", "v2: {code} {report:#}");
    ensure!(report["status"] == "deployed", "{report:#}");
    app.answers("web", "v1").await?;
    let (code, report) = app.deploy_and_wait("v3", "280").await?;
    ensure!(code == 0 && report["rollout"]["release"]["later"] == false, "v3: {code} {report:#}");
    app.serves("web", "v3").await
}
