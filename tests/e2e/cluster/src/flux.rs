//! Flux: source-controller, kustomize-controller and notification-controller, as plain processes beside the cluster.

use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Result, ensure};
use serde_json::json;

use crate::cluster::Cluster;
use crate::parts;
use crate::server::Server;

/// Where Flux and its objects are.
pub const NAMESPACE: &str = "flux-system";
const ARTIFACTS: &str = "127.0.0.1:9790";
/// Where notification-controller hears of events.
const EVENTS: &str = "127.0.0.1:9791";

/// Makes its namespace, so that it can be configured before it starts.
pub async fn prepare(server: &Server) -> Result<()> {
    let namespace = json!({"kind": "Namespace", "metadata": {"name": NAMESPACE}});
    let made = server.post("/api/v1/namespaces", &namespace).await?;
    ensure!(made.taken(), "{}", made.message());
    Ok(())
}

/// Starts the controllers, kustomize-controller with further `arguments`. The CRDs must be there.
///
/// They run with their defaults, but that `dependsOn` is looked at each second, and that many apps may wait at a time.
pub fn start(cluster: &mut Cluster, arguments: &[String]) -> Result<()> {
    for program in ["notification-controller", "source-controller", "kustomize-controller"] {
        let mut command = command(cluster, program, arguments)?;
        cluster.running.run(program, &mut command)?;
    }
    Ok(())
}

/// Starts one of them again, as [`start`] has.
pub fn start_again(cluster: &mut Cluster, program: &str, arguments: &[String]) -> Result<()> {
    let mut command = command(cluster, program, arguments)?;
    cluster.running.run(program, &mut command)
}

fn command(cluster: &Cluster, program: &str, arguments: &[String]) -> Result<Command> {
    let mut command = Command::new(parts::folder("flux")?.join(program));
    command.env("KUBECONFIG", &cluster.kubeconfig).env("RUNTIME_NAMESPACE", NAMESPACE);
    command.args(["--metrics-addr=0", "--watch-all-namespaces", "--log-encoding=console"]);
    // Many clients of one API server, all of them on this machine.
    command.args(["--kube-api-qps=500", "--kube-api-burst=1000"]);
    match program {
        "notification-controller" => {
            command.arg(format!("--events-addr={EVENTS}"));
            command.args(["--health-addr=127.0.0.1:9442", "--receiverAddr=127.0.0.1:9792"]);
        }
        "source-controller" => {
            let storage = cluster.running.folder("flux")?;
            command.arg(format!("--storage-path={}", storage.display()));
            command.args([&format!("--events-addr=http://{EVENTS}/"), "--health-addr=127.0.0.1:9440"]);
            command.args(["--storage-addr", "--storage-adv-addr"].map(|flag| format!("{flag}={ARTIFACTS}")));
        }
        _ => {
            command.args([&format!("--events-addr=http://{EVENTS}/"), "--health-addr=127.0.0.1:9441"]);
            command.args(["--requeue-dependency=1s", "--concurrent=40"]).args(arguments);
        }
    }
    Ok(command)
}

/// What `flux reconcile` does: the object is looked at now, whatever its interval.
pub async fn reconcile(server: &Server, plural: &str, name: &str) -> Result<()> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let group =
        if plural == "kustomizations" { "kustomize.toolkit.fluxcd.io" } else { "source.toolkit.fluxcd.io" };
    let path = format!("/apis/{group}/v1/namespaces/{NAMESPACE}/{plural}/{name}");
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let asked = json!({"metadata": {"annotations": {"reconcile.fluxcd.io/requestedAt": number.to_string()}}});
    let answer = server.patch(&path, "flux", &asked).await?;
    ensure!(answer.taken(), "{plural}/{name}: {}", answer.message());
    Ok(())
}
