//! A GitOps repository as a person begins it: by `cupaas init`, and by the commands that it prints.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tokio::sync::Mutex;

use crate::cluster::Cluster;
use crate::git::WorkTree;
use crate::gitea::{Gitea, USER};
use crate::parts;

/// A copy of a repository, and what was asked of its history.
pub struct Person {
    pub tree: WorkTree,
    /// Whether the first commit is the second or follows it.
    pub contains: BTreeMap<(String, String), bool>,
}

/// What one engine delivers from: `flux` or `argocd`.
pub struct Platform {
    engine: &'static str,
    /// The repository's address, without credentials.
    pub address: String,
    /// A person who looks at it.
    pub person: Mutex<Person>,
    /// Where cupaas keeps the age identity: a person's own folder.
    pub home: PathBuf,
    /// Further arguments of the engine that `init` asks for.
    pub arguments: Vec<String>,
    token: String,
    kubeconfig: PathBuf,
}

impl Platform {
    /// Makes the repository on the forge, begins it, and lets the engine watch it.
    pub async fn start(engine: &'static str, gitea: &Gitea, cluster: &Cluster) -> Result<Self> {
        let name = format!("gitops-{engine}");
        let address = gitea.create_repository(&name).await?;
        let folder = cluster.running.folder(&name)?;
        let tree = WorkTree::init(&folder.join("tree"), &address, Some(&gitea.token))?;
        let mut platform = Self {
            engine,
            address,
            person: Mutex::new(Person { tree: tree.clone(), contains: BTreeMap::new() }),
            arguments: Vec::new(),
            home: folder,
            token: gitea.token.clone(),
            kubeconfig: cluster.kubeconfig.clone(),
        };
        let words = ["--registry", "registry.example.cu/me", "--domain", "apps.example.cu", "--url"];
        let mut init = platform.cupaas(&tree.folder)?;
        init.arg("init").args(words).args([&platform.address, "--delivery", engine]);
        let wrote = answer(&mut init)?;
        // What a person adds: a second environment, and a recipe of the platform's own.
        let settings = std::fs::read_to_string(tree.folder.join("cupaas.yaml"))?;
        let staging = "environments:\n  staging:\n    cluster: home\n    domain: apps.example.cu\n";
        // And the forge hears of every rollout; most apps of this tier are on a forge that is not there.
        let status = "flux:\n  status: {secret: forge-token, forge: gitea}\n";
        let settings = settings.replacen("environments:\n", staging, 1).replacen("flux:\n", status, 1);
        tree.write("cupaas.yaml", &settings)?;
        for file in ["recipe.yaml", "workload.yaml.j2", "service.yaml.j2"] {
            let own = "catalog/services/memcached";
            let from = parts::repository().join("tests/cases/render/new-service/gitops").join(own);
            tree.write(&format!("{own}/{file}"), &std::fs::read_to_string(from.join(file))?)?;
        }
        tree.publish("Begin")?;
        platform.let_it_read()?;
        for step in wrote["next"].as_array().into_iter().flatten() {
            let step = step.as_str().unwrap_or_default();
            let Some((_, command)) = step.split_once(": ") else { continue };
            // Here the engines' parts are processes, which are started afterwards: they get what their Deployment
            // would, and what restarts a pod is not needed.
            let command = command.split(" && ").next().unwrap_or_default();
            if command.contains(" patch deployment ") {
                let value = command.split("\"value\":\"").nth(1).and_then(|rest| rest.split('"').next());
                platform.arguments.extend(value.map(str::to_owned));
            } else if command.starts_with("kubectl ") {
                platform.shell(&tree.folder, command)?;
            }
        }
        Ok(platform)
    }

    /// What `flux create secret git` and `argocd repo add` do, which are not among the parts.
    fn let_it_read(&self) -> Result<()> {
        let (namespace, secret, url) = match self.engine {
            "flux" => ("flux-system", "cupaas", String::new()),
            _ => ("argocd", "gitops", format!(" --from-literal=url={}", self.address)),
        };
        let create = format!(
            "kubectl -n {namespace} create secret generic {secret} --from-literal=username={USER} \
             --from-literal=password=\"$TOKEN\"{url}"
        );
        self.shell(&self.home, &create)?;
        if self.engine == "flux" {
            let token = "printf %s \"$TOKEN\" | kubectl -n flux-system create secret generic forge-token \
                         --from-file=token=/dev/stdin";
            self.shell(&self.home, token)?;
        }
        if self.engine == "argocd" {
            let label = "kubectl -n argocd label secret gitops argocd.argoproj.io/secret-type=repository";
            self.shell(&self.home, label)?;
        }
        Ok(())
    }

    /// Gives a program `kubectl`, with every right in the cluster.
    pub fn with_kubectl(&self, command: &mut Command) -> Result<()> {
        let kubectl = parts::program("kubectl")?;
        let folders = [kubectl.parent().context("kubectl")?.to_path_buf(), "/usr/bin".into(), "/bin".into()];
        command.env("PATH", std::env::join_paths(folders)?).env("KUBECONFIG", &self.kubeconfig);
        Ok(())
    }

    /// Runs what a person would type into a shell that has `kubectl`; what it prints.
    pub fn shell(&self, folder: &Path, command: &str) -> Result<String> {
        let mut shell = Command::new("sh");
        self.with_kubectl(&mut shell)?;
        shell.args(["-euc", command]).current_dir(folder);
        shell.env("HOME", &self.home).env("TOKEN", &self.token);
        let out = shell.output()?;
        ensure!(out.status.success(), "{command}: {}", String::from_utf8_lossy(&out.stderr));
        Ok(String::from_utf8(out.stdout)?)
    }

    /// `cupaas` as a CI job has it: this repository, and a token in the environment.
    pub fn cupaas(&self, folder: &Path) -> Result<Command> {
        let mut command = Command::new(parts::cupaas()?);
        command.current_dir(folder).env_clear().env("PATH", "/usr/bin:/bin").env("HOME", &self.home);
        command.env("CUPAAS_HOME", &self.home).env("CUPAAS_FORMAT", "json");
        command.env("CUPAAS_GITOPS", &self.address).env("CUPAAS_GITOPS_TOKEN", &self.token);
        command.env("CUPAAS_FORGE_TOKEN", &self.token);
        Ok(command)
    }
}

/// Runs it; the JSON that it prints.
pub fn answer(command: &mut Command) -> Result<Value> {
    let out = command.output().context("cupaas")?;
    if !out.status.success() {
        let said = String::from_utf8_lossy(&out.stderr);
        bail!("{command:?}: {}: {}{said}", out.status, String::from_utf8_lossy(&out.stdout));
    }
    Ok(serde_json::from_slice(&out.stdout)?)
}
