//! An app leaves and comes back.

use std::sync::Arc;

use anyhow::{Result, ensure};

use crate::app::App;
use crate::engine::Engine;
use crate::world::World;

const SAYS: &str = "services: [mongodb]\nprocesses: {web: {command: serve}}\n\
    volumes: {uploads: {path: /app/uploads, storage: 1Gi}}\n";

/// Processes and configuration go; Namespace, claims and credentials stay; and the app finds them when it comes back.
pub(crate) async fn there_and_back(world: Arc<World>, engine: Engine) -> Result<()> {
    there_and_back_of(&App::new(&world, engine, "removed")?).await
}

pub(crate) async fn there_and_back_of(app: &App) -> Result<()> {
    app.says(SAYS)?;
    app.deploy_first("v1").await?;
    app.serves("web", "v1").await?;
    let (before, password) = (kept(app).await?, app.password().await?);
    let removed = app.remove().await?;
    app.engine.forgotten(app).await?;
    println!("{}: removed {} ms after the push", app.engine, removed.at.elapsed().as_millis());
    for object in ["deployments/web", "statefulsets/mongodb"] {
        app.gone("apis/apps/v1", object).await?;
    }
    app.gone("api/v1", "services/web").await?;
    let left = kept(app).await?;
    ensure!(left == before, "what stayed: {left:?}, what was there: {before:?}");
    app.roll_out("v2").await?;
    app.serves("web", "v2").await?;
    let found = kept(app).await?;
    ensure!(found == before, "what was found: {found:?}, what was there: {before:?}");
    let seen = app.started("web").pop();
    let seen = seen.as_ref().and_then(|event| event.environment.get("MONGODB_PASSWORD"));
    ensure!(seen == Some(&password), "the app has got another password");
    Ok(())
}

/// What must outlive the app: the uids of its Namespace and claims, and that of the credentials.
async fn kept(app: &App) -> Result<Vec<(String, String)>> {
    let mut kept = Vec::new();
    let namespace = app.world.server.read(&format!("/api/v1/namespaces/{}", app.namespace())).await?.body;
    ensure!(namespace["metadata"]["deletionTimestamp"].is_null(), "the Namespace is being deleted");
    kept.push(("namespace".to_owned(), namespace["metadata"]["uid"].to_string()));
    for object in
        ["persistentvolumeclaims/mongodb", "persistentvolumeclaims/uploads", "secrets/mongodb-credentials"]
    {
        let found = app.object("api/v1", object).await?;
        let of =
            |field: &str| found.as_ref().map(|one| one["metadata"][field].to_string()).unwrap_or_default();
        ensure!(matches!(of("deletionTimestamp").as_str(), "null" | ""), "{object} is being deleted");
        kept.push((object.to_owned(), of("uid")));
    }
    Ok(kept)
}
