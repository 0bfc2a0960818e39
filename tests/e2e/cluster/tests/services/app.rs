//! An app with one service, deployed by cupaas and applied as Flux applies it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use cupaas_cluster_tests::http::{self, Response};
use cupaas_cluster_tests::node::{REGISTRY, condition};
use cupaas_cluster_tests::router;
use cupaas_cluster_tests::server::Mode;
use cupaas_cluster_tests::wait::{Seen, until};
use serde_json::{Value, json};
use tokio::sync::{MappedMutexGuard, MutexGuard};

use crate::Services;
use crate::kinds::Kind;
use crate::pods;

/// How long a start of a server or of the app may take on a busy machine.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(180);

/// An app in production.
pub(crate) struct App {
    pub(crate) services: Arc<Services>,
    pub(crate) kind: &'static Kind,
    pub(crate) name: String,
    host: String,
}

/// Removes the apps of other services that no check uses now: the node cannot hold all of them. The checks of a service
/// follow each other, so that nothing waits for one of these.
async fn make_room(services: &Services, kind: &Kind) -> Result<()> {
    for other in services.apps.iter().filter(|(name, _)| **name != kind.name).map(|(_, app)| app) {
        let idle = other.try_lock().ok().and_then(|mut app| app.take());
        if let Some(app) = idle {
            app.remove().await?;
        }
    }
    Ok(())
}

