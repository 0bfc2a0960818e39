//! All parts of the tier, started once for all runs.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use cupaas_cluster_tests::cluster::Cluster;
use cupaas_cluster_tests::flux;
use cupaas_cluster_tests::gate::Gate;
use cupaas_cluster_tests::gitea::Gitea;
use cupaas_cluster_tests::hook::Hook;
use cupaas_cluster_tests::platform::Platform;
use cupaas_cluster_tests::server::Server;
use cupaas_cluster_tests::stand_in::StandIn;
use cupaas_cluster_tests::tier::Folders;

/// A runtime whose processes are given up after the shortest time that there is.
const RUNTIME: &str = "format: 1\nsummary: soon up or never\nversions: {default: '1', supported: ['1']}\n\
    markers: [quick.txt]\nfacts: []\nstart: []\ndockerfile: Dockerfile.j2\ndefaults: {gracePeriod: 10, startupTime: 10}\n";

/// For how long pushes are waited for that are told together, and how soon one is known to be there.
const TOGETHER: Duration = Duration::from_secs(2);
const AT_ONCE: Duration = Duration::from_millis(20);

/// What every run has at hand.
pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) stand_in: StandIn,
    pub(crate) folders: Folders,
    pub(crate) gitea: Gitea,
    pub(crate) gate: Gate,
    pub(crate) platform: Platform,
    /// Stops its parts when it is dropped.
    cluster: Mutex<Cluster>,
}

impl World {
    pub(crate) async fn start(folders: &Folders) -> Result<Self> {
        let mut cluster = Cluster::start(&folders.work, &folders.logs).await?;
        cluster.with_controllers()?;
        let gitea = Gitea::start(&mut cluster.running).await?;
        let gate = Gate::start().await?;
        cluster.with_crds_of(&["flux-"]).await?;
        let server = Server::discover(cluster.client.clone()).await?;
        let stand_in = StandIn::start(server.clone()).await?;
        flux::prepare(&server).await?;
        let platform = Platform::start("flux", &gitea, &cluster).await?;
        {
            let person = platform.person.lock().await;
            let own = "catalog/runtimes/quick";
            person.tree.write(&format!("{own}/recipe.yaml"), RUNTIME)?;
            person.tree.write(&format!("{own}/Dockerfile.j2"), "FROM scratch\n")?;
            person.tree.publish("A runtime that is soon up")?;
        }
        flux::start(&mut cluster, &platform.arguments)?;
        // Flux hears of each push, as of a webhook.
        let mut hook = Hook::of(&gitea, "gitops-flux", &["push"]).await?;
        let told = server.clone();
        tokio::spawn(async move {
            loop {
                // Within a minute somebody pushes, or there is nothing to tell.
                if hook.heard(|_| true).await.is_ok() {
                    // Each commit has Flux look at every app: those of a moment are told together.
                    tokio::time::sleep(TOGETHER).await;
                    while tokio::time::timeout(AT_ONCE, hook.heard(|_| true)).await.is_ok() {}
                    flux::reconcile(&told, "gitrepositories", "cupaas").await.ok();
                }
            }
        });
        let (folders, cluster) = (folders.clone(), Mutex::new(cluster));
        Ok(Self { server, stand_in, folders, gitea, gate, platform, cluster })
    }

    /// Ends one of Flux's programs, and starts it again a while later.
    pub(crate) fn kill(&self, program: &str, at_once: bool, down: Duration) -> Result<()> {
        // One at a time.
        let mut cluster = self.cluster.lock().unwrap_or_else(PoisonError::into_inner);
        cluster.running.end(program, at_once);
        std::thread::sleep(down);
        flux::start_again(&mut cluster, program, &self.platform.arguments)
    }

    /// Whether Flux has fetched a commit of the GitOps repository, or a later one.
    pub(crate) async fn fetched(&self, commit: &str) -> Result<bool> {
        let namespace = flux::NAMESPACE;
        let path = format!("/apis/source.toolkit.fluxcd.io/v1/namespaces/{namespace}/gitrepositories/cupaas");
        let source = self.server.read(&path).await?;
        let revision = source.body["status"]["artifact"]["revision"].as_str().context("no revision")?;
        let revision = revision.rsplit(':').next().unwrap_or_default();
        self.platform.person.lock().await.tree.contains(revision, commit)
    }
}
