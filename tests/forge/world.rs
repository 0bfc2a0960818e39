//! An app, its GitOps repository, and the forge that both are on.

use std::process::Command;

use serde_json::Value;

use super::server::{Fault, Heard, JOB, Manner, Server, TOKEN};
use crate::sandbox::{PLATFORM, Ran, Sandbox, ran};

pub(crate) const SHOP: &str = "name: shop\nruntime: image\nprocesses: {web: {command: serve}}\n";
/// An image that does not follow the commit.
pub(crate) const IMAGE: [&str; 2] = [
    "--image",
    "registry.example.cu/x@sha256:6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b",
];
pub(crate) const BRANCH: &str = "cupaas/production/shop";

pub(crate) struct World {
    pub(crate) sandbox: Sandbox,
    pub(crate) gitops: String,
    pub(crate) server: Server,
    clock: std::cell::Cell<u32>,
}

impl World {
    pub(crate) fn new(manner: Manner) -> Self {
        Self::faulty(manner, |_, _| None)
    }

    /// A forge that does what `rule` says with the n-th request of its kind.
    pub(crate) fn faulty(
        manner: Manner,
        rule: impl Fn(&Heard, usize) -> Option<Fault> + Send + Sync + 'static,
    ) -> Self {
        Self::with(manner, PLATFORM, rule)
    }

    /// The same with another platform.
    pub(crate) fn with(
        manner: Manner,
        platform: &str,
        rule: impl Fn(&Heard, usize) -> Option<Fault> + Send + Sync + 'static,
    ) -> Self {
        let sandbox = Sandbox::new();
        let gitops = sandbox.gitops(&[("cupaas.yaml", platform)]);
        let server = Server::start(manner, &gitops, rule);
        Self { sandbox, gitops, server, clock: std::cell::Cell::new(1_700_000_000) }
    }

    /// A new commit of the app, whose variable `A` is `value`.
    pub(crate) fn app(&self, value: &str) -> String {
        self.file(&format!("{SHOP}env: {{A: '{value}'}}\n"))
    }

    /// A new commit of the app, whose `.cupaas` is `text`.
    pub(crate) fn file(&self, text: &str) -> String {
        self.clock.set(self.clock.get() + 100);
        self.sandbox.write("shop", &[(".cupaas", text)]);
        self.sandbox.commit("shop", self.clock.get())
    }

    /// The program, in a job of the forge for the app's repository `me/shop`, whose GitOps repository is `me/gitops`.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = self.sandbox.cupaas(args);
        let kind = match self.server.manner {
            Manner::Github => "github",
            Manner::Gitea => "gitea",
            Manner::Forgejo => "forgejo",
        };
        command.env("CUPAAS_CI", kind).env("CUPAAS_CI_SERVER", &self.server.url);
        command.env("CUPAAS_CI_API", self.server.api()).env("CUPAAS_CI_REPOSITORY", "me/shop");
        command.env("CUPAAS_GITOPS", &self.gitops).env("CUPAAS_GITOPS_REPOSITORY", "me/gitops");
        command.env("CUPAAS_GITOPS_API", self.server.api()).env("CUPAAS_GITOPS_TOKEN", TOKEN);
        // Whoever says where it comes from means a folder.
        if !args.contains(&"--app") && !args.contains(&"--all") {
            command.env("CUPAAS_SOURCE_REPOSITORY", format!("{}/me/shop", self.server.url));
        }
        command.env("GITHUB_TOKEN", JOB).env("CUPAAS_FORGE_TIMEOUT", "20");
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        let ran = ran(&self.command(args).output().unwrap());
        for secret in [TOKEN, JOB] {
            assert!(
                !ran.stdout.contains(secret) && !ran.stderr.contains(secret),
                "{}{}",
                ran.stdout,
                ran.stderr
            );
        }
        ran
    }

    /// A run that must end well, as machines read it.
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        let ran = self.run(&[args, &["--format", "json"]].concat());
        assert_eq!(ran.code, Some(0), "cupaas {args:?}\n{}{}", ran.stdout, ran.stderr);
        serde_json::from_str(&ran.stdout).unwrap()
    }

    pub(crate) fn propose(&self, more: &[&str]) -> Value {
        self.json(&[&["deploy", "shop", "--pull-request"], more].concat())
    }

    /// `diff --comment` in a job for pull request 5.
    pub(crate) fn comment(&self) -> Value {
        self.json(&["diff", "shop", "--comment", "--ci-pull-request", "5"])
    }

    pub(crate) fn git(&self, args: &[&str]) -> String {
        self.sandbox.git("", &[&["-C", &self.gitops], args].concat()).trim().to_owned()
    }

    /// Where a branch stands, where it is there.
    pub(crate) fn tip(&self, branch: &str) -> Option<String> {
        let all = self.git(&["for-each-ref", "--format=%(objectname)", &format!("refs/heads/{branch}")]);
        all.lines().next().map(str::to_owned)
    }

    /// Merges a branch into `main`, as a forge's button does.
    pub(crate) fn merge(&self, branch: &str) {
        let tree = self.git(&["rev-parse", &format!("{branch}^{{tree}}")]);
        let merge = self.git(&["commit-tree", &tree, "-p", "main", "-p", branch, "-m", "merge"]);
        self.git(&["update-ref", "refs/heads/main", &merge]);
    }

    /// The only pull request.
    pub(crate) fn pull(&self) -> Value {
        self.server.state(|state| {
            assert_eq!(state.pulls.len(), 1, "{:#?}", state.pulls);
            state.pulls[0].clone()
        })
    }
}
