//! All parts of the tier, started once for all checks.

use anyhow::Result;
use cupaas_cluster_tests::cluster::Cluster;
use cupaas_cluster_tests::gitea::Gitea;
use cupaas_cluster_tests::platform::Platform;
use cupaas_cluster_tests::server::Server;
use cupaas_cluster_tests::stand_in::StandIn;
use cupaas_cluster_tests::tier::Folders;
use cupaas_cluster_tests::{argocd, flux};

use crate::engine::Engine;

/// What every check has at hand.
pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) stand_in: StandIn,
    pub(crate) folders: Folders,
    pub(crate) gitea: Gitea,
    flux: Platform,
    argocd: Platform,
    /// Stops its parts when it is dropped.
    _cluster: Cluster,
}

impl World {
    pub(crate) async fn start(folders: &Folders) -> Result<Self> {
        let mut cluster = Cluster::start(&folders.work, &folders.logs).await?;
        cluster.with_controllers()?;
        let gitea = Gitea::start(&mut cluster.running).await?;
        cluster.with_crds_of(&["flux-", "argocd-"]).await?;
        let server = Server::discover(cluster.client.clone()).await?;
        let stand_in = StandIn::start(server.clone()).await?;
        flux::prepare(&server).await?;
        let flux = Platform::start(Engine::Flux.word(), &gitea, &cluster).await?;
        flux::start(&mut cluster, &flux.arguments)?;
        argocd::prepare(&server).await?;
        let argocd = Platform::start(Engine::Argocd.word(), &gitea, &cluster).await?;
        argocd::start(&mut cluster)?;
        Ok(Self { server, stand_in, folders: folders.clone(), gitea, flux, argocd, _cluster: cluster })
    }

    pub(crate) fn platform(&self, engine: Engine) -> &Platform {
        match engine {
            Engine::Flux => &self.flux,
            Engine::Argocd => &self.argocd,
        }
    }
}
