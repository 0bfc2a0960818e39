//! `status --at`: what stood at a time, by the history of the GitOps repository alone.

use std::process::Command;

use serde_json::Value;

use super::world::{URL, World};
use crate::sandbox::{APP, Ran, ran};

const PLATFORM: &str = "environments:\n  production:\n    cluster: home\n    domain: apps.example.cu\n    freeze:\n      \
    - {from: 2024-01-20, to: 2024-01-25, why: the fair}\nregistry: {prefix: registry.example.cu/team}\n";

fn deploy(world: &World, version: &str) {
    world.sandbox.write("shop", &[(".cupaas", &format!("name: shop\n{APP}"))]);
    let image = format!("registry.example.cu/team/shop:{version}");
    let args = ["deploy", "shop", "--env", "production", "--source-repository", URL, "--image", &image];
    world.good(&[&args[..], &["--override", "a test"]].concat());
}

/// A commit with these parents, made at this time, of the files and with the words of another; it becomes the newest one.
fn commit(world: &World, time: &str, parents: &[&str], of: &str) -> String {
    let git = |args: &[&str]| world.sandbox.git("", &[&["-C", &world.gitops], args].concat());
    let message = git(&["log", "-1", "--format=%B", of]);
    let mut command = Command::new("git");
    command.current_dir(&world.gitops).args([
        "commit-tree",
        &format!("{of}^{{tree}}"),
        "-m",
        message.trim_end(),
    ]);
    for parent in parents {
        command.args(["-p", parent]);
    }
    for who in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{who}_DATE"), time);
        command.env(format!("GIT_{who}_NAME"), "tester").env(format!("GIT_{who}_EMAIL"), "t@example.cu");
    }
    let made: Ran = ran(&command.output().unwrap());
    let id = made.stdout.trim().to_owned();
    git(&["update-ref", "refs/heads/main", &id]);
    id
}

/// Two releases, and a third one that was made in a pull request and merged later.
fn world() -> (World, [String; 2]) {
    let world = World::new(&[("cupaas.yaml", PLATFORM)]);
    deploy(&world, "1");
    let one = commit(&world, "2024-01-10T00:00:00Z", &["main^"], "main");
    deploy(&world, "2");
    let two = commit(&world, "2024-02-10T00:00:00Z", &[&one], "main");
    deploy(&world, "3");
    let side = commit(&world, "2024-02-20T00:00:00Z", &[&two], "main");
    commit(&world, "2024-03-20T00:00:00Z", &[&two, &side], &side);
    (world, [one, two])
}

fn image(status: &Value) -> &str {
    status["releases"][0]["image"].as_str().unwrap_or_else(|| panic!("{status:#}"))
}

#[test]
fn what_stood_at_a_time_is_what_had_come_to_the_branch_by_then() {
    let (world, [one, two]) = world();
    let at = |time: &str| world.json(&["status", "--at", time]);
    let first = at("2024-01-15");
    assert!(image(&first).ends_with("shop:1"), "{first:#}");
    assert_eq!(
        (&first["at"]["commit"], &first["releases"][0]["last"]["commit"]),
        (&(*one).into(), &(*one).into())
    );
    for (time, version) in [
        ("2024-02-09T23:59:59Z", "shop:1"),
        ("2024-02-10T00:00:00Z", "shop:2"),
        ("2024-02-09T19:00:00-05:00", "shop:2"),
        // Made already, and not merged yet.
        ("2024-03-01", "shop:2"),
        ("2024-03-20T00:00", "shop:3"),
        ("2999-01-01", "shop:3"),
    ] {
        let then = at(time);
        assert!(image(&then).ends_with(version), "{time}: {then:#}");
    }
    assert_eq!(at("2024-03-01")["at"]["commit"], *two);
    assert_eq!(world.json(&["status"])["at"], Value::Null);
    // Before the first deploy nothing was there.
    assert_eq!(at("2023-12-01")["releases"], serde_json::json!([]));
    let text = world.good(&["status", "--at", "2023-12-01"]).stdout;
    assert!(text.starts_with("as of commit ") && text.contains("nothing is deployed"), "{text}");
    let page = world.good(&["status", "--at", "2024-01-15", "--format", "html"]).stdout;
    assert!(page.contains("had been deployed then") && page.contains("<code>shop:1</code>"), "{page}");
    assert!(!page.contains("shop:2"), "{page}");
}

#[test]
fn a_freeze_is_judged_by_the_time_that_was_asked_for() {
    let (world, _) = world();
    let frozen = &world.json(&["status", "--at", "2024-01-21"])["frozen"][0];
    assert_eq!((&frozen["environment"], &frozen["why"]), (&"production".into(), &"the fair".into()));
    assert_eq!(frozen["until"], "2024-01-26T00:00:00+00:00 (UTC)");
    assert_eq!(frozen["place"], "cupaas.yaml:6:9");
    for time in ["2024-01-19T23:59:59", "2024-01-26"] {
        assert_eq!(world.json(&["status", "--at", time])["frozen"], serde_json::json!([]), "{time}");
    }
}

#[test]
fn a_time_before_the_history_is_refused() {
    let (world, _) = world();
    let failed = |args: &[&str], words: &[&str]| {
        let ran = world.run(&[&["status"], args].concat());
        assert_eq!(ran.code, Some(2), "{args:?}: {}{}", ran.stdout, ran.stderr);
        for word in words {
            assert!(ran.stderr.contains(word), "{args:?}: {word}: {}", ran.stderr);
        }
    };
    let begins =
        ["[release-not-found]", "no commit at 2020-01-01T00:00:00Z", "begins at 2023-11-14T22:13:20Z"];
    failed(&["--at", "2020-01-01"], &begins);
    failed(&["--at", "2020-01-01", "--format", "html"], &begins);
    failed(&["--at", "yesterday"], &["[invalid-argument]", "--at", "is not a time"]);
    failed(&["--at", "2024-01-15", "--health"], &["--health"]);
    failed(&["--at", "2024-01-15", "--remote"], &["--remote"]);
    let plain = world.sandbox.write("plain", &[("cupaas.yaml", PLATFORM)]).display().to_string();
    let ran = world.sandbox.run(&["status", "--at", "2024-01-15", "--gitops", &plain]);
    assert!(ran.stderr.contains("[gitops-without-git]"), "{}", ran.stderr);
}
