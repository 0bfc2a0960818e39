//! Which of two commits is the newer one: by the app's history, wherever it can be had; no clock counts before.

use serde_json::Value;

use crate::sandbox::{APP, PLATFORM, Sandbox};

const TIME: u32 = 1_700_000_000;

/// An app's repository `app`, its GitOps repository, and clones as CI jobs make them.
struct World {
    sandbox: Sandbox,
    gitops: String,
}

impl World {
    fn new() -> Self {
        let sandbox = Sandbox::new();
        let gitops = sandbox.gitops(&[("cupaas.yaml", PLATFORM)]);
        Self { sandbox, gitops }
    }

    /// A commit of another version, when a clock says so.
    fn version(&self, version: u32, time: u32) -> String {
        self.sandbox.write("app", &[(".cupaas", &format!("name: shop\n{APP}env: {{V: '{version}'}}\n"))]);
        self.sandbox.commit("app", time)
    }

    /// A shallow clone of what is checked out there.
    fn clone(&self, folder: &str, depth: u32) {
        let source = format!("file://{}", self.sandbox.path("app").display());
        let depth = format!("--depth={depth}");
        self.sandbox.git("", &["clone", "-q", &depth, &source, folder]);
    }

    /// The repository that it was cloned from is out of reach.
    fn cut_off(&self, folder: &str) {
        self.sandbox.git(folder, &["remote", "set-url", "origin", "file:///nowhere/shop.git"]);
    }

    fn deploy(&self, folder: &str, more: &[&str]) -> Value {
        let repository = "--source-repository=https://git.invalid/me/shop.git";
        self.sandbox.json(&[&["deploy", folder, "--gitops", &self.gitops, repository], more].concat())
    }

