//! A GitOps repository, and commands on it.

use crate::sandbox::{Ran, Sandbox};

pub(crate) const URL: &str = "https://git.example.cu/me/shop.git";
pub(crate) const STAGED: &str = "environments:\n  production: {cluster: home, domain: apps.example.cu}\n\
    \x20 staging: {cluster: home, domain: apps.example.cu, branch: next}\n\
    env: {LAYER: platform, PLATFORM: '1'}\nregistry: {prefix: registry.example.cu/team}\n";

/// A world with a GitOps repository.
pub(crate) struct World {
    pub(crate) sandbox: Sandbox,
    pub(crate) gitops: String,
}

impl World {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let sandbox = Sandbox::new();
        let gitops = sandbox.gitops(files);
        Self { sandbox, gitops }
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        self.sandbox.run(&[args, &["--gitops", &self.gitops]].concat())
    }

    pub(crate) fn good(&self, args: &[&str]) -> Ran {
        let ran = self.run(args);
        assert_eq!(ran.code, Some(0), "cupaas {args:?}\n{}{}", ran.stdout, ran.stderr);
        ran
    }

    pub(crate) fn json(&self, args: &[&str]) -> serde_json::Value {
        serde_json::from_str(&self.good(&[args, &["--format", "json"]].concat()).stdout).unwrap()
    }

    /// Deploys a folder as a CI job of that repository would.
    pub(crate) fn deploy(&self, folder: &str, more: &[&str]) -> serde_json::Value {
        self.json(&[&["deploy", folder, "--env", "production", "--source-repository", URL], more].concat())
    }

    pub(crate) fn show(&self, path: &str) -> String {
        self.sandbox.show(&self.gitops, path)
    }

    pub(crate) fn head(&self) -> String {
        self.sandbox.git("", &["-C", &self.gitops, "rev-parse", "main"])
    }
}
