//! `status` and `history`: what runs where, since when and by whom, from the GitOps repository's commits alone.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::world::{STAGED, URL, World};
use crate::sandbox::{APP, ran};

/// The address of the job that deploys.
const RUN: &str = "https://ci.example.cu/7";

fn world() -> World {
    let world = World::new(&[("cupaas.yaml", STAGED)]);
    for name in ["shop", "mail"] {
        world.sandbox.write(name, &[(".cupaas", &format!("name: {name}\n{APP}"))]);
    }
    world
}

fn deploy(world: &World, app: &str, environment: &str, version: &str) -> Value {
    let repository = URL.replace("shop", app);
    let set = format!("VERSION={version}");
    let args = ["deploy", app, "--env", environment, "--source-repository", &repository, "--set", &set];
    world.json(&[&args[..], &["--run-url", RUN]].concat())
}

/// A person's own commit in the GitOps repository.
fn edited(world: &World, file: &str, text: &str) {
    let sandbox = &world.sandbox;
    sandbox.git("", &["clone", "-q", &world.gitops, file]);
    std::fs::write(sandbox.path(file).join(file), text).unwrap();
    sandbox.commit(file, 1_700_000_001);
    sandbox.git(file, &["push", "-q", "origin", "HEAD:main"]);
}

fn texts<'a>(list: &'a Value, key: &str) -> Vec<&'a str> {
    list.as_array().unwrap().iter().map(|one| one[key].as_str().unwrap()).collect()
}

#[test]
fn history_has_an_apps_releases_newest_first() {
    let world = world();
    let first = deploy(&world, "shop", "production", "1");
    deploy(&world, "mail", "production", "1");
    deploy(&world, "shop", "staging", "1");
    let last = deploy(&world, "shop", "production", "2");
    let all = world.json(&["history", "--app", "shop"]);
    assert_eq!(texts(&all["releases"], "environment"), ["production", "staging", "production"], "{all:#}");
    assert_eq!(all["more"], false);
    let newest = &all["releases"][0];
    assert_eq!((&newest["commit"], &all["releases"][2]["commit"]), (&last["commit"], &first["commit"]));
    assert_eq!((newest["author"].as_str(), newest["run"].as_str()), (Some("tester"), Some(RUN)));
    assert_eq!(newest["source"], URL);
    assert!(newest["changes"].as_str().unwrap().contains("restarts web"), "{newest:#}");
    let some = world.json(&["history", "--app", "shop", "--env", "production", "--limit", "1"]);
    assert_eq!((texts(&some["releases"], "environment").len(), &some["more"]), (1, &Value::Bool(true)));
    let text = world.good(&["history", "--app", "shop", "--limit", "2"]).stdout;
    assert!(text.contains("tester") && text.contains("--limit shows more"), "{text}");
}

/// A commit about several releases is in each one's history, a person's own in none.
#[test]
fn commits_about_several_releases_and_about_none() {
    let world = world();
    deploy(&world, "shop", "production", "1");
    deploy(&world, "mail", "production", "1");
    edited(&world, "README.md", "Ours.\n");
    world.good(&["env", "set", "A=1", "--app", "shop"]);
    edited(&world, "cupaas.yaml", &STAGED.replace("LAYER: platform", "LAYER: other"));
    let all = world.json(&["deploy", "--all"]);
    for app in ["shop", "mail"] {
        let history = world.json(&["history", "--app", app]);
        assert_eq!(history["releases"][0]["commit"], all["commit"], "{history:#}");
    }
    assert_eq!(world.json(&["history", "--app", "shop"])["releases"].as_array().unwrap().len(), 3);
}

#[test]
fn status_says_since_when_and_by_whom() {
    let world = world();
    deploy(&world, "shop", "production", "1");
    let staging = deploy(&world, "shop", "staging", "1");
    deploy(&world, "mail", "production", "1");
    let shop = deploy(&world, "shop", "production", "2");
    world.good(&["pin", "--app", "shop", "--env", "production"]);
    let all = world.json(&["status"]);
    assert_eq!(texts(&all["releases"], "app"), ["mail", "shop", "shop"]);
    let production = &all["releases"][1];
    // A pin of what runs changes nothing that runs.
    assert_eq!(production["last"]["commit"], shop["commit"]);
    assert_eq!(production["pinned"], production["image"], "{production:#}");
    assert_eq!(all["releases"][2]["last"]["commit"], staging["commit"]);
    assert_eq!(texts(&world.json(&["status", "--app", "mail"])["releases"], "app"), ["mail"]);
    let args = ["status", "--format", "json", "--gitops", &world.gitops];
    let named = ran(&world.sandbox.cupaas(&args).env("CUPAAS_APP", "mail").output().unwrap());
    assert_eq!(texts(&serde_json::from_str::<Value>(&named.stdout).unwrap()["releases"], "app"), ["mail"]);
    let staging = world.json(&["status", "--env", "staging"]);
    assert_eq!(texts(&staging["releases"], "environment"), ["staging"]);
    let text = world.good(&["status"]).stdout;
    assert!(
        text.starts_with("APP") && text.contains("shop.apps.example.cu") && text.contains("pinned"),
        "{text}"
    );
    let unknown = world.run(&["status", "--app", "shopp"]);
    assert!(
        unknown.code == Some(2) && unknown.stderr.contains("did you mean \"shop\"?"),
        "{}",
        unknown.stderr
    );
    let unknown = world.run(&["history", "--app", "shop", "--env", "stagin"]);
    assert!(unknown.stderr.contains("error[unknown-environment]"), "{}", unknown.stderr);
}

