//! A node: containerd, kubelet, kube-proxy, and beside them a scheduler, DNS and a registry.
//!
//! `tests/e2e/cluster.sh` gives the tier a `/run`, a `/var` and cgroups of its own, so that the usual places are
//! free.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::parts;
use crate::wait::{Seen, until};

/// The address of the registry on the node: for what is built, and a mirror of Docker Hub for what is pulled.
pub const REGISTRY: &str = "127.0.0.1:5000";
/// The node's address.
const ADDRESS: &str = "192.0.2.10";
/// The address of the cluster's DNS.
const DNS: &str = "10.96.0.10";
const SOCKET: &str = "/run/containerd/containerd.sock";

/// Starts a node whose registry has the images of these parts, the first one's above the others', and waits until pods
/// can run on it.
pub async fn start(cluster: &mut Cluster, images: &[&str]) -> Result<()> {
    network()?;
    registry(cluster, images)?;
    containerd(cluster).await?;
    cluster.with("kube-scheduler", &["--leader-elect=false"])?;
    kubelet(cluster)?;
    // A network namespace of one's own may not change the limits of connection tracking.
    let proxy = [
        "--proxy-mode=iptables",
        "--cluster-cidr=10.244.0.0/16",
        "--hostname-override=node",
        "--conntrack-max-per-core=0",
        "--conntrack-tcp-timeout-established=0",
        "--conntrack-tcp-timeout-close-wait=0",
    ];
    cluster.with("kube-proxy", &proxy)?;
    dns(cluster)?;
    until("the node", Duration::from_secs(120), async || {
        cluster.running.alive()?;
        let Ok(node) = cluster.look("/api/v1/nodes/node").await else {
            return Ok(Seen::NotYet("not registered".into()));
        };
        let ready = condition(&node, "Ready");
        Ok(if ready["status"] == "True" { Seen::Yes(()) } else { Seen::NotYet(ready.to_string()) })
    })
    .await
}

/// The condition of this type in an object's status.
pub fn condition(object: &Value, kind: &str) -> Value {
    let conditions = object["status"]["conditions"].as_array().into_iter().flatten();
    conditions.into_iter().find(|one| one["type"] == kind).cloned().unwrap_or_default()
}

/// The node's own address and that of DNS, and forwarding between pods, through the rules for Services.
fn network() -> Result<()> {
    // A bridge of nothing, since not every kernel has dummy interfaces.
    run("ip", &["link", "add", "node", "type", "bridge"])?;
    for address in [ADDRESS, DNS] {
        run("ip", &["address", "add", &format!("{address}/32"), "dev", "node"])?;
    }
    run("ip", &["link", "set", "node", "up"])?;
    fs::write("/proc/sys/net/ipv4/ip_forward", "1")?;
    let bridged = "/proc/sys/net/bridge/bridge-nf-call-iptables";
    fs::write(bridged, "1").context("bridged packets pass no rules here: needs br_netfilter")
}

fn registry(cluster: &mut Cluster, images: &[&str]) -> Result<()> {
    // What is pushed lies above the images that were made before, and goes with the tier.
    let folder = cluster.running.folder("registry")?;
    let images: Vec<_> = images.iter().map(|part| parts::folder(part)).collect::<Result<_>>()?;
    let images = images.iter().map(|part| part.display().to_string()).collect::<Vec<_>>().join(":");
    let (upper, work, all) = (folder.join("upper"), folder.join("work"), folder.join("all"));
    for folder in [&upper, &work, &all] {
        fs::create_dir(folder)?;
    }
    let places = format!("lowerdir={images},upperdir={},workdir={}", upper.display(), work.display());
    let all = all.display().to_string();
    run("mount", &["-t", "overlay", "registry", "-o", &places, &all])?;
    let config = json!({
        "version": "0.1", "log": {"level": "warn"},
        "storage": {"filesystem": {"rootdirectory": all}}, "http": {"addr": REGISTRY},
    });
    let file = folder.join("registry.yaml");
    fs::write(&file, config.to_string())?;
    cluster.running.run("registry", Command::new("docker-registry").arg("serve").arg(file))
}

