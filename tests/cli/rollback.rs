//! `rollback` and `resume`: what ran before runs again, and what was rolled back does not come back by itself.

use serde_json::Value;

use crate::sandbox::{PLATFORM, Ran, Sandbox};

const TIME: u32 = 1_700_000_000;
const URL: &str = "https://git.example.cu/me/shop.git";

/// An app's repository `app` of which each commit is another version, and its GitOps repository.
struct World {
    sandbox: Sandbox,
    gitops: String,
}

impl World {
    fn new() -> Self {
        let sandbox = Sandbox::new();
        let gitops =
            sandbox.gitops(&[("cupaas.yaml", &format!("{PLATFORM}secrets: {{provider: existing}}\n"))]);
        Self { sandbox, gitops }
    }

    /// A commit of another version, with more in its `.cupaas`.
    fn version(&self, version: u32, more: &str) -> String {
        let text = format!(
            "name: shop\nruntime: image\nprocesses: {{web: {{command: serve}}}}\nenv: {{V: '{version}'}}\n{more}"
        );
        self.sandbox.write("app", &[(".cupaas", &text)]);
        self.sandbox.commit("app", TIME + version * 100)
    }

    fn deploy(&self, more: &[&str]) -> Value {
        let args = ["deploy", "app", "--gitops", &self.gitops, "--source-repository", URL];
        self.sandbox.json(&[&args, more].concat())
    }

    /// A version, deployed.
    fn deployed(&self, version: u32, more: &str) -> String {
        let commit = self.version(version, more);
        assert_eq!(self.deploy(&[])["status"], "deployed", "{version}");
        commit
    }

    fn json(&self, args: &[&str]) -> Value {
        self.sandbox.json(&[args, &["--gitops", &self.gitops]].concat())
    }

    fn run(&self, args: &[&str]) -> Ran {
        self.sandbox.run(&[args, &["--gitops", &self.gitops]].concat())
    }

