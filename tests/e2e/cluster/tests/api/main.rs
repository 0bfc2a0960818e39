//! The `api` tier: etcd and an API server. What cupaas renders, checks and plans, against the server's own verdict.

mod accepted;
mod known;
mod mutant;
mod mutations;
mod plans;
mod tally;

use std::process::ExitCode;

use cupaas_cluster_tests::cluster::Cluster;
use cupaas_cluster_tests::server::Server;
use cupaas_cluster_tests::tier::{self, Check, Folders};

/// What every check has at hand.
struct Api {
    /// Stops its parts when it is dropped.
    _cluster: Cluster,
    server: Server,
}

async fn start(folders: &Folders) -> anyhow::Result<Api> {
    let cluster = Cluster::start(&folders.work, &folders.logs).await?;
    cluster.with_crds().await?;
    let server = Server::discover(cluster.client.clone()).await?;
    Ok(Api { _cluster: cluster, server })
}

fn main() -> ExitCode {
    let checks = vec![
        Check::new("the tree of every case is taken, twice, and its pods are restricted", accepted::cases),
        Check::new("what cupaas refuses is what the server refuses", mutations::verdicts),
        Check::new("what cupaas refuses of a pod is what a restricted namespace refuses", mutations::pods),
        Check::new("an edit does to the server what its plan says", plans::edits::plans),
        Check::new("a release after another does to the server what its plan says", plans::releases::plans),
    ];
    tier::run(start, checks)
}
