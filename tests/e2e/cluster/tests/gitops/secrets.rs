//! Credentials reach the processes: decrypted by Flux, or put into the cluster by a person.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use cupaas_cluster_tests::parts;

use crate::app::App;
use crate::engine::Engine;
use crate::world::World;

const SAYS: &str = "services: [mongodb]\nprocesses: {web: {command: serve}}\n";

/// The password that cupaas sealed arrives in clear, and so does another one that a person puts in its place.
pub(crate) async fn sealed(world: Arc<World>, engine: Engine) -> Result<()> {
    let app = App::new(&world, engine, "sealed")?;
    app.says(SAYS)?;
    app.deploy_first("v1").await?;
    app.serves("web", "v1").await?;
    let (database, web) = (app.started("mongodb"), app.started("web"));
    let first = &web[0].environment["MONGODB_PASSWORD"];
    ensure!(first.len() >= 20 && first.chars().all(|c| c.is_ascii_alphanumeric()), "no good password");
    ensure!(database[0].environment["MONGO_INITDB_ROOT_PASSWORD"] == *first, "the database has another one");

    let file = format!("releases/production/{}/credentials/mongodb.yaml", app.name);
    let platform = world.platform(engine);
    {
        let tree = platform.tree.lock().await;
        tree.pull()?;
        let sealed = std::fs::read_to_string(tree.folder.join(&file)).context(file.clone())?;
        ensure!(!sealed.contains(first), "the password is in the repository");
        let sops = parts::program("sops")?;
        let key = platform.home.join("age/keys.txt");
        let set = format!(
            "SOPS_AGE_KEY_FILE={} {} set {file} '[\"stringData\"][\"password\"]' '\"theNewOne\"'",
            key.display(),
            sops.display()
        );
        platform.shell(&tree.folder, &set)?;
        tree.publish("Change the password of the database")?;
    }
    app.roll_out("v1").await?;
    ensure!(app.password().await? == "theNewOne", "the Secret holds another password");
    let restart = format!("kubectl -n {} rollout restart deployment", app.namespace());
    platform.shell(&world.folders.work, &restart)?;
    app.serves("web", "v1").await?;
    let last = app.started("web").pop().context("nothing started")?;
    ensure!(last.environment["MONGODB_PASSWORD"] == "theNewOne", "web has the old one");
    Ok(())
}

/// Pods wait for a Secret that is not there yet, and start once it is; the engine leaves it alone.
pub(crate) async fn given(world: Arc<World>, engine: Engine) -> Result<()> {
    let app = App::new(&world, engine, "given")?;
    app.says(SAYS)?;
    let deployed = app.deploy("v1").await?;
    app.there("apis/apps/v1", "deployments/web").await?;
    app.there("apis/apps/v1", "statefulsets/mongodb").await?;
    ensure!(app.started("web").is_empty() && app.started("mongodb").is_empty(), "started without a password");
    app.give_credentials().await?;
    app.applied(&deployed).await?;
    app.serves("web", "v1").await?;
    let secret = app.uid("api/v1", "secrets/mongodb-credentials").await?;
    app.engine.resync(&app).await?;
    ensure!(app.uid("api/v1", "secrets/mongodb-credentials").await? == secret, "the Secret was replaced");
    Ok(())
}