/// More commits than the first steps bring.
#[test]
fn status_looks_back_as_far_as_it_must() {
    let world = world();
    deploy(&world, "shop", "production", "1");
    // Six hundred commits of others since, made from one file as quickly as that can be.
    let one = |number: i64| {
        let from = if number == 0 { "from refs/heads/main^0\n" } else { "" };
        let time = 4_000_000_000 + number;
        format!("commit refs/heads/main\ncommitter A <a@example.cu> {time} +0000\ndata 2\nx\n{from}\n")
    };
    let mut import = Command::new("git")
        .args(["-C", &world.gitops, "fast-import", "--quiet"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let stream: String = (0..600).map(one).collect();
    import.stdin.take().unwrap().write_all(stream.as_bytes()).unwrap();
    assert!(import.wait().unwrap().success());
    let servers: [&[(&str, &str)]; 3] = [
        &[("uploadpack.allowFilter", "true")],
        // One that filters files, but no folders.
        &[("uploadpackfilter.tree.allow", "false"), ("uploadpackfilter.blob:none.allow", "true")],
        &[("uploadpack.allowFilter", "false")],
    ];
    for settings in servers {
        for (key, value) in settings {
            world.sandbox.git("", &["-C", &world.gitops, "config", key, value]);
        }
        let all = world.json(&["status"]);
        assert_eq!(all["releases"][0]["last"]["author"], "tester", "{settings:?}: {all:#}");
    }
}

#[test]
fn what_a_shallow_clone_does_not_have_is_said_to_be_cut_off() {
    let world = world();
    for version in ["1", "2", "3"] {
        deploy(&world, "shop", "production", version);
    }
    let source = format!("file://{}", world.gitops);
    world.sandbox.git("", &["clone", "-q", "--depth=2", &source, "shallow"]);
    let of = |place: &str, args: &[&str]| {
        world.sandbox.run(&[args, &["--app", "shop", "--env", "production", "--gitops", place]].concat())
    };
    for args in
        [&["history", "--diff", "2"][..], &["history", "--diff", "abcdef0"], &["rollback", "--to", "2"]]
    {
        let cut = of("shallow", args);
        assert_eq!(cut.code, Some(2), "{args:?} {}", cut.stderr);
        let said =
            cut.stderr.contains("error[history-cut-off]") && cut.stderr.contains("git fetch --unshallow");
        assert!(said, "{args:?} {}", cut.stderr);
    }
    let cut = of("shallow", &["status", "--at", "2001-01-01"]);
    assert!(cut.code == Some(2) && cut.stderr.contains("error[history-cut-off]"), "{}", cut.stderr);
    let whole = of(&world.gitops, &["status", "--at", "2001-01-01"]);
    assert!(whole.stderr.contains("error[release-not-found]"), "{}", whole.stderr);
    // What is there is answered.
    assert_eq!(of("shallow", &["history", "--diff", "1"]).code, Some(0));
    assert!(!of("shallow", &["history", "--limit", "1"]).stdout.contains("shallow"));
    let listed = of("shallow", &["history"]);
    assert!(listed.code == Some(0) && listed.stdout.contains("this is a shallow clone"), "{}", listed.stdout);
    assert!(!of(&world.gitops, &["history"]).stdout.contains("shallow"));
}

#[test]
fn a_registration_that_is_wrong_is_said_beside_what_stands_there() {
    let world = world();
    for app in ["shop", "mail"] {
        deploy(&world, app, "production", "1");
    }
    let clone = "person";
    world.sandbox.git("", &["clone", "-q", &world.gitops, clone]);
    world.sandbox.write("person", &[("apps/mail.yaml", "nope: 1\n")]);
    world.sandbox.commit(clone, 1_900_000_000);
    world.sandbox.git(clone, &["push", "-q", "origin", "HEAD:main"]);
    let all = world.run(&["status"]);
    assert_eq!(all.code, Some(3), "{}", all.stderr);
    for part in ["shop  production", "mail  production", "error[unknown-key]", "--> apps/mail.yaml:1:1"] {
        assert!(all.stdout.contains(part), "{part}: {}", all.stdout);
    }
    let report: Value = serde_json::from_str(&world.run(&["status", "--format", "json"]).stdout).unwrap();
    assert_eq!((&report["status"], report["releases"].as_array().unwrap().len()), (&"failed".into(), 2));
    let problem = &report["problems"][0];
    assert_eq!((&problem["file"], &problem["line"]), (&"apps/mail.yaml".into(), &1.into()), "{report:#}");
    // It is no news of another app, and a page is shown with it.
    assert_eq!(world.run(&["status", "--app", "shop"]).code, Some(0));
    let page = world.run(&["status", "--format", "html"]);
    assert_eq!(page.code, Some(0), "{}", page.stderr);
    assert!(
        page.stdout.contains("<b class=\"bad\">wrong</b> apps/mail.yaml:1:1: unknown key"),
        "{}",
        page.stdout
    );
    assert_eq!(world.run(&["app", "list"]).code, Some(3), "what is about registrations is strict");
}
