//! `--dry-run`: what would change, what changes first, and nothing that changes.

use std::io::Write;
use std::process::Stdio;

use super::world::{STAGED, URL, World};
use crate::sandbox::ran;

const APP: &str = "runtime: image\nprocesses:\n  web: {command: serve}\n  sweep: {command: sweep, schedule: '0 3 * * *'}\n\
    release: migrate\nenv: {LOG_LEVEL: info}\n";

fn deployed() -> World {
    let world = World::new(&[("cupaas.yaml", STAGED)]);
    world.sandbox.write("app", &[(".cupaas", APP)]);
    world.deploy("app", &["--app", "shop", "--image", "registry.example.cu/shop:1"]);
    world
}

#[test]
fn the_changed_variable_comes_first_and_what_follows_is_folded() {
    let world = deployed();
    let set = ["env", "set", "LOG_LEVEL=debug", "--app", "shop", "--env", "production", "--dry-run"];
    let text = world.good(&set).stdout;
    assert!(text.contains("      LOG_LEVEL: info -> debug\n"), "{text}");
    let follows = "and what follows from it: 1 Deployment restarts, 1 Job runs (hash of what they read)";
    assert_eq!(text.matches(follows).count(), 1, "{text}");
    assert!(text.find("LOG_LEVEL: info -> debug") < text.find(follows), "{text}");
    assert!(text.contains("+  LOG_LEVEL: debug\n") && text.contains("--full shows all lines"), "{text}");
    assert!(!text.contains("cupaas.dev/config:") && !text.contains("kind: Job"), "{text}");
    let full = world.good(&[&set[..], &["--full"]].concat()).stdout;
    assert!(full.contains("+        cupaas.dev/config: ") && full.contains("+kind: Job"), "{full}");
    assert!(full.contains("~ update Deployment web\n") && !full.contains("follows from it"), "{full}");
    // Machines get all of it, and which is which.
    let json = world.json(&set);
    let derived = |list: &serde_json::Value, name: &str| -> Vec<String> {
        let all = list.as_array().unwrap().iter().filter(|one| one["derived"] == true);
        all.map(|one| one[name].as_str().unwrap().rsplit('/').next().unwrap().to_owned()).collect()
    };
    let files = derived(&json["diffs"], "path");
    assert!(files.contains(&"deployment-web.yaml".to_owned()), "{files:?}");
    assert!(!files.iter().any(|file| file.starts_with("configmap")), "{files:?}");
    assert_eq!(derived(&json["plan"]["changes"], "file").len(), 3);
}

#[test]
fn a_new_image_folds_nothing_that_runs() {
    let world = deployed();
    let deploy = [
        "deploy",
        "app",
        "--source-repository",
        URL,
        "--app",
        "shop",
        "--env",
        "production",
        "--image",
        "registry.example.cu/shop:2",
    ];
    let text = world.good(&[&deploy[..], &["--dry-run"]].concat()).stdout;
    assert!(text.contains("~ update Deployment web\n      web restarts"), "{text}");
    assert!(!text.contains("follows from it"), "{text}");
}

#[test]
fn a_dry_run_says_what_the_same_command_does_and_commits_nothing() {
    let world = deployed();
    let head = world.head();
    let app = ["--env", "production"];
    let image = ["--image", "registry.example.cu/shop:2"];
    let deploy = [&["deploy", "app", "--source-repository", URL, "--app", "shop"][..], &app, &image].concat();
    let remove = [&["remove", "--app", "shop"][..], &app].concat();
    for command in [&deploy[..], &remove, &["app", "remove", "shop"]] {
        let dry = world.json(&[command, &["--dry-run"]].concat());
        assert_eq!((&dry["status"], &dry["changed"]), (&"differs".into(), &true.into()), "{command:?}");
        assert!(!dry["plan"]["changes"].as_array().unwrap().is_empty(), "{command:?}");
        assert!(dry["commit"].is_null(), "{command:?}");
    }
    let diff = world
        .json(&[&["diff", "app", "--source-repository", URL, "--app", "shop"][..], &app, &image].concat());
    assert_eq!(world.json(&[&deploy[..], &["--dry-run"]].concat()), diff);
    let mut command = world.sandbox.cupaas(&[
        "secret",
        "set",
        "TOKEN",
        "--app",
        "shop",
        "--env",
        "production",
        "--gitops",
        &world.gitops,
        "--dry-run",
    ]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"hunter2").unwrap();
    let set = ran(&child.wait_with_output().unwrap());
    assert!(!set.stdout.contains("hunter2"), "{}", set.stdout);
    assert_eq!(world.head(), head);
    let text = world.good(&[&remove[..], &["--dry-run"]].concat()).stdout;
    assert!(text.starts_with("would remove shop from production\n") && !text.contains("commit"), "{text}");
    // What is left to remove is removed.
    assert_eq!(world.json(&remove)["status"], "removed");
    assert_eq!(world.json(&[&remove[..], &["--dry-run"]].concat())["status"], "unchanged");
}
