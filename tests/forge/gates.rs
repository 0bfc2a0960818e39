//! Gates of a promotion that a forge has to answer: statuses of the app's commit, and whether it is healthy where it comes
//! from.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;

use super::server::{Fault, Manner};
use super::world::{IMAGE, World};
use crate::sandbox::Ran;

const ALL: [Manner; 3] = [Manner::Github, Manner::Gitea, Manner::Forgejo];

fn gated(manner: Manner, promotion: &str, more: &str) -> World {
    let platform = format!(
        "environments:\n  production:\n    cluster: home\n    promotion: {promotion}\n  staging: {{cluster: home}}\n\
         registry: {{prefix: registry.example.cu/team}}\n{more}"
    );
    World::with(manner, &platform, |_, _| None)
}

fn staged(world: &World, value: &str) -> String {
    let commit = world.app(value);
    world.json(&[&["deploy", "shop", "--env", "staging"], &IMAGE[..]].concat());
    commit
}

fn promote(world: &World, more: &[&str]) -> Ran {
    world.run(&[&["promote", "shop", "--from", "staging", "--to", "production"], more].concat())
}

#[test]
fn every_status_that_is_named_has_to_be_green() {
    for manner in ALL {
        let world = gated(manner, "{statuses: [ci/test, ci/lint]}", "");
        let commit = staged(&world, "1");
        let say = |context: &str, state: &str| {
            let status = json!({"sha": commit, "context": context, "state": state, "description": "x"});
            world.server.state(|state| state.statuses.push(status));
        };
        say("ci/test", "success");
        let short = &commit[..10];
        promote(&world, &[]).refused(
            "status-not-green",
            &[&format!("status ci/lint of {short} is not there"), "cupaas.yaml:4:37"],
        );
        say("ci/lint", "pending");
        promote(&world, &[]).refused("status-not-green", &["is pending"]);
        say("ci/lint", "success");
        say("ci/test", "error");
        promote(&world, &[]).refused("status-not-green", &["status ci/test", "has failed"]);
        say("ci/test", "success");
        assert_eq!(promote(&world, &[]).code, Some(0), "{manner:?}");
    }
}

/// A job of a workflow is a check there, and no status.
#[test]
fn on_github_checks_count() {
    let world = gated(Manner::Github, "{statuses: [test]}", "");
    let commit = staged(&world, "1");
    let check = |status: &str, conclusion: Option<&str>| {
        let check = json!({"sha": commit, "name": "test", "status": status, "conclusion": conclusion});
        world.server.state(|state| state.checks.push(check));
    };
    promote(&world, &[]).refused("status-not-green", &["is not there"]);
    check("completed", Some("success"));
    check("in_progress", None);
    promote(&world, &[]).refused("status-not-green", &["is pending"]);
    world.server.state(|state| state.checks.truncate(1));
    assert_eq!(promote(&world, &[]).code, Some(0));
}

#[test]
fn a_forge_that_does_not_answer_lets_nothing_pass() {
    let platform = "environments:\n  production: {cluster: home, promotion: {statuses: [ci]}}\n  staging: {cluster: home}\n\
                    registry: {prefix: registry.example.cu/team}\n";
    let world = World::with(Manner::Gitea, platform, |heard, _| {
        heard.path.contains("/statuses").then(|| Fault::Say(403, String::new(), "{}".to_owned()))
    });
    let commit = staged(&world, "1");
    let ran = promote(&world, &[]);
    assert_eq!(ran.code, Some(6), "{}", ran.stderr);
    assert!(ran.stderr.contains(&format!("asks for statuses of {}", &commit[..10])), "{}", ran.stderr);
    let dry = promote(&world, &["--dry-run"]);
    assert!(dry.code == Some(0) && dry.stdout.contains("would not pass: nobody can say"), "{}", dry.stderr);
    let over = promote(&world, &["--override", "the forge is down"]);
    assert_eq!(over.code, Some(0), "{}", over.stderr);
    let message = world.git(&["log", "-1", "--format=%B", "main"]);
    assert!(message.contains("Cupaas-Override: statuses: the forge is down"), "{message}");
}

#[test]
fn a_release_that_is_not_healthy_does_not_soak() {
    for manner in ALL {
        let world = gated(manner, "{soak: 1s}", "flux:\n  status: {secret: forge-token, forge: gitea}\n");
        let commit = staged(&world, "1");
        let record = world.git(&["show", "main:releases/staging/shop/release.yaml"]);
        let record: serde_json::Value = serde_saphyr::from_str(&record).unwrap();
        let id = record["rollout"]["id"].as_str().unwrap().to_owned();
        promote(&world, &[])
            .refused("soak-unfinished", &["nobody has said yet", "base: nothing", "cupaas wait --app shop"]);
        let say = |half: &str, state: &str, words: &str| {
            let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
            let time = jiff::Timestamp::from_second(i64::try_from(seconds).unwrap()).unwrap().to_string();
            let context = format!("cupaas/staging/shop/{half}/{id}");
            let status = json!({
                "sha": commit, "context": context, "state": state, "description": words, "created_at": time,
            });
            world.server.state(|state| state.statuses.push(status));
        };
        say("base", "success", "reconciliation succeeded");
        say("app", "failure", "health check failed");
        promote(&world, &[]).refused("soak-unfinished", &["is not healthy", "app: health check failed"]);
        say("app", "success", "reconciliation succeeded");
        let soon = (jiff::Timestamp::now() + std::time::Duration::from_secs(10)).to_string();
        let passed = promote(&world, &["--dry-run", "--now", &soon]);
        assert!(passed.code == Some(0) && !passed.stdout.contains("would not pass"), "{manner:?} {passed:?}");
    }
}
