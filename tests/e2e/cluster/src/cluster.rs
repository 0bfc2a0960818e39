//! etcd and a Kubernetes API server, and the controllers that a tier asks for.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use serde_json::{Value, json};

use crate::parts;
use crate::running::Running;
use crate::server::{Mode, Server};
use crate::wait::{Seen, until};

const API: &str = "https://127.0.0.1:6443";
const ETCD: &str = "http://127.0.0.1:2379";
const TOKEN: &str = "administrator";

/// A running control plane.
pub struct Cluster {
    /// Its client, with every right.
    pub client: Client,
    /// A kubeconfig for it, with every right.
    pub kubeconfig: PathBuf,
    /// Its programs.
    pub running: Running,
    programs: PathBuf,
    folder: PathBuf,
}

impl Cluster {
    /// Starts etcd and the API server, with data in `work` and logs in `logs`.
    pub async fn start(work: &Path, logs: &Path) -> Result<Self> {
        let programs = parts::folder("kubernetes")?;
        let mut running = Running::new(work, logs);
        let folder = running.folder("kubernetes")?;
        running.run("etcd", &mut etcd(&folder)?)?;
        running.run("kube-apiserver", &mut api_server(&programs, &folder)?)?;
        let certificate = folder.join("certificates/apiserver.crt");
        let kubeconfig = folder.join("kubeconfig");
        let client = until("the API server's certificate", Duration::from_secs(60), async || {
            running.alive()?;
            if !certificate.exists() {
                return Ok(Seen::NotYet("none".into()));
            }
            write_kubeconfig(&kubeconfig, &certificate)?;
            let config = Kubeconfig::read_from(&kubeconfig)?;
            match Config::from_custom_kubeconfig(config, &KubeConfigOptions::default()).await {
                Ok(config) => Ok(Seen::Yes(Client::try_from(config)?)),
                // It is being written.
                Err(error) => Ok(Seen::NotYet(error.to_string())),
            }
        })
        .await?;
        until("the API server", Duration::from_secs(120), async || {
            running.alive()?;
            let ready = client.request_text(http::Request::get("/readyz").body(Vec::new())?).await;
            Ok(match ready {
                Ok(_) => Seen::Yes(()),
                Err(error) => Seen::NotYet(error.to_string()),
            })
        })
        .await?;
        Ok(Self { client, kubeconfig, running, programs, folder })
    }

    /// Makes the kinds known that cupaas renders and Kubernetes does not have, and waits until they are served.
    pub async fn with_crds(&self) -> Result<()> {
        self.with_crds_of(&[""]).await
    }

    /// The same of some projects alone, by the beginnings of their files' names: the server spends seconds on each.
    pub async fn with_crds_of(&self, projects: &[&str]) -> Result<()> {
        let server = Server::discover(self.client.clone()).await?;
        let mut definitions = Vec::new();
        for entry in fs::read_dir(parts::folder("crds")?)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if !projects.iter().any(|project| name.starts_with(project)) {
                continue;
            }
            let text = fs::read_to_string(entry.path())?;
            let values: Vec<Value> = serde_saphyr::from_multiple(&text)?;
            definitions.extend(values.into_iter().filter(|one| one["kind"] == "CustomResourceDefinition"));
        }
        for definition in &definitions {
            let answer = server.apply(definition, Mode::Store).await?;
            ensure!(answer.taken(), "{}: {}", definition["metadata"]["name"], answer.message());
        }
        for definition in &definitions {
            let name = definition["metadata"]["name"].as_str().unwrap_or_default();
            until(name, Duration::from_secs(30), async || {
                let conditions = server.get(definition).await?.body["status"]["conditions"].take();
                let established = conditions.as_array().into_iter().flatten();
                let established =
                    established.filter(|one| one["type"] == "Established" && one["status"] == "True");
                Ok(if established.count() > 0 { Seen::Yes(()) } else { Seen::NotYet(conditions.to_string()) })
            })
            .await?;
        }
        Ok(())
    }

    /// Starts another part of Kubernetes with access to the API server.
    pub fn with(&mut self, program: &str, arguments: &[&str]) -> Result<()> {
        let mut command = Command::new(self.programs.join(program));
        command.arg(format!("--kubeconfig={}", self.kubeconfig.display())).args(arguments);
        self.running.run(program, &mut command)
    }

    /// What there is at a path of the API, such as a list of objects.
    pub async fn look(&self, path: &str) -> Result<Value> {
        look(&self.client, path).await
    }

    /// The controllers that give a cluster its life: Deployments, Jobs, namespaces, claims and so on.
    pub fn with_controllers(&mut self) -> Result<()> {
        let key = self.folder.join("service-accounts.key");
        let key = format!("--service-account-private-key-file={}", key.display());
        self.with(
            "kube-controller-manager",
            &[&key, "--leader-elect=false", "--use-service-account-credentials"],
        )
    }
}

/// What there is at a path of the API, such as a list of objects.
pub async fn look(client: &Client, path: &str) -> Result<Value> {
    Ok(client.request(http::Request::get(path).body(Vec::new())?).await?)
}

fn etcd(folder: &Path) -> Result<Command> {
    let mut command = Command::new(parts::folder("etcd")?.join("etcd"));
    command.arg("--data-dir").arg(folder.join("etcd"));
    command.args(["--listen-client-urls", ETCD, "--advertise-client-urls", ETCD]);
    command.args(["--listen-peer-urls", "http://127.0.0.1:2380", "--unsafe-no-fsync"]);
    Ok(command)
}

fn api_server(programs: &Path, folder: &Path) -> Result<Command> {
    let key = folder.join("service-accounts.key");
    let made = Command::new("openssl").args(["genpkey", "-algorithm", "RSA", "-out"]).arg(&key).output();
    let made = made.context("openssl")?;
    ensure!(made.status.success(), "openssl: {}", String::from_utf8_lossy(&made.stderr));
    let tokens = folder.join("tokens.csv");
    fs::write(&tokens, format!("{TOKEN},administrator,1,system:masters\n"))?;
    let mut command = Command::new(programs.join("kube-apiserver"));
    command.arg(format!("--etcd-servers={ETCD}"));
    // An API server advertises no loopback address; nothing in these tiers asks for the advertised one.
    command.arg("--advertise-address=192.0.2.1");
    command.args(["--bind-address=127.0.0.1", "--secure-port=6443", "--authorization-mode=RBAC"]);
    command.arg(format!("--cert-dir={}", folder.join("certificates").display()));
    command.arg(format!("--token-auth-file={}", tokens.display()));
    command.args(["--service-account-issuer=https://kubernetes.default.svc", "--allow-privileged"]);
    command.arg(format!("--service-account-key-file={}", key.display()));
    command.arg(format!("--service-account-signing-key-file={}", key.display()));
    // Names of nodes are nobody's.
    command.arg("--kubelet-preferred-address-types=InternalIP");
    command.args(["--service-cluster-ip-range=10.96.0.0/16", "--enable-admission-plugins=PodSecurity"]);
    Ok(command)
}

fn write_kubeconfig(file: &Path, certificate: &Path) -> Result<()> {
    let config = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "it",
        "clusters": [{"name": "it", "cluster": {"server": API, "certificate-authority": certificate}}],
        "users": [{"name": "it", "user": {"token": TOKEN}}],
        "contexts": [{"name": "it", "context": {"cluster": "it", "user": "it"}}],
    });
    Ok(fs::write(file, config.to_string())?)
}
