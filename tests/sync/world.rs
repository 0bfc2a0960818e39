//! A platform with a registry, and apps' repositories beside it.

use std::process::Command;

use serde_json::Value;

use super::registry::{Manner, Registry};
use crate::sandbox::{Ran, Sandbox, ran};

pub(crate) const APP: &str = "runtime: image\nprocesses: {web: {command: serve}}\n";

pub(crate) struct World {
    pub(crate) sandbox: Sandbox,
    pub(crate) gitops: String,
    pub(crate) registry: Registry,
}

impl World {
    /// One environment, which asks for no branch.
    pub(crate) fn new(apps: &[(&str, &str)]) -> Self {
        Self::with("production: {cluster: home, domain: apps.example.cu}", apps)
    }

    /// `apps`: registrations by name, in which `ROOT` is the folder that holds all repositories.
    pub(crate) fn with(environments: &str, apps: &[(&str, &str)]) -> Self {
        Self::asking(&[], environments, apps)
    }

    /// One environment, on a platform that says this too.
    pub(crate) fn saying(platform: &str, apps: &[(&str, &str)]) -> Self {
        Self::made(&[], "production: {cluster: home, domain: apps.example.cu}", platform, apps)
    }

    /// The same, with a registry that wants to be asked in its own manner.
    pub(crate) fn asking(manners: &[Manner], environments: &str, apps: &[(&str, &str)]) -> Self {
        Self::made(manners, environments, "", apps)
    }

    fn made(manners: &[Manner], environments: &str, more: &str, apps: &[(&str, &str)]) -> Self {
        let sandbox = Sandbox::new();
        let registry = Registry::start(manners);
        let platform = format!(
            "format: 1\nenvironments:\n  {}\nregistry: {{prefix: {}/team}}\n{more}",
            environments.replace('\n', "\n  "),
            registry.host
        );
        sandbox.write("gitops", &[("cupaas.yaml", &platform)]);
        for (name, text) in apps {
            let text = text.replace("ROOT", sandbox.path("").display().to_string().trim_end_matches('/'));
            sandbox.write("gitops/apps", &[(&format!("{name}.yaml"), &text)]);
        }
        let gitops = sandbox.gitops(&[]);
        Self { sandbox, gitops, registry }
    }

    /// A repository whose branch has these files; the commit, whose image is pushed where `image` says so.
    pub(crate) fn source(&self, name: &str, branch: &str, time: u32, files: &[(&str, &str)]) -> String {
        self.sandbox.write(name, files);
        if !self.sandbox.path(name).join(".git").exists() {
            self.sandbox.git(name, &["init", "-q", "-b", branch, "--template="]);
            for setting in ["uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"] {
                self.sandbox.git(name, &["config", setting, "true"]);
            }
        }
        self.sandbox.commit(name, time)
    }

    /// The same, and its image is in the registry.
    pub(crate) fn built(&self, name: &str, time: u32, files: &[(&str, &str)]) -> String {
        let commit = self.source(name, "trunk", time, files);
        self.registry.push(&format!("team/{name}"), &commit);
        commit
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let timeout: &[&str] = if args.contains(&"--timeout") { &[] } else { &["--timeout", "20"] };
        self.sandbox.cupaas(&[&["sync", "--gitops", &self.gitops], timeout, args].concat())
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        ran(&self.command(args).output().unwrap())
    }

    /// What machines read, whatever the exit code.
    pub(crate) fn sync(&self, args: &[&str]) -> Synced {
        read(&self.run(&[args, &["--format", "json"]].concat()))
    }

    pub(crate) fn release(&self, app: &str) -> String {
        self.sandbox.show(&self.gitops, &format!("releases/production/{app}/release.yaml"))
    }

    pub(crate) fn commits(&self) -> usize {
        self.sandbox.commits(&self.gitops)
    }
}

/// What a run said.
pub(crate) struct Synced {
    pub(crate) code: Option<i32>,
    pub(crate) value: Value,
}

pub(crate) fn read(ran: &Ran) -> Synced {
    let value = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}{}", ran.stdout, ran.stderr));
    Synced { code: ran.code, value }
}

impl Synced {
    /// What is said of an app.
    pub(crate) fn app(&self, name: &str) -> &Value {
        let apps = self.value["apps"].as_array().unwrap_or_else(|| panic!("{:#}", self.value));
        apps.iter().find(|app| app["app"] == name).unwrap_or_else(|| panic!("{name}: {:#}", self.value))
    }

    pub(crate) fn status(&self, name: &str) -> &str {
        self.app(name)["status"].as_str().unwrap()
    }
}