impl App {
    /// The one that the checks of a service share, deployed where none has done it yet; the others wait meanwhile.
    pub(crate) async fn shared<'a>(
        services: &'a Arc<Services>,
        kind: &'static Kind,
    ) -> Result<MappedMutexGuard<'a, App>> {
        let mut app = services.apps.get(kind.name).context("a service")?.lock().await;
        if app.is_none() {
            make_room(services, kind).await?;
            let first = Self::new(services, kind, &format!("kept-{}", kind.name));
            first.deploy(kind.version, &[])?;
            first.apply().await?;
            first.rolled_out().await?;
            *app = Some(first);
        }
        MutexGuard::try_map(app, Option::as_mut).ok().context("no app")
    }

    /// One of this name, which is deployed nowhere yet.
    pub(crate) fn new(services: &Arc<Services>, kind: &'static Kind, name: &str) -> Self {
        let host = format!("{name}.apps.example.cu");
        Self { services: Arc::clone(services), kind, name: name.to_owned(), host }
    }

    /// Its namespace.
    pub(crate) fn namespace(&self) -> String {
        format!("{}-production", self.name)
    }

    /// `cupaas deploy` of it with its service in this version.
    pub(crate) fn deploying(&self, version: &str, arguments: &[&str]) -> Result<std::process::Command> {
        let process = json!({"command": "server.py", "health": "/healthz"});
        let says = BTreeMap::from([
            ("name", json!(self.name)),
            ("runtime", json!("image")),
            ("services", json!([{self.kind.name: {"version": version}}])),
            ("release", json!("server.py prepare")),
            ("processes", json!({"web": process})),
            ("env", json!({"VARIABLE": self.kind.variable})),
        ]);
        let source = self.services.platform.source(&self.name, &says)?;
        let mut deploy = self.services.platform.cupaas()?;
        deploy.arg("deploy").arg(source).args(["--image", &format!("{REGISTRY}/library/clients:1")]);
        deploy.args(arguments);
        Ok(deploy)
    }

    /// Deploys it.
    pub(crate) fn deploy(&self, version: &str, arguments: &[&str]) -> Result<()> {
        self.services.platform.asked(&mut self.deploying(version, arguments)?).map(drop)
    }

    /// As Flux applies what the repository has: first the base, and where that has become ready, the processes.
    pub(crate) async fn apply(&self) -> Result<()> {
        let release = self.apply_base().await?;
        self.released(&release).await?;
        self.apply_processes().await
    }

    /// Applies what the processes stand on; the name of the release Job.
    pub(crate) async fn apply_base(&self) -> Result<String> {
        let objects = self.services.platform.objects(&self.name)?;
        let mut release = None;
        for (file, object) in &objects {
            if !file.contains("/app/") {
                self.put(file, object).await?;
            }
            if object["kind"] == "Job" {
                release = object["metadata"]["name"].as_str().map(str::to_owned);
            }
        }
        release.context("no release Job")
    }

    async fn released(&self, job: &str) -> Result<()> {
        let path = format!("/apis/batch/v1/namespaces/{}/jobs/{job}", self.namespace());
        until(job, TIMEOUT, async || {
            let job = self.services.cluster.look(&path).await?;
            if condition(&job, "Failed")["status"] == "True" {
                bail!("the release Job failed: {}", job["status"]);
            }
            let done = condition(&job, "Complete")["status"] == "True";
            if done { Ok(Seen::Yes(())) } else { Ok(Seen::NotYet(pods::states(self).await?)) }
        })
        .await
    }

    /// Applies the processes.
    pub(crate) async fn apply_processes(&self) -> Result<()> {
        for (file, object) in &self.services.platform.objects(&self.name)? {
            if file.contains("/app/") {
                self.put(file, object).await?;
            }
        }
        Ok(())
    }

    async fn put(&self, file: &str, object: &Value) -> Result<()> {
        let answer = self.services.server.apply(object, Mode::Store).await?;
        ensure!(
            answer.taken() && answer.warnings.is_empty(),
            "{file}: {} {:?}",
            answer.message(),
            answer.warnings
        );
        Ok(())
    }

    /// Waits until its processes and its service run as they were applied last, and nothing else does.
    pub(crate) async fn rolled_out(&self) -> Result<()> {
        until(&format!("{} as it was applied", self.name), TIMEOUT, async || {
            let mut all = pods::of(self, "web").await?;
            all.extend(pods::of(self, self.kind.name).await?);
            let settled =
                pods::settled(self, "deployments").await? && pods::settled(self, "statefulsets").await?;
            if settled && all.iter().all(pods::ready) {
                let answer = self.request("/healthz").await?;
                if answer.status == 200 {
                    return Ok(Seen::Yes(()));
                }
            }
            Ok(Seen::NotYet(pods::states(self).await?))
        })
        .await
    }

    /// One request, by the route.
    pub(crate) async fn request(&self, path: &str) -> Result<Response> {
        http::request(router::ADDRESS, &self.host, "GET", path, None).await
    }

    /// Writes by one language, `""` for Python and `/go` for Go.
    pub(crate) async fn put_value(&self, by: &str, key: &str, value: &str) -> Result<()> {
        let answer = self.request(&format!("{by}/put?key={key}&value={value}")).await?;
        ensure!(answer.status == 200, "{by}/put: {answer:?}");
        Ok(())
    }

    /// Reads by both languages, and asks for this value.
    pub(crate) async fn has(&self, key: &str, value: &str) -> Result<()> {
        for by in ["", "/go"] {
            let answer = self.request(&format!("{by}/get?key={key}")).await?;
            ensure!(answer.status == 200 && answer.body == value, "{by}/get of {key}: {answer:?}");
        }
        Ok(())
    }

    /// Whether the server takes this password.
    pub(crate) async fn takes(&self, password: &str) -> Result<bool> {
        let answer = self.request(&format!("/login?password={password}")).await?;
        match answer.status {
            200 => Ok(true),
            403 => Ok(false),
            _ => bail!("neither taken nor refused: {answer:?}"),
        }
    }

    /// The password that the cluster has.
    pub(crate) fn password(&self) -> Result<String> {
        let (name, key) = (self.kind.name, self.kind.password);
        let secret = format!("secret {name}-credentials -o jsonpath='{{.data.{key}}}'");
        self.services.platform.shell(&format!("kubectl -n {} get {secret} | base64 -d", self.namespace()))
    }

    /// Removes it from the cluster, whose memory others need.
    pub(crate) async fn remove(&self) -> Result<()> {
        let path = format!("/api/v1/namespaces/{}", self.namespace());
        self.services.server.delete(&path, Some(0)).await.map(drop)
    }
}
