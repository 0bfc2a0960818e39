//! The `pods` tier: a node with a kubelet, on which what cupaas renders becomes an app that answers.

mod app;
mod chain;
mod node;
mod run;

use std::process::ExitCode;

use cupaas_cluster_tests::cluster::Cluster;
use cupaas_cluster_tests::gitea::Gitea;
use cupaas_cluster_tests::server::Server;
use cupaas_cluster_tests::tier::{self, Check, Folders};
use cupaas_cluster_tests::{flux, node as parts, router, storage};
use tokio::sync::Mutex;

use crate::app::App;

/// What every check has at hand.
struct Pods {
    cluster: Cluster,
    server: Server,
    folders: Folders,
    gitea: Gitea,
    /// The example as it runs now; a check that changes it has it alone.
    app: Mutex<Option<App>>,
}

async fn start(folders: &Folders) -> anyhow::Result<Pods> {
    let mut cluster = Cluster::start(&folders.work, &folders.logs).await?;
    cluster.with_crds().await?;
    cluster.with_controllers()?;
    parts::start(&mut cluster, &["images"]).await?;
    storage::start(&cluster).await?;
    router::start(&cluster).await?;
    let gitea = Gitea::start(&mut cluster.running).await?;
    let server = Server::discover(cluster.client.clone()).await?;
    flux::prepare(&server).await?;
    // What `cupaas init` asks for, and the gitops tier reads from what it prints.
    flux::start(&mut cluster, &["--feature-gates=CancelHealthCheckOnNewRevision=true".to_owned()])?;
    Ok(Pods { cluster, server, gitea, folders: folders.clone(), app: Mutex::new(None) })
}

fn main() -> ExitCode {
    tier::run(
        start,
        vec![
            Check::new("a pod runs, and finds a Service by its name", node::runs),
            Check::new("the example is built, rendered and applied, and its URL answers", run::answers),
            Check::new("its pods run as rendered: user, group, root filesystem, capabilities", run::confined),
            Check::new("a task survives a restart of the app and of the database", run::survives),
            Check::new("a new version runs its release command first, and has the tasks", run::next_version),
            Check::new("a rolling update under load loses no request, and old pods stop in time", run::rolls),
            Check::new(
                "a push to the forge becomes an answer of the URL, twice, with its clock",
                chain::pushes,
            ),
        ],
    )
}