    fn refused(&self, args: &[&str], code: i32, name: &str) -> String {
        let ran = self.run(args);
        assert_eq!(ran.code, Some(code), "{args:?}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stderr.contains(&format!("[{name}]")), "{}", ran.stderr);
        ran.stderr
    }

    /// The version that stands.
    fn stands(&self) -> String {
        let text = self.sandbox.show(&self.gitops, "deploy/production/shop/app/configmap-shop.yaml");
        text.split("V: \"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    }

    fn head(&self) -> String {
        self.sandbox.git("", &["-C", &self.gitops, "rev-parse", "main"]).trim().to_owned()
    }

    fn checkout(&self, commit: &str) {
        self.sandbox.git("app", &["checkout", "-q", "-B", "main", commit]);
    }
}

fn notes(report: &Value) -> String {
    report["notes"].as_array().unwrap().iter().map(|note| format!("{}\n", note.as_str().unwrap())).collect()
}

#[test]
fn what_was_rolled_back_stays_away_and_a_newer_commit_ends_it() {
    let world = World::new();
    let one = world.deployed(1, "");
    let two = world.deployed(2, "");
    let head = world.head();
    let looked = world.json(&["rollback", "shop", "--dry-run"]);
    assert_eq!((looked["status"].as_str(), world.head()), (Some("differs"), head), "{looked:#}");
    let done = world.json(&["rollback", "shop", "--env", "production", "--why", "it eats orders"]);
    assert_eq!((done["status"].as_str(), world.stands().as_str()), (Some("edited"), "1"), "{done:#}");
    let hold = &done["hold"];
    assert_eq!(
        (&hold["commit"], &hold["by"], &hold["until"]),
        (&two.clone().into(), &"tester".into(), &"newer".into())
    );
    assert_eq!(hold["why"], "it eats orders");
    // A commit says so, with the commit that runs.
    let log = world.sandbox.git("", &["-C", &world.gitops, "log", "-1", "--format=%B", "main"]);
    assert!(log.starts_with(&format!("rollback(shop/production): {}\n", &one[..10])), "{log}");
    assert!(log.contains(&format!("Cupaas-Source: {URL}@{one}\n")), "{log}");
    let head = world.head();
    // The job of the commit that was rolled back, once more; and of the one before.
    for commit in [&two, &one] {
        world.checkout(commit);
        for more in [&[][..], &["--dry-run"], &["--allow-older"]] {
            let held = world.deploy(more);
            assert_eq!(
                (held["status"].as_str(), held["changed"].as_bool()),
                (Some("held"), Some(false)),
                "{held:#}"
            );
            assert_eq!(held["hold"]["commit"], two);
        }
    }
    let said =
        world.sandbox.good(&["deploy", "app", "--gitops", &world.gitops, "--source-repository", URL]).stdout;
    assert!(
        said.contains("it eats orders") && said.contains("cupaas resume --app shop --env production"),
        "{said}"
    );
    assert_eq!((world.head(), world.stands().as_str()), (head, "1"));
    // Seen by whoever looks.
    assert_eq!(world.json(&["status"])["releases"][0]["hold"]["commit"], two);
    let status = world.run(&["status"]).stdout;
    assert!(
        status.contains("held: ") && status.contains(&two[..10]) && status.contains("tester"),
        "{status}"
    );
    let explained = world.run(&["explain", "--app", "shop"]).stdout;
    assert!(
        explained.contains("it eats orders") && explained.contains("releases/production/shop/release.yaml"),
        "{explained}"
    );
    // What renders again, renders what is held, and keeps the hold.
    assert_eq!(world.json(&["env", "set", "A=1", "--app", "shop"])["status"], "edited");
    assert_eq!(world.json(&["status"])["releases"][0]["hold"]["commit"], two);
    world.refused(
        &["deploy", "--app", "shop", "--image", &format!("registry.example.cu/team/shop:{two}")],
        4,
        "app-held",
    );
    world.checkout(&two);
    world.deployed(3, "");
    assert_eq!(
        (world.stands().as_str(), &world.json(&["status"])["releases"][0]["hold"]),
        ("3", &Value::Null)
    );
}

#[test]
fn a_hold_that_is_to_stay_stays_until_it_is_resumed() {
    let world = World::new();
    world.deployed(1, "");
    let two = world.deployed(2, "");
    assert_eq!(world.json(&["rollback", "--app", "shop", "--hold"])["hold"]["until"], "resume");
    world.version(3, "");
    assert_eq!(world.deploy(&[])["status"], "held");
    let looked = world.json(&["resume", "shop", "--dry-run"]);
    assert_eq!(looked["status"], "differs", "{looked:#}");
    let done = world.json(&["resume", "shop"]);
    assert_eq!((done["status"].as_str(), world.stands().as_str()), (Some("edited"), "1"), "{done:#}");
    assert!(notes(&done).contains(&two[..10]), "{done:#}");
    assert_eq!(world.json(&["resume", "shop"])["status"], "unchanged");
    assert_eq!(world.deploy(&[])["status"], "deployed");
    assert_eq!(world.stands(), "3");
    // Nothing of it outlives the app.
    world.json(&["rollback", "shop", "--hold"]);
    world.json(&["app", "remove", "shop"]);
    world.refused(&["rollback", "shop"], 2, "not-deployed");
    world.refused(&["resume", "shop"], 2, "app-removed");
    assert_eq!(world.deploy(&[])["status"], "deployed");
}

#[test]
fn the_one_before_is_the_one_before_it_ran_first() {
    let world = World::new();
    let one = world.deployed(1, "");
    let said = world.refused(&["rollback", "shop"], 2, "release-not-found");
    assert!(said.contains("there is no earlier release of shop in production"), "{said}");
    let first = world.head();
    // What is rendered again is no release of its own.
    world.json(&["env", "set", "A=1", "--app", "shop"]);
    world.deployed(2, "");
    let three = world.deployed(3, "");
    let four = world.deployed(4, "");
    world.json(&["env", "set", "A=2", "--app", "shop"]);
    for (args, stands) in [
        (&[][..], "3"),
        // From there on back, and not to and fro; what is kept away is the newest that was rolled back.
        (&[], "2"),
        (&["--to", "1"], "1"),
        (&["--to", &three[..8]], "3"),
        (&["--to", "2"], "1"),
        (&["--to", &four], "4"),
        (&["--to", &first[..12]], "1"),
    ] {
        let done = world.json(&[&["rollback", "shop"], args].concat());
        assert_eq!(
            (world.stands().as_str(), done["hold"]["commit"].as_str()),
            (stands, Some(four.as_str())),
            "{args:?}"
        );
    }
    world.refused(&["rollback", "shop"], 2, "release-not-found");
    let said = world.refused(&["rollback", "shop", "--to", "9"], 2, "release-not-found");
    assert!(said.contains("earlier release"), "{said}");
    world.refused(&["rollback", "shop", "--to", "0123456789"], 2, "release-not-found");
    world.refused(&["rollback", "shop", "--to", "2001-01-01"], 2, "release-not-found");
    world.refused(&["rollback", "shop", "--to", "yesterday"], 2, "invalid-argument");
    // Twice the same is nothing new.
    let head = world.head();
    assert_eq!(world.json(&["rollback", "shop", "--to", &one])["status"], "unchanged");
    assert_eq!(world.head(), head);
    // The variable is of today.
    let text = world.sandbox.show(&world.gitops, "deploy/production/shop/app/configmap-shop.yaml");
    assert!(text.contains("A: \"2\""), "{text}");
    world.json(&["resume", "shop"]);
    world.refused(&["rollback", "shop", "--to", &one], 2, "release-not-found");
    assert_eq!(world.deploy(&[])["status"], "deployed");
    assert_eq!(world.stands(), "4");
}

#[test]
fn it_says_what_it_cannot_take_back() {
    let world = World::new();
    world.deployed(1, "release: migrate 1\nvolumes: {files: {path: /app/files, storage: 1Gi}}\n");
    let two = world.deployed(2, "release: migrate 2\nvolumes: {files: {path: /app/files, storage: 1Gi}}\n");
    world.deployed(
        3,
        "volumes: {files: {path: /app/files, storage: 1Gi}, more: {path: /app/more, storage: 1Gi}}\n",
    );
    world.json(&["env", "set", "A=1", "--app", "shop"]);
    let done = world.json(&["rollback", "shop", "--to", "2", "--allow-data-loss", "more"]);
    let said = notes(&done);
    assert!(
        said.contains(&format!("what the release command of {} did is not undone", &two[..10])),
        "{said}"
    );
    assert!(said.contains("volume more is newer than this release"), "{said}");
    assert!(said.contains("apps/shop.yaml has changed since, and stays as it is: A"), "{said}");
}

#[test]
fn data_that_waits_is_not_read_again_by_an_older_release() {
    let world = World::new();
    world.deployed(1, "volumes: {files: {path: /app/files, storage: 1Gi}}\n");
    world.version(2, "");
    assert_eq!(world.deploy(&["--allow-data-loss", "files"])["status"], "deployed");
    let said = world.refused(&["rollback", "shop"], 4, "old-data");
    assert!(said.contains("--allow-data-loss files"), "{said}");
    assert_eq!(world.stands(), "2");
    assert_eq!(world.json(&["rollback", "shop", "--dry-run"])["blocked"], true);
    assert_eq!(world.json(&["rollback", "shop", "--allow-data-loss", "files"])["status"], "edited");
    assert_eq!(world.stands(), "1");
}

#[test]
fn a_service_is_not_met_by_its_older_major_version() {
    let world = World::new();
    world.deployed(1, "services: [{mongodb: {version: '7.0'}}]\n");
    world.version(2, "services: [{mongodb: {version: '8.0'}}]\n");
    assert_eq!(world.deploy(&["--allow-data-loss", "mongodb"])["status"], "deployed");
    let said = world.refused(&["rollback", "shop"], 4, "version-downgrade");
    assert!(said.contains("--allow-data-loss mongodb"), "{said}");
    // What a pin keeps, nobody moves.
    world.json(&["pin", "--app", "shop"]);
    world.refused(&["rollback", "shop"], 4, "app-pinned");
}

#[test]
fn without_commits_the_image_is_what_stays_away() {
    let world = World::new();
    let deploy = |image: &str| {
        let text = "name: shop\nruntime: image\nprocesses: {web: {command: serve}}\n";
        world.sandbox.write("plain", &[(".cupaas", text)]);
        let args = ["deploy", "plain", "--gitops", &world.gitops, "--source-repository", URL];
        world.sandbox.json(&[&args[..], &["--image", &format!("registry.example.cu/x:{image}")]].concat())
    };
    deploy("1");
    deploy("2");
    assert_eq!(world.json(&["rollback", "shop"])["hold"]["image"], "registry.example.cu/x:2");
    assert_eq!(deploy("2")["status"], "held");
    assert_eq!(deploy("3")["status"], "deployed");
}

#[test]
fn an_app_that_is_none_is_named_with_the_one_that_may_be_meant() {
    let world = World::new();
    world.deployed(1, "");
    for command in [&["rollback"][..], &["resume"], &["restart"]] {
        let args = [command, &["shp", "--env", "production", "--gitops", &world.gitops]].concat();
        let ran = world.sandbox.run(&args);
        assert!(ran.stderr.contains("did you mean \"shop\"?"), "{command:?} {}", ran.stderr);
        assert!(!ran.stderr.contains("to deploy a folder"), "{command:?} {}", ran.stderr);
    }
}
