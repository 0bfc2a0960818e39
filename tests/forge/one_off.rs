//! `run --via git --wait`: how a command has ended, as the cluster has said on the app's commit.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::server::Manner;
use super::waiting::{reported, say};
use super::world::World;
use crate::sandbox::{Ran, ran};

const RUN: [&str; 7] = ["run", "--via", "git", "--app", "shop", "--env", "production"];

/// The tasks that are kept.
fn ids(world: &World) -> Vec<String> {
    let folder = "releases/production/shop/runs/";
    let paths = world.git(&["ls-tree", "--name-only", "main", folder]);
    let id = |path: &str| path.strip_prefix(folder)?.strip_suffix(".yaml").map(str::to_owned);
    paths.lines().filter_map(id).collect()
}

/// Runs a command and waits for it; the cluster says these things of it once it stands in git.
fn heard(world: &World, commit: &str, said: &[(&str, &str)]) -> (Ran, String) {
    let known = ids(world);
    let mut command =
        world.command(&[&RUN[..], &["--wait", "--format", "json", "--", "rake", "db:seed"]].concat());
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let began = Instant::now();
    let id = loop {
        match ids(world).into_iter().find(|id| !known.contains(id)) {
            Some(id) => break id,
            None => assert!(began.elapsed() < Duration::from_secs(60), "nothing was committed"),
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    for (state, words) in said {
        say(world, commit, "run", &id, state, words);
    }
    (ran(&child.wait_with_output().unwrap()), id)
}

#[test]
fn a_command_that_is_waited_for_ends_as_the_cluster_says() {
    let world = reported(Manner::Gitea);
    let commit = world.app("1");
    world.json(&["deploy", "shop"]);
    let (done, id) = heard(&world, &commit, &[("success", "reconciliation succeeded")]);
    assert_eq!(done.code, Some(0), "{}{}", done.stdout, done.stderr);
    let report: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!((&report["status"], &report["rollout"]["status"]), (&json!("edited"), &json!("healthy")));
    assert_eq!(report["rollout"]["release"]["task"], json!(id), "{report:#}");
    let context = format!("cupaas/production/shop/run/{id}");
    assert!(report["notes"].to_string().contains(&context), "{report:#}");
    // Who tells of it is the release's own Provider, by the app's commit.
    let cluster = world.git(&["show", "main:clusters/home/production/shop.yaml"]);
    let alert = cluster.split("---\n").find(|text| text.contains("part: run")).unwrap();
    for line in
        [format!("commit: {commit}"), format!("release: {id}"), format!("name: shop-production-run-{id}")]
    {
        assert!(alert.replace('"', "").contains(&line), "{line}: {alert}");
    }
    let (failed, id) =
        heard(&world, &commit, &[("success", "dependency not ready"), ("failure", "health check failed")]);
    let words =
        [format!("run/{id}"), format!("logs job/run-{id}"), "does not run again by itself".to_owned()];
    assert_eq!(failed.code, Some(8), "{}{}", failed.stdout, failed.stderr);
    let report: Value = serde_json::from_str(&failed.stdout).unwrap();
    let failure = &report["rollout"]["failure"];
    assert_eq!(failure["code"], "rollout-failed", "{report:#}");
    assert!(words.iter().all(|words| failure.to_string().contains(words)), "{report:#}");
}

#[test]
fn nobody_says_in_time_how_it_ended() {
    let world = reported(Manner::Github);
    world.app("1");
    world.json(&["deploy", "shop"]);
    let ran = world.run(&[&RUN[..], &["--wait", "--wait-timeout", "0", "--", "tidy"]].concat());
    assert!(ran.stdout.contains("done run(shop/production): tidy"), "{}{}", ran.stdout, ran.stderr);
    ran.failed(9, "rollout-unreported", &["says nothing", "or it runs twice"]);
    // The Job stays asked for.
    assert_eq!(ids(&world).len(), 1);
}
