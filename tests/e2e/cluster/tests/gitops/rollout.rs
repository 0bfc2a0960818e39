//! A commit is rolled out, and a change of it changes what it should and nothing else.

use anyhow::{Result, ensure};
use cupaas_cluster_tests::stand_in::What;
use cupaas_cluster_tests::wait::Seen;

use crate::app::App;

/// A deploy's commit is rolled out, and the next image after it. Says how long that took.
pub(crate) async fn images(app: App) -> Result<()> {
    app.says("processes: {web: {command: serve, health: /healthz}, worker: {command: work}}\n")?;
    for version in ["v1", "v2"] {
        let deployed = app.deploy(version).await?;
        app.noted("web", What::Started, version).await?;
        println!(
            "{}: a pod of {version} was started {} ms after the push",
            app.engine,
            deployed.at.elapsed().as_millis()
        );
        app.applied(&deployed).await?;
        for process in ["web", "worker"] {
            app.serves(process, version).await?;
        }
        app.answers("web", version).await?;
    }
    ensure!(app.started("web").len() == 2, "{:?}", app.started("web"));
    Ok(())
}

/// A changed variable restarts the processes that read it, and no service.
pub(crate) async fn variable(app: App) -> Result<()> {
    let processes = "processes: {web: {command: serve}, worker: {command: work}}";
    let says =
        |word: &str| app.says(&format!("services: [mongodb]\n{processes}\nenv: {{GREETING: '{word}'}}\n"));
    says("hello")?;
    app.deploy_first("v1").await?;
    // An engine may be content with it a moment before the node has started it.
    app.noted_times("mongodb", What::Started, 1).await?;
    says("$(HOME) or ${HOME}")?;
    app.roll_out("v1").await?;
    for process in ["web", "worker"] {
        app.serves(process, "v1").await?;
        let started = app.started(process);
        let seen: Vec<_> = started.iter().map(|event| event.environment["GREETING"].as_str()).collect();
        ensure!(seen == ["hello", "$(HOME) or ${HOME}"], "{process}: {seen:?}");
    }
    ensure!(app.started("mongodb").len() == 1, "{:?}", app.started("mongodb"));
    ensure!(app.diary("mongodb", What::Stopped).is_empty(), "the database was stopped");
    Ok(())
}

/// A service comes, and processes reach it; a process leaves, and the others do not notice.
pub(crate) async fn parts(app: App) -> Result<()> {
    let both = "processes: {web: {command: serve}, worker: {command: work}}\n";
    app.says(both)?;
    app.deploy_first("v1").await?;
    app.serves("web", "v1").await?;
    app.says(&format!("{both}services: [mongodb]\n"))?;
    app.deploy_first("v1").await?;
    for process in ["web", "worker"] {
        app.serves(process, "v1").await?;
    }
    let seen = app.started("web");
    let urls: Vec<_> = seen.iter().map(|event| event.environment.get("MONGODB_URL").cloned()).collect();
    let password = app.password().await?;
    let url = format!("mongodb://app:{password}@mongodb:27017/{}?authSource=admin", app.name);
    ensure!(urls == [None, Some(url)], "web saw {urls:?}");
    app.says("processes: {web: {command: serve}}\nservices: [mongodb]\n")?;
    app.roll_out("v1").await?;
    app.gone("apis/apps/v1", "deployments/worker").await?;
    app.answers("web", "v1").await?;
    ensure!(app.started("web").len() == 2, "web was started again: {:?}", app.started("web"));
    Ok(())
}

/// Two apps, and two environments of one: what changes in one is seen in no other.
pub(crate) async fn apart(app: App) -> Result<()> {
    let other = App::new(&app.world, app.engine, "beside")?;
    app.says(
        "processes: {web: {command: serve}}\nenv: {PLACE: real}\nenvironments: {staging: {env: {PLACE: trial}}}\n",
    )?;
    other.says("processes: {web: {command: serve}}\n")?;
    let staging = app.to("staging");
    for each in [&app, &staging, &other] {
        each.deploy_first("v1").await?;
        each.serves("web", "v1").await?;
    }
    staging.roll_out("v2").await?;
    staging.serves("web", "v2").await?;
    for (each, place, times) in [(&app, Some("real"), 1), (&staging, Some("trial"), 2), (&other, None, 1)] {
        let started = each.started("web");
        ensure!(started.len() == times, "{}: {started:?}", each.namespace());
        let seen = started.iter().map(|event| event.environment.get("PLACE").map(String::as_str));
        ensure!(
            seen.clone().all(|seen| seen == place),
            "{}: {:?}",
            each.namespace(),
            seen.collect::<Vec<_>>()
        );
    }
    app.answers("web", "v1").await?;
    other.answers("web", "v1").await
}

/// A recipe of the platform's own, in its `catalog/`.
pub(crate) async fn own_recipe(app: App) -> Result<()> {
    app.says("services:\n  - memcached: {name: sessions, as: CACHE}\nprocesses: {web: {command: serve}}\n")?;
    app.deploy_first("v1").await?;
    app.serves("web", "v1").await?;
    let started = app.started("web");
    ensure!(started[0].environment["CACHE_HOST"] == "sessions", "{started:?}");
    app.wait("something answers behind Service sessions", async || {
        let answering = app.answering("sessions").await?;
        Ok(if answering.len() == 1 { Seen::Yes(()) } else { Seen::NotYet(format!("{answering:?}")) })
    })
    .await
}

/// A claim waits for its first consumer, also where a release command goes before that.
pub(crate) async fn claims(app: App) -> Result<()> {
    app.says(
        "services: [mongodb]\nprocesses: {web: {command: serve}}\nrelease: migrate\n\
         volumes: {uploads: {path: /app/uploads, storage: 1Gi}}\n",
    )?;
    app.deploy_first("v1").await?;
    app.serves("web", "v1").await?;
    for claim in app.all("api/v1", "persistentvolumeclaims").await? {
        ensure!(claim["status"]["phase"] == "Bound", "{} is {}", claim["metadata"]["name"], claim["status"]);
    }
    Ok(())
}