    /// The version that stands.
    fn stands(&self) -> String {
        let text = self.sandbox.show(&self.gitops, "deploy/production/shop/app/configmap-shop.yaml");
        text.split("V: \"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    }
}

fn warnings(report: &Value) -> Vec<&str> {
    let all = report["warnings"].as_array().or(report["release"]["warnings"].as_array());
    all.into_iter().flatten().filter_map(|warning| warning["code"].as_str()).collect()
}

#[test]
fn a_clock_that_is_ahead_does_not_lose_the_newest_commit() {
    for reachable in [true, false] {
        let world = World::new();
        world.version(0, TIME);
        world.version(1, TIME + 140);
        world.clone("one", 50);
        world.version(2, TIME + 100);
        world.clone("two", 50);
        if !reachable {
            world.cut_off("two");
        }
        assert_eq!(world.deploy("one", &[])["status"], "deployed");
        let newer = world.deploy("two", &[]);
        assert_eq!((newer["status"].as_str(), warnings(&newer)), (Some("deployed"), vec![]), "{newer:#}");
        // A job of the older one that is late, by its clone from before the newer one was pushed.
        let late = world.deploy("one", &[]);
        assert_eq!((late["status"].as_str(), warnings(&late)), (Some("superseded"), vec![]), "{late:#}");
        assert!(late["reason"].as_str().unwrap().contains("which follows"), "{late:#}");
        assert_eq!(world.stands(), "2");
    }
}

#[test]
fn what_a_shallow_clone_does_not_say_the_repository_says() {
    let world = World::new();
    for (name, filter) in [("filtered", "true"), ("whole", "false")] {
        world.version(1, TIME + 500);
        world.sandbox.git("app", &["config", "uploadpack.allowFilter", filter]);
        world.sandbox.git("app", &["tag", name]);
        world.clone("old", 1);
        // A tag's job has no branch.
        world.sandbox.git("old", &["checkout", "-q", "--detach"]);
        for version in 2..80 {
            world.version(version, TIME + 400);
        }
        world.clone("new", 1);
        world.sandbox.git("new", &["checkout", "-q", "--detach"]);
        assert_eq!(world.deploy("old", &[])["status"], "deployed");
        let newer = world.deploy("new", &[]);
        assert_eq!((newer["status"].as_str(), warnings(&newer)), (Some("deployed"), vec![]), "{newer:#}");
        let late = world.deploy("old", &[]);
        assert_eq!((late["status"].as_str(), warnings(&late)), (Some("superseded"), vec![]), "{late:#}");
        assert_eq!(world.stands(), "79");
        assert_eq!(world.sandbox.git("old", &["rev-list", "--all", "--count"]).trim(), "1", "left as it was");
        for folder in ["old", "new"] {
            std::fs::remove_dir_all(world.sandbox.path(folder)).unwrap();
        }
        assert_eq!(world.deploy("app", &["--allow-older"])["status"], "unchanged");
    }
}

#[test]
fn a_rewritten_branch_is_deployed() {
    let world = World::new();
    world.version(1, TIME);
    world.version(2, TIME + 300);
    world.clone("before", 1);
    world.sandbox.git("app", &["reset", "-q", "--hard", "HEAD~1"]);
    world.version(3, TIME + 200);
    world.clone("after", 1);
    assert_eq!(world.deploy("before", &[])["status"], "deployed");
    let after = world.deploy("after", &[]);
    assert_eq!((after["status"].as_str(), warnings(&after)), (Some("deployed"), vec![]), "{after:#}");
    assert_eq!(world.stands(), "3");
}

#[test]
fn where_no_history_can_be_had_the_time_decides_and_says_so() {
    let world = World::new();
    for (folder, version, time) in [("one", 1, TIME + 100), ("two", 2, TIME + 200), ("twin", 3, TIME + 200)] {
        world.version(version, time);
        // A later one, so that the parent is not named.
        world.version(version, time);
        world.clone(folder, 1);
        world.cut_off(folder);
        world.sandbox.git(folder, &["checkout", "-q", "--detach"]);
    }
    assert_eq!(world.deploy("one", &[])["status"], "deployed");
    let newer = world.deploy("two", &[]);
    assert_eq!((newer["status"].as_str(), warnings(&newer)), (Some("deployed"), vec!["history-missing"]));
    // An old tag's job, run again.
    let late = world.deploy("one", &[]);
    assert_eq!((late["status"].as_str(), warnings(&late)), (Some("superseded"), vec!["history-missing"]));
    assert!(late["reason"].as_str().unwrap().contains("by its commit time"), "{late:#}");
    // Of one second: the job that asks.
    assert_eq!(world.deploy("twin", &[])["status"], "deployed");
    assert_eq!(world.stands(), "3");
    let said = world.sandbox.good(&[
        "deploy",
        "one",
        "--gitops",
        &world.gitops,
        "--source-repository=https://git.invalid/me/shop.git",
    ]);
    assert!(said.stderr.contains("warning[history-missing]"), "{}{}", said.stdout, said.stderr);
    assert!(said.stderr.contains("releases/production/shop/release.yaml:"), "{}", said.stderr);
}

#[test]
fn grafts_and_replacements_are_no_history() {
    let world = World::new();
    let one = world.version(1, TIME + 100);
    let two = world.version(2, TIME + 200);
    world.sandbox.git("", &["clone", "-q", "app", "old"]);
    world.sandbox.git("", &["clone", "-q", "app", "new"]);
    world.sandbox.git("old", &["checkout", "-q", &one]);
    assert_eq!(world.deploy("new", &[])["status"], "deployed");
    // As if the old one had come after the new one.
    world.sandbox.write("old/.git/info", &[("grafts", &format!("{one} {two}\n{two}\n"))]);
    assert_eq!(world.deploy("old", &[])["status"], "superseded");
    std::fs::remove_file(world.sandbox.path("old/.git/info/grafts")).unwrap();
    world.sandbox.git("old", &["replace", "--graft", &two]);
    world.sandbox.git("old", &["replace", "--graft", &one, &two]);
    assert_eq!(world.deploy("old", &[])["status"], "superseded");
    assert_eq!(world.stands(), "2");
}
