//! Another version of a server: one that takes up the data, and one that does not.

use std::sync::Arc;

use anyhow::{Result, ensure};
use cupaas_cluster_tests::wait::{Seen, until};
use serde_json::Value;

use crate::Services;
use crate::app::{App, TIMEOUT};
use crate::kinds::Kind;
use crate::{pods, restarts};

/// cupaas lets it pass, the server starts, and the data is there.
pub(crate) async fn keeps(
    services: Arc<Services>,
    kind: &'static Kind,
    (old, new): (&str, &str),
) -> Result<()> {
    let app = begun(&services, kind, "up", old).await?;
    app.deploy(new, &[])?;
    app.apply().await?;
    app.rolled_out().await?;
    app.has("before", "the-upgrade").await?;
    app.put_value("/go", "after", "it").await?;
    app.has("after", "it").await?;
    app.remove().await
}

/// cupaas refuses it; done all the same, the server does not start, and begins no empty database either; back in its
/// old version it has its data.
pub(crate) async fn refused(
    services: Arc<Services>,
    kind: &'static Kind,
    (old, new): (&str, &str),
) -> Result<()> {
    let app = begun(&services, kind, "no", old).await?;
    let said = services.platform.tried(&mut app.deploying(new, &[])?)?;
    ensure!(said.status.code() == Some(4), "{}: {}", said.status, String::from_utf8_lossy(&said.stdout));
    let allow = ["--allow-data-loss", kind.name];
    app.deploy(new, &allow)?;
    app.apply_base().await?;
    until("the end of a server that does not start", TIMEOUT, async || {
        let server = pods::of(&app, kind.name).await?;
        let Some(pod) = server.iter().find(|pod| has_image(pod, new)) else {
            return Ok(Seen::NotYet("no pod of the new version".into()));
        };
        ensure!(!pods::ready(pod), "it started");
        Ok(if failed(pod) { Seen::Yes(()) } else { Seen::NotYet(pods::states(&app).await?) })
    })
    .await?;
    app.deploy(old, &allow)?;
    app.apply_base().await?;
    // A StatefulSet replaces no pod that has never become ready: a person has to.
    restarts::delete(&app).await?;
    app.rolled_out().await?;
    app.has("before", "the-upgrade").await?;
    app.remove().await
}

/// Whether the server in a pod is of this version.
fn has_image(pod: &Value, version: &str) -> bool {
    pod["spec"]["containers"][0]["image"].as_str().is_some_and(|image| image.contains(&format!(":{version}")))
}

/// Whether a container of a pod has ended by an error.
fn failed(pod: &Value) -> bool {
    let statuses = pod["status"]["containerStatuses"].as_array().into_iter().flatten();
    let code = |state: &Value| state["terminated"]["exitCode"].as_i64();
    statuses
        .into_iter()
        .any(|one| ["state", "lastState"].iter().any(|key| code(&one[*key]).is_some_and(|code| code != 0)))
}

/// An app of its own, with data that the old version has written.
async fn begun(services: &Arc<Services>, kind: &'static Kind, suffix: &str, version: &str) -> Result<App> {
    let app = App::new(services, kind, &format!("{}-{suffix}", kind.name));
    app.deploy(version, &[])?;
    app.apply().await?;
    app.rolled_out().await?;
    app.put_value("", "before", "the-upgrade").await?;
    Ok(app)
}
