//! The `pods` tier: a node with a kubelet, on which what cupaas renders becomes an app that answers.

mod node;

use std::process::ExitCode;

use cupaas_cluster_tests::cluster::Cluster;
use cupaas_cluster_tests::server::Server;
use cupaas_cluster_tests::tier::{self, Check, Folders};
use cupaas_cluster_tests::{node as parts, router, storage};

/// What every check has at hand.
struct Pods {
    cluster: Cluster,
    server: Server,
}

async fn start(folders: &Folders) -> anyhow::Result<Pods> {
    let mut cluster = Cluster::start(&folders.work, &folders.logs).await?;
    cluster.with_crds().await?;
    cluster.with_controllers()?;
    parts::start(&mut cluster).await?;
    storage::start(&cluster).await?;
    router::start(&cluster).await?;
    let server = Server::discover(cluster.client.clone()).await?;
    Ok(Pods { cluster, server })
}

fn main() -> ExitCode {
    tier::run(start, vec![Check::new("a pod runs, and finds a Service by its name", node::runs)])
}
