//! A GitOps repository on this machine, begun by `cupaas init`, whose credentials are sealed for a person's own key.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context, Result, ensure};
use cupaas_cluster_tests::cluster::Cluster;
use cupaas_cluster_tests::git::WorkTree;
use cupaas_cluster_tests::image::output;
use cupaas_cluster_tests::node::REGISTRY;
use cupaas_cluster_tests::{parts, trees};
use serde_json::Value;

/// The repository, and the person who keeps its key.
pub(crate) struct Platform {
    /// The bare repository.
    gitops: PathBuf,
    /// Where cupaas keeps the key, and where the apps' folders are.
    pub(crate) home: PathBuf,
    kubeconfig: PathBuf,
}

impl Platform {
    /// Begins it.
    pub(crate) fn start(cluster: &Cluster) -> Result<Self> {
        let home = cluster.running.folder("platform")?;
        let gitops = home.join("gitops.git");
        output(
            Command::new("git").args(["init", "--quiet", "--bare", "--initial-branch=main"]).arg(&gitops),
        )?;
        let platform = Self { gitops, home, kubeconfig: cluster.kubeconfig.clone() };
        let tree =
            WorkTree::init(&platform.home.join("begin"), &platform.gitops.display().to_string(), None)?;
        let words = ["init", "--registry", "registry.example.cu/me", "--domain", "apps.example.cu"];
        let url = ["--url", "https://git.example.cu/me/gitops.git"];
        platform.asked(platform.cupaas()?.args(words).args(url).current_dir(&tree.folder))?;
        let settings = fs::read_to_string(tree.folder.join("cupaas.yaml"))?;
        let mirror = format!("registry:\n  mirror: {REGISTRY}\n");
        tree.write("cupaas.yaml", &settings.replacen("registry:\n", &mirror, 1))?;
        tree.publish("Begin")?;
        Ok(platform)
    }

    /// `cupaas`, which writes to this repository.
    pub(crate) fn cupaas(&self) -> Result<Command> {
        let mut command = Command::new(parts::cupaas()?);
        command.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", &self.home);
        command.env("CUPAAS_HOME", &self.home).env("CUPAAS_FORMAT", "json").env("CUPAAS_CI", "none");
        command.env("CUPAAS_GITOPS", &self.gitops).env("CUPAAS_ENV", "production");
        Ok(command)
    }

    /// What a command of cupaas's has printed, or an error where it has failed.
    pub(crate) fn asked(&self, command: &mut Command) -> Result<Value> {
        Ok(serde_json::from_str(&output(command)?)?)
    }

    /// What it has printed, whatever became of it.
    pub(crate) fn tried(&self, command: &mut Command) -> Result<Output> {
        command.output().context("cupaas")
    }

    /// The objects of an app as the repository has them now, with their credentials in clear as an engine applies them.
    pub(crate) fn objects(&self, app: &str) -> Result<Vec<(String, Value)>> {
        let tree = self.home.join(format!("{app}-tree"));
        let _ = fs::remove_dir_all(&tree);
        output(Command::new("git").args(["clone", "--quiet"]).arg(&self.gitops).arg(&tree))?;
        let own = format!("{app}-production");
        let mut objects = trees::read(&tree)?;
        objects.retain(|(_, object)| {
            let metadata = &object["metadata"];
            metadata["namespace"] == own.as_str()
                || (object["kind"] == "Namespace" && metadata["name"] == own.as_str())
        });
        for (file, object) in objects.iter_mut().filter(|(_, object)| object.get("sops").is_some()) {
            let mut sops = Command::new(parts::program("sops")?);
            sops.env("SOPS_AGE_KEY_FILE", self.home.join("age/keys.txt")).arg("decrypt").arg(tree.join(file));
            *object = serde_saphyr::from_str(&output(&mut sops)?)?;
        }
        Ok(objects)
    }

    /// Runs what a person would type into a shell that has `kubectl`; what it prints.
    pub(crate) fn shell(&self, command: &str) -> Result<String> {
        let kubectl = parts::program("kubectl")?;
        let folders = [kubectl.parent().context("kubectl")?.to_path_buf(), "/usr/bin".into(), "/bin".into()];
        let mut shell = Command::new("sh");
        shell.args(["-euc", command]).env_clear().env("PATH", std::env::join_paths(folders)?);
        shell.env("KUBECONFIG", &self.kubeconfig).env("HOME", &self.home);
        let out = shell.output()?;
        let said = String::from_utf8_lossy(&out.stdout);
        ensure!(out.status.success(), "{command}: {}{said}", String::from_utf8_lossy(&out.stderr));
        Ok(said.into_owned())
    }

    /// The folder of an app's source, with this `.cupaas`.
    pub(crate) fn source(&self, app: &str, says: &BTreeMap<&str, Value>) -> Result<PathBuf> {
        let folder: &Path = &self.home.join(app);
        fs::create_dir_all(folder)?;
        fs::write(folder.join(".cupaas"), serde_json::to_string(says)?)?;
        Ok(folder.to_path_buf())
    }
}
