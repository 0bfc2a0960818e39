//! `wait` and `deploy --wait`: what the cluster has said on the app's commit. How a wait goes on, and for how long, is tried in
//! `src/run/wait/tests.rs`, with a clock of its own; here each run looks once.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::server::{Fault, Heard, Manner};
use super::world::{IMAGE, World};
use crate::sandbox::PLATFORM;

const GOOD: &str = "reconciliation succeeded";
const ALL: [Manner; 3] = [Manner::Github, Manner::Gitea, Manner::Forgejo];
const ONCE: [&str; 7] = ["wait", "--app", "shop", "--env", "production", "--timeout", "0"];

/// A platform whose cluster reports.
pub(crate) fn reported(manner: Manner) -> World {
    faulty(manner, |_, _| None)
}

fn faulty(manner: Manner, rule: impl Fn(&Heard, usize) -> Option<Fault> + Send + Sync + 'static) -> World {
    let world = World::with(
        manner,
        &format!("{PLATFORM}flux:\n  status: {{secret: forge-token, forge: gitea}}\n"),
        rule,
    );
    world.server.state(|state| state.clock = Some(clock()));
    world
}

fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap()
}

/// The forge's clock, a minute ahead: all that is said now is a minute old.
fn clock() -> String {
    let time = jiff::Timestamp::from_second(now() + 60).unwrap();
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// The id of the release that stands.
fn id(world: &World) -> String {
    let record = world.git(&["show", "main:releases/production/shop/release.yaml"]);
    let record: Value = serde_saphyr::from_str(&record).unwrap();
    record["rollout"]["id"].as_str().unwrap().to_owned()
}

/// What Flux says on a commit.
pub(crate) fn say(world: &World, commit: &str, half: &str, id: &str, state: &str, words: &str) {
    let time = jiff::Timestamp::from_second(now()).unwrap().to_string();
    let status = json!({
        "sha": commit, "context": format!("cupaas/production/shop/{half}/{id}"), "state": state,
        "description": words, "target_url": "", "created_at": time,
    });
    world.server.state(|state| state.statuses.push(status));
}

pub(crate) fn healthy(world: &World, commit: &str, id: &str) {
    for half in ["base", "app"] {
        say(world, commit, half, id, "success", GOOD);
    }
}

pub(crate) fn failing(world: &World, commit: &str, id: &str) {
    say(world, commit, "base", id, "success", GOOD);
    say(world, commit, "app", id, "failure", "health check failed");
}

#[test]
fn a_release_is_healthy_when_both_halves_are() {
    for manner in ALL {
        let world = reported(manner);
        let commit = world.app("1");
        world.json(&["deploy", "shop"]);
        let id = id(&world);
        assert_eq!(id.len(), 10, "the commit that it was made on");
        // Many others say something of the same commit, before and after.
        for other in 0..120 {
            let status = json!({"sha": commit, "context": format!("ci/{other}"), "state": "failure"});
            world.server.state(|state| state.statuses.push(status));
            if other == 60 {
                say(&world, &commit, "base", &id, "failure", "health check failed");
                healthy(&world, &commit, &id);
            }
        }
        let report = world.json(&ONCE);
        assert_eq!((&report["report"], &report["status"]), (&json!("wait"), &json!("healthy")));
        assert_eq!((&report["source_commit"], &report["later"]), (&json!(commit), &json!(false)));
        assert_eq!(report["contexts"][1], format!("cupaas/production/shop/app/{id}"));
        let text = world.run(&ONCE).stdout;
        assert!(text.starts_with("healthy shop in production: "), "{text}");
        // People write the beginning of a commit.
        let report = world.json(&[&ONCE[..], &["--source-commit", &commit[..8]]].concat());
        assert_eq!(report["later"], json!(false), "{report}");
    }
}

#[test]
fn what_failed_is_said_with_its_reason_and_the_way_to_its_message() {
    for manner in ALL {
        let world = reported(manner);
        let commit = world.app("1");
        world.json(&["deploy", "shop"]);
        let id = id(&world);
        say(&world, &commit, "base", &id, "success", GOOD);
        say(&world, &commit, "app", &id, "failure", "health check failed");
        let context = format!("cupaas/production/shop/app/{id}");
        let kubectl = "kubectl -n flux-system get kustomization shop-production-app -o jsonpath=";
        world.run(&ONCE).failed(8, "rollout-failed", &[&context, "health check failed", kubectl]);
        // It is put right: a controller had started again.
        say(&world, &commit, "app", &id, "success", GOOD);
        assert_eq!(world.json(&ONCE)["status"], "healthy");
    }
}

#[test]
fn what_cannot_be_built_is_said_under_the_name_of_the_release_before() {
    let world = reported(Manner::Gitea);
    let first = world.app("1");
    world.json(&["deploy", "shop"]);
    let before = id(&world);
    healthy(&world, &first, &before);
    world.app("2");
    world.json(&["deploy", "shop"]);
    world.run(&ONCE).failed(9, "rollout-unreported", &[]);
    say(&world, &first, "base", &before, "failure", "build failed");
    let context = format!("cupaas/production/shop/base/{before}");
    world.run(&ONCE).failed(8, "rollout-failed", &["could not build", &context, "build failed"]);
}

#[test]
fn nobody_reports_in_time() {
    for manner in ALL {
        let world = reported(manner);
        let commit = world.app("1");
        world.json(&["deploy", "shop"]);
        let id = id(&world);
        say(&world, &commit, "base", &id, "success", GOOD);
        say(&world, &commit, "app", &id, "success", "dependency not ready");
        let words = [
            "dependency not ready",
            "get provider shop-production",
            "involvedObject.kind=Alert",
            "flux reconcile kustomization shop-production-app",
        ];
        world.run(&ONCE).failed(9, "rollout-unreported", &words);
    }
}

#[test]
fn a_later_release_that_holds_it_counts_and_no_other() {
    for manner in ALL {
        let world = reported(manner);
        let first = world.app("1");
        world.json(&["deploy", "shop"]);
        // Skipped: nobody ever says anything of the first.
        let second = world.app("2");
        world.json(&["deploy", "shop"]);
        let later = id(&world);
        healthy(&world, &second, &later);
        world.server.knows(world.sandbox.path("shop"));
        let of =
            |commit: &str| world.run(&[&ONCE[..], &["--source-commit", commit, "--format", "json"]].concat());
        let report: Value = serde_json::from_str(&of(&first).stdout).unwrap();
        assert_eq!((&report["later"], &report["source_commit"]), (&json!(true), &json!(second)), "{report}");
        // And back again: what is healthy now does not hold the second.
        world.sandbox.git("shop", &["checkout", "-q", &first]);
        world.json(&["deploy", "shop", "--allow-older", "--env", "production"]);
        healthy(&world, &first, &id(&world));
        let ran = of(&second);
        assert_eq!(ran.code, Some(9), "{}{}", ran.stdout, ran.stderr);
        let report: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(report["code"], "rollout-replaced", "{report}");
    }
}

#[test]
fn the_same_commit_with_other_settings_is_another_release() {
    let world = reported(Manner::Gitea);
    let commit = world.app("1");
    world.json(&["deploy", "shop"]);
    let first = id(&world);
    healthy(&world, &commit, &first);
    world.json(&["deploy", "shop", "--set", "B=1"]);
    assert_ne!(id(&world), first);
    world.run(&ONCE).failed(9, "rollout-unreported", &[]);
}

#[test]
fn a_deploy_waits_and_stays_deployed_whatever_is_said() {
    for manner in ALL {
        let world = reported(manner);
        let wait = ["deploy", "shop", "--wait", "--wait-timeout", "0", "--format", "json"];
        let first = world.app("1");
        let tip = world.tip("main").unwrap();
        healthy(&world, &first, &tip[..10]);
        let report = world.json(&wait[..5]);
        assert_eq!(
            (&report["status"], &report["rollout"]["status"]),
            (&json!("deployed"), &json!("healthy"))
        );
        let second = world.app("2");
        let tip = world.tip("main").unwrap();
        say(&world, &second, "app", &tip[..10], "failure", "health check failed");
        let ran = world.run(&wait);
        assert_eq!(ran.code, Some(8), "{}{}", ran.stdout, ran.stderr);
        let report: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!((&report["status"], &report["rollout"]["status"]), (&json!("deployed"), &json!("failed")));
        assert_eq!(report["rollout"]["failure"]["code"], "rollout-failed");
        assert_eq!(report["commit"].as_str(), world.tip("main").as_deref());
        // In words: what was deployed, and what became of it.
        world.app("3");
        let ran = world.run(&wait[..5]);
        assert!(ran.stdout.contains("deployed shop in production"), "{}", ran.stdout);
        ran.failed(9, "rollout-unreported", &[]);
    }
}

#[test]
fn a_deploy_that_changes_nothing_reads_what_was_said() {
    let world = reported(Manner::Gitea);
    let first = world.app("1");
    world.json(&[&["deploy", "shop"], &IMAGE[..]].concat());
    let (tip, release) = (world.tip("main"), id(&world));
    healthy(&world, &first, &release);
    // Another commit, which makes the same.
    world.app("1");
    let report = world.json(&[&["deploy", "shop", "--wait", "--wait-timeout", "0"], &IMAGE[..]].concat());
    assert_eq!((&report["status"], &report["rollout"]["status"]), (&json!("unchanged"), &json!("healthy")));
    assert_eq!((world.tip("main"), id(&world)), (tip, release), "no commit for the name of a release");
    let report = world.json(&[&["diff", "shop"], &IMAGE[..]].concat());
    assert_eq!((&report["status"], &report["diffs"]), (&json!("unchanged"), &json!([])));
}

#[test]
fn a_pull_request_that_holds_the_same_is_left_alone() {
    let world = reported(Manner::Gitea);
    world.app("1");
    world.propose(&IMAGE);
    let tip = world.tip("cupaas/production/shop");
    world.app("1");
    world.propose(&IMAGE);
    assert_eq!(world.tip("cupaas/production/shop"), tip);
}

#[test]
fn a_forge_that_fails_for_a_moment_is_asked_again() {
    let world = faulty(Manner::Github, |heard, count| {
        let asks = heard.method == "GET" && heard.path.ends_with("/statuses");
        (asks && count <= 2).then(|| Fault::Say(502, String::new(), String::new()))
    });
    let commit = world.app("1");
    world.json(&["deploy", "shop"]);
    healthy(&world, &commit, &id(&world));
    assert_eq!(world.json(&ONCE)["status"], "healthy");
}

#[test]
fn a_token_without_rights_is_said_with_the_right() {
    for (manner, right) in [(Manner::Github, "statuses: read"), (Manner::Forgejo, "read:repository")] {
        let world = faulty(manner, |heard, _| {
            let asks = heard.method == "GET" && heard.path.ends_with("/statuses");
            asks.then(|| Fault::Say(403, String::new(), json!({"message": "no"}).to_string()))
        });
        world.app("1");
        world.json(&["deploy", "shop"]);
        world.run(&ONCE).failed(6, "forge-access-denied", &[right]);
    }
}

#[test]
fn where_nobody_reports_it_is_said_at_once() {
    let world = World::new(Manner::Gitea);
    world.app("1");
    let tip = world.tip("main");
    let ran = world.run(&["deploy", "shop", "--wait"]);
    ran.failed(2, "rollout-not-reported", &["shop was not deployed", "flux.status", "leave out `--wait`"]);
    assert_eq!(world.tip("main"), tip, "nothing is committed that cannot be waited for");
    world.json(&["deploy", "shop"]);
    world.run(&ONCE).failed(2, "rollout-not-reported", &["flux.status"]);
    world.run(&["deploy", "shop", "--wait", "--pull-request"]).failed(2, "conflicting-arguments", &[]);
    world.run(&["deploy", "--all", "--wait"]).failed(2, "conflicting-arguments", &["cupaas wait"]);
}

#[test]
fn argo_cd_is_not_supported() {
    let platform = format!(
        "{PLATFORM}delivery: argocd\nargocd: {{source: {{url: 'https://git.example.cu/me/gitops'}}}}\n\
         secrets: {{provider: existing}}\n"
    );
    let world = World::with(Manner::Gitea, &platform, |_, _| None);
    world.app("1");
    world.json(&["deploy", "shop"]);
    world.run(&ONCE).failed(2, "rollout-not-reported", &["Argo CD", "argocd app wait shop-production"]);
}
