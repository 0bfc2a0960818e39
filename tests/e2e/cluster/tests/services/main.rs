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
use crate::kinds::{KINDS, Kind};
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
    let checks = KINDS.iter().flat_map(checks).collect();
    tier::run_at_once(CHECKS_AT_ONCE, start, checks)
}

/// What is tried of one service, one after the other: they share an app.
fn checks(kind: &'static Kind) -> Vec<Check<Services>> {
    let of = |what: String| format!("{}: {what}", kind.name);
    let name = of("starts as rendered, and two languages write and read".to_owned());
    let mut checks = vec![Check::new(name, move |services| restarts::answers(services, kind))];
    if kind.keeps {
        let name = of("what was written is there after its pod was deleted, which ends in time".to_owned());
        checks.push(Check::new(name, move |services| restarts::survives(services, kind)));
    }
    if kind.rotates {
        let lost = if kind.gapless { "without a lost request" } else { "with what is lost counted" };
        let name = of(format!("its password is changed twice under load, as printed, {lost}"));
        checks.push(Check::new(name, move |services| rotation::rotates(services, kind)));
    }
    if let Some((old, new)) = kind.allowed {
        let name = of(format!("from {old} to {new} it keeps its data"));
        checks.push(Check::new(name, move |services| upgrades::keeps(services, kind, (old, new))));
    }
    if let Some((old, new)) = kind.refused {
        let name = of(format!("from {old} to {new} is refused, and would not start"));
        checks.push(Check::new(name, move |services| upgrades::refused(services, kind, (old, new))));
    }
    checks
}
