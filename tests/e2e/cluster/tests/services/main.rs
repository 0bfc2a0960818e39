//! The `services` tier: real servers, started by a kubelet with exactly the manifests that cupaas renders for its
//! services, and an app in two languages that finds them by the variables which it gets.

mod app;
mod kinds;
mod load;
mod platform;
mod pods;
mod restarts;
mod rotation;
mod upgrades;

use std::collections::BTreeMap;
use std::process::ExitCode;

use cupaas_cluster_tests::cluster::Cluster;
use cupaas_cluster_tests::server::Server;
use cupaas_cluster_tests::tier::{self, Check, Folders};
use cupaas_cluster_tests::{node, router, storage};
use tokio::sync::Mutex;

use crate::app::App;
use crate::kinds::KINDS;
use crate::platform::Platform;

/// Two cores can start two servers at a time, and no more.
const CHECKS_AT_ONCE: usize = 2;

/// What every check has at hand.
struct Services {
    cluster: Cluster,
    server: Server,
    platform: Platform,
    /// The app of each service as it runs now; a check that uses it has it alone.
    apps: BTreeMap<&'static str, Mutex<Option<App>>>,
}

async fn start(folders: &Folders) -> anyhow::Result<Services> {
    let mut cluster = Cluster::start(&folders.work, &folders.logs).await?;
    cluster.with_controllers()?;
    node::start(&mut cluster, &["servers", "images"]).await?;
    storage::start(&cluster).await?;
    router::start(&cluster).await?;
    let server = Server::discover(cluster.client.clone()).await?;
    let platform = Platform::start(&cluster)?;
    let apps = KINDS.iter().map(|kind| (kind.name, Mutex::new(None))).collect();
    Ok(Services { cluster, server, platform, apps })
}

fn main() -> ExitCode {
    let mut checks = Vec::new();
    for kind in &KINDS {
        let name = format!("{}: starts as rendered, and two languages write and read", kind.name);
        checks.push(Check::new(name, move |services| restarts::answers(services, kind)));
    }
    for kind in KINDS.iter().filter(|kind| kind.keeps) {
        let name =
            format!("{}: what was written is there after its pod was deleted, which ends in time", kind.name);
        checks.push(Check::new(name, move |services| restarts::survives(services, kind)));
    }
    for kind in KINDS.iter().filter(|kind| kind.rotates) {
        let lost = if kind.gapless { "without a lost request" } else { "with what is lost counted" };
        let name = format!("{}: its password is changed twice under load, as printed, {lost}", kind.name);
        checks.push(Check::new(name, move |services| rotation::rotates(services, kind)));
    }
    for kind in &KINDS {
        if let Some(versions) = kind.allowed {
            let name = format!("{}: from {} to {} it keeps its data", kind.name, versions.0, versions.1);
            checks.push(Check::new(name, move |services| upgrades::keeps(services, kind, versions)));
        }
        if let Some(versions) = kind.refused {
            let name = format!(
                "{}: from {} to {} is refused, and would not start",
                kind.name, versions.0, versions.1
            );
            checks.push(Check::new(name, move |services| upgrades::refused(services, kind, versions)));
        }
    }
    tier::run_at_once(CHECKS_AT_ONCE, start, checks)
}
