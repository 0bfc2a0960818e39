//! A server starts as it is rendered, and starts again with what it had.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use cupaas_cluster_tests::wait::{Seen, until};
use serde_json::Value;

use crate::Services;
use crate::app::{App, TIMEOUT};
use crate::kinds::Kind;
use crate::pods;

/// Under *restricted*, with a root that is read-only, at the first attempt; each language reads what the other has
/// written.
pub(crate) async fn answers(services: Arc<Services>, kind: &'static Kind) -> Result<()> {
    let app = App::shared(&services, kind).await?;
    app.put_value("", "by-python", "one").await?;
    app.put_value("/go", "by-go", "two").await?;
    app.has("by-python", "one").await?;
    app.has("by-go", "two").await?;
    let namespace = services.cluster.look(&format!("/api/v1/namespaces/{}", app.namespace())).await?;
    let enforced = &namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"];
    ensure!(enforced == "restricted", "the namespace enforces {enforced}");
    let server = pods::of(&app, kind.name).await?;
    let server = server.first().context("no pod of the server")?;
    let containers = server["spec"]["containers"].as_array().context("no containers")?;
    let read_only = |one: &Value| one["securityContext"]["readOnlyRootFilesystem"] == true;
    ensure!(containers.iter().all(read_only), "a container may write to its root");
    let statuses = server["status"]["containerStatuses"].as_array().context("no status")?;
    ensure!(
        statuses.iter().all(|one| one["restartCount"] == 0),
        "it was started again: {}",
        server["status"]
    );
    Ok(())
}

/// Its pod is deleted, ends before the kubelet would kill it, and the next one has what was written.
pub(crate) async fn survives(services: Arc<Services>, kind: &'static Kind) -> Result<()> {
    let app = App::shared(&services, kind).await?;
    app.put_value("", "before", "the-end").await?;
    let took = delete(&app).await?;
    println!("{}: its pod ended in {:.1} s", kind.name, took.as_secs_f64());
    app.rolled_out().await?;
    app.has("before", "the-end").await?;
    // A server may answer before it takes anything new: SeaweedFS looks for what it has for a quarter of a minute.
    until("what is written afterwards", TIMEOUT, async || match app.put_value("", "after", "it").await {
        Ok(()) => Ok(Seen::Yes(())),
        Err(error) => Ok(Seen::NotYet(error.to_string())),
    })
    .await?;
    app.has("after", "it").await
}

/// Deletes the server's pod; how long that took to end, which must be less than its grace period.
pub(crate) async fn delete(app: &App) -> Result<Duration> {
    let server = pods::of(app, app.kind.name).await?;
    let server = server.first().context("no pod of the server")?;
    let name = server["metadata"]["name"].as_str().context("no name")?;
    let grace = server["spec"]["terminationGracePeriodSeconds"].as_u64().context("no grace period")?;
    let asked = Instant::now();
    let path = format!("/api/v1/namespaces/{}/pods/{name}", app.namespace());
    let deleted = app.services.server.delete(&path, None).await?;
    ensure!(deleted.taken(), "{}", deleted.message());
    until("the end of the old pod", TIMEOUT, async || {
        let now = pods::of(app, app.kind.name).await?;
        let there = now.iter().any(|pod| pods::uid(pod) == pods::uid(server));
        Ok(if there { Seen::NotYet("it is there".into()) } else { Seen::Yes(()) })
    })
    .await?;
    let took = asked.elapsed();
    ensure!(took < Duration::from_secs(grace), "it took {took:?}, and has {grace} s");
    Ok(took)
}
