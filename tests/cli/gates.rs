//! Gates of a promotion: where it may come from, and for how long it has stood there. Edges to the second are tried in
//! `src/calendar/` and `src/resolve/freeze.rs`; the statuses of a forge in `tests/forge/gates.rs`.

use serde_json::Value;

use super::world::{URL, World};
use crate::sandbox::{APP, Ran};

fn image(digit: &str) -> String {
    format!("registry.example.cu/team/shop:latest@sha256:{}", digit.repeat(64))
}

/// Three environments, of which the last asks for this.
pub(crate) fn gated(production: &str) -> World {
    let settings = format!(
        "environments:\n  dev: {{cluster: home}}\n  staging: {{cluster: home}}\n  production:\n    \
         cluster: home\n{production}registry: {{prefix: registry.example.cu/team}}\n"
    );
    let world = World::new(&[("cupaas.yaml", &settings)]);
    world.sandbox.write("shop", &[(".cupaas", &format!("name: shop\n{APP}"))]);
    world
}

pub(crate) fn deploy(world: &World, environment: &str, digit: &str) -> Value {
    let repository = ["--source-repository", URL, "--image", &image(digit)];
    world.json(&[&["deploy", "shop", "--env", environment], &repository[..]].concat())
}

fn promote(world: &World, from: &str, more: &[&str]) -> Ran {
    world.run(&[&["promote", "shop", "--from", from, "--to", "production"], more].concat())
}

fn refused(world: &World, ran: &Ran, code: &str, words: &[&str]) {
    ran.refused(code, words);
    let there = world.sandbox.paths(&world.gitops);
    assert!(!there.iter().any(|path| path.starts_with("deploy/production/")), "something was written");
}

fn message(world: &World) -> String {
    world.sandbox.git("", &["-C", &world.gitops, "log", "-1", "--format=%B", "main"])
}

#[test]
fn a_release_comes_from_where_it_may() {
    let world = gated("    promotion: {from: [staging]}\n");
    deploy(&world, "dev", "1");
    let ran = promote(&world, "dev", &[]);
    let next = "cupaas promote shop --from dev --to staging";
    refused(&world, &ran, "promotion-from-elsewhere", &["from staging alone", "cupaas.yaml:6:23", next]);
    // Who looks is told.
    let dry = promote(&world, "dev", &["--dry-run"]);
    assert!(dry.code == Some(0) && dry.stdout.contains("would not pass: shop may come"), "{}", dry.stdout);
    world.good(&["promote", "shop", "--from", "dev", "--to", "staging"]);
    assert_eq!(promote(&world, "staging", &[]).code, Some(0));
    assert!(!message(&world).contains("Cupaas-Override"), "{}", message(&world));
    // It stands there already: no gate is asked.
    assert_eq!(promote(&world, "dev", &[]).code, Some(0));
}

#[test]
fn what_must_pass_all_the_same_says_why_in_the_commit() {
    let world = gated("    promotion: {from: [staging], soak: 2h}\n");
    deploy(&world, "dev", "1");
    let ran = promote(&world, "dev", &[]);
    refused(
        &world,
        &ran,
        "promotion-from-elsewhere",
        &["2 gates of production", "soak-unfinished", "--override WHY"],
    );
    let passed = promote(&world, "dev", &["--override", "the shop\nis down"]);
    assert_eq!(passed.code, Some(0), "{}", passed.stderr);
    assert!(
        message(&world).contains("\nCupaas-Override: from, soak: the shop is down\n"),
        "{}",
        message(&world)
    );
    assert!(message(&world).contains("\nCupaas-App: shop\n"), "{}", message(&world));
}

#[test]
fn a_release_soaks_from_the_commit_that_brought_it() {
    let world = gated("    promotion: {soak: 2h}\n");
    deploy(&world, "staging", "1");
    let soaks = ["has stood in staging for", "cupaas.yaml:6:23 asks for 2h", "it passes in "];
    refused(&world, &promote(&world, "staging", &[]), "soak-unfinished", &soaks);
    let began: i64 =
        world.sandbox.git("", &["-C", &world.gitops, "log", "-1", "--format=%ct"]).trim().parse().unwrap();
    // What is only rendered again is the same release.
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    world.good(&["env", "set", "A=1", "--app", "shop", "--env", "staging"]);
    let at = |seconds: i64| {
        let now = jiff::Timestamp::from_second(began + seconds).unwrap().to_string();
        promote(&world, "staging", &["--dry-run", "--now", &now]).stdout
    };
    assert!(at(7_199).contains("would not pass: shop has stood in staging for 1h 59m 59s"), "{}", at(7_199));
    assert!(at(7_199).contains("it passes in 1s"), "{}", at(7_199));
    assert!(!at(7_200).contains("would not pass"), "{}", at(7_200));
    // Another one begins anew.
    deploy(&world, "staging", "2");
    assert!(at(7_200).contains("would not pass"), "{}", at(7_200));
}

#[test]
fn a_moment_is_for_those_who_only_look() {
    let world = gated("");
    deploy(&world, "staging", "1");
    let now = ["--now", "2026-11-30T08:00"];
    assert_eq!(promote(&world, "staging", &now).code, Some(2));
    let odd = promote(&world, "staging", &["--dry-run", "--now", "tomorrow"]);
    assert!(odd.code == Some(2) && odd.stderr.contains("error[invalid-argument]"), "{}", odd.stderr);
    let silent = promote(&world, "staging", &["--override", " "]);
    assert!(silent.code == Some(2) && silent.stderr.contains("needs a reason"), "{}", silent.stderr);
}
