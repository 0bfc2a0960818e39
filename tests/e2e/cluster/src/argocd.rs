//! Argo CD: its application-controller and repo-server, and a Redis, as plain processes beside the cluster.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::parts;
use crate::server::{Mode, Server};
use crate::wait::{Seen, until};

/// Where Argo CD and its objects are.
pub const NAMESPACE: &str = "argocd";
const REDIS: &str = "127.0.0.1:6379";
const REPOSITORIES: &str = "127.0.0.1:8081";

/// Makes what its installation brings along, so that it can be configured before it starts. The CRDs must be there.
pub async fn prepare(server: &Server) -> Result<()> {
    let of_it = |kind: &str, name: &str| {
        json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": NAMESPACE,
               "labels": {"app.kubernetes.io/name": name, "app.kubernetes.io/part-of": "argocd"}}})
    };
    let mut secret = of_it("Secret", "argocd-secret");
    secret["stringData"] = json!({"server.secretkey": "only-for-this-run"});
    let maps = ["cm", "cmd-params-cm", "rbac-cm", "gpg-keys-cm", "ssh-known-hosts-cm", "tls-certs-cm"];
    let maps = maps.map(|name| of_it("ConfigMap", &format!("argocd-{name}")));
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}});
    for object in [namespace, secret].into_iter().chain(maps) {
        let answer = server.apply(&object, Mode::Store).await?;
        ensure!(answer.taken(), "{}: {}", object["metadata"]["name"], answer.message());
    }
    Ok(())
}

/// Starts it, as it is configured now.
pub fn start(cluster: &mut Cluster) -> Result<()> {
    let folder = cluster.running.folder("argocd")?;
    let mut redis = Command::new(parts::program("redis-server")?);
    redis.args(["--bind", "127.0.0.1", "--port", "6379", "--save", "", "--appendonly", "no", "--dir"]);
    cluster.running.run("redis-server", redis.arg(&folder))?;
    let redis = format!("--redis={REDIS}");
    let mut repositories = part(cluster, "argocd-repo-server", &folder)?;
    repositories.args(["--disable-tls", &redis, "--port=8081", "--metrics-port=8184"]);
    cluster.running.run("argocd-repo-server", &mut repositories)?;
    let mut controller = part(cluster, "argocd-application-controller", &folder)?;
    controller.arg(format!("--kubeconfig={}", cluster.kubeconfig.display()));
    controller.args([&format!("--namespace={NAMESPACE}"), &redis]);
    controller.args([
        &format!("--repo-server={REPOSITORIES}"),
        "--repo-server-plaintext",
        "--metrics-port=8182",
    ]);
    cluster.running.run("argocd-application-controller", &mut controller)
}

/// The one program, which is by its name told what to be; git asks it for a password as `argocd`.
fn part(cluster: &Cluster, name: &str, folder: &Path) -> Result<Command> {
    let folders = ["programs", "tls", "ssh", "gpg", "keys", "plugins"].map(|each| folder.join(each));
    for each in &folders {
        fs::create_dir_all(each)?;
    }
    let [programs, tls, ssh, source, keys, plugins] = &folders;
    let program = parts::folder("argocd")?.join("cmd");
    for name in ["argocd", name] {
        if !programs.join(name).exists() {
            symlink(&program, programs.join(name))?;
        }
    }
    let kustomize = parts::program("kustomize")?;
    let kustomize = kustomize.parent().context("kustomize")?;
    let path = std::env::join_paths([programs, kustomize, "/usr/bin".as_ref(), "/bin".as_ref()])?;
    let mut command = Command::new(programs.join(name));
    command.current_dir(folder).env("HOME", folder).env("KUBECONFIG", &cluster.kubeconfig).env("PATH", path);
    command.env("ARGOCD_FAKE_IN_CLUSTER", "true").env("ARGOCD_GPG_ENABLED", "false");
    command.env("ARGOCD_TLS_DATA_PATH", tls).env("ARGOCD_SSH_DATA_PATH", ssh);
    command
        .env("ARGOCD_GPG_DATA_PATH", source)
        .env("GNUPGHOME", keys)
        .env("ARGOCD_PLUGINSOCKFILEPATH", plugins);
    Ok(command)
}

/// The path of an Application in the API.
pub fn path(name: &str) -> String {
    format!("/apis/argoproj.io/v1alpha1/namespaces/{NAMESPACE}/applications/{name}")
}

/// The Application, or `{}` where there is none.
pub async fn application(server: &Server, name: &str) -> Result<Value> {
    let answer = server.read(&path(name)).await?;
    ensure!(answer.taken() || answer.status == 404, "{name}: {}", answer.message());
    Ok(if answer.taken() { answer.body } else { json!({}) })
}

/// What `argocd app get --refresh` does, and a forge's webhook: the repository is looked at now.
pub async fn refresh(server: &Server, name: &str) -> Result<()> {
    let asked = json!({"metadata": {"annotations": {"argocd.argoproj.io/refresh": "normal"}}});
    let answer = server.patch(&path(name), "argocd", &asked).await?;
    ensure!(answer.taken(), "{name}: {}", answer.message());
    Ok(())
}

/// What `argocd app sync` does: all that the Application holds is applied again. Waits until that is over. Argo CD may
/// begin to sync by itself at the same moment, and what was asked for is gone with the end of that: it is asked again.
pub async fn sync(server: &Server, name: &str, within: Duration) -> Result<()> {
    let before = application(server, name).await?["status"]["operationState"]["startedAt"].take();
    until("Argo CD synced again", within, async || {
        let mut application = application(server, name).await?;
        let state = application["status"]["operationState"].take();
        // Times are whole seconds.
        let by_hand = state["operation"]["initiatedBy"]["username"] == "ana" && state["startedAt"] != before;
        if by_hand && state["phase"] == "Succeeded" {
            return Ok(Seen::Yes(()));
        }
        if application["operation"].is_null() {
            let operation = json!({"operation": {"initiatedBy": {"username": "ana"}, "sync": {
                "revision": application["status"]["sync"]["revision"],
                "syncOptions": application["spec"]["syncPolicy"]["syncOptions"]}}});
            let answer = server.patch(&path(name), "argocd", &operation).await?;
            ensure!(answer.taken(), "{name}: {}", answer.message());
        }
        Ok(Seen::NotYet(format!("{} {}", state["phase"], state["message"])))
    })
    .await
}