async fn containerd(cluster: &mut Cluster) -> Result<()> {
    let folder = cluster.running.folder("containerd")?;
    let networks = folder.join("networks");
    fs::create_dir(&networks)?;
    let network = json!({
        "cniVersion": "1.0.0", "name": "pods",
        "plugins": [{
            "type": "bridge", "bridge": "cni0", "isGateway": true, "hairpinMode": true,
            "ipam": {
                "type": "host-local", "ranges": [[{"subnet": "10.244.0.0/24"}]], "routes": [{"dst": "0.0.0.0/0"}],
            },
        }],
    });
    fs::write(networks.join("10-pods.conflist"), network.to_string())?;
    // As k3s' registries.yaml does it for a mirror.
    let hosts = folder.join("hosts");
    fs::create_dir_all(hosts.join("docker.io"))?;
    let mirror = format!("[host.\"http://{REGISTRY}\"]\n  capabilities = [\"pull\", \"resolve\"]\n");
    fs::write(hosts.join("docker.io/hosts.toml"), mirror)?;
    // A score below one's own needs a capability that root in a container may lack.
    let config = format!(
        r#"version = 2
[plugins."io.containerd.grpc.v1.cri"]
  restrict_oom_score_adj = true
  sandbox_image = "{REGISTRY}/pause:1"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "{}"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "{}"
"#,
        networks.display(),
        hosts.display()
    );
    let file = folder.join("config.toml");
    fs::write(&file, config)?;
    cluster.running.run("containerd", Command::new("containerd").arg("--config").arg(file))?;
    until("containerd", Duration::from_secs(30), async || {
        cluster.running.alive()?;
        Ok(if Path::new(SOCKET).exists() { Seen::Yes(()) } else { Seen::NotYet("no socket".into()) })
    })
    .await
}

fn kubelet(cluster: &mut Cluster) -> Result<()> {
    let folder = cluster.running.folder("kubelet")?;
    // Names outside the cluster are nobody's here.
    fs::write(folder.join("resolv.conf"), format!("nameserver {DNS}\n"))?;
    let config = json!({
        "apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration",
        // Nobody else is in this network: the API server comes without a certificate for `kubectl exec` and `logs`.
        "authentication": {"anonymous": {"enabled": true}, "webhook": {"enabled": false}},
        "authorization": {"mode": "AlwaysAllow"},
        "clusterDNS": [DNS], "clusterDomain": "cluster.local", "resolvConf": folder.join("resolv.conf"),
        "containerRuntimeEndpoint": format!("unix://{SOCKET}"),
        // Also without systemd, without the unified hierarchy, and where root may not have every controller.
        "cgroupDriver": "cgroupfs", "cgroupsPerQOS": false, "enforceNodeAllocatable": [],
        "failCgroupV1": false, "failSwapOn": false,
        // A disk that is nearly full is this machine's own matter.
        "evictionHard": {"memory.available": "50Mi"}, "imageGCHighThresholdPercent": 100,
    });
    let file = folder.join("config.json");
    fs::write(&file, config.to_string())?;
    let config = format!("--config={}", file.display());
    let address = format!("--node-ip={ADDRESS}");
    cluster.with("kubelet", &[&config, &address, "--hostname-override=node"])
}

/// CoreDNS, which answers for Services and pods, on the node.
fn dns(cluster: &mut Cluster) -> Result<()> {
    let file = cluster.running.folder("dns")?.join("Corefile");
    let config = format!(
        "cluster.local {{\n bind {DNS}\n errors\n cache 5\n kubernetes {{\n  kubeconfig {}\n }}\n}}\n",
        cluster.kubeconfig.display()
    );
    fs::write(&file, config)?;
    let program = parts::folder("coredns")?.join("coredns");
    cluster.running.run("coredns", Command::new(program).arg("-conf").arg(file))
}

fn run(program: &str, arguments: &[&str]) -> Result<()> {
    let said = Command::new(program).args(arguments).output().with_context(|| program.to_owned())?;
    ensure!(
        said.status.success(),
        "{program} {}: {}",
        arguments.join(" "),
        String::from_utf8_lossy(&said.stderr)
    );
    Ok(())
}
