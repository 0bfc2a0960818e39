//! Freezes: no new release comes, and everything else goes on.

use super::gates::{deploy, gated};
use super::world::{URL, World};

const ALWAYS: &str = "    freeze:\n      - {from: 2020-01-01, why: the fair}\n";
const OVER: &str = "    freeze:\n      - {from: 2020-01-01, to: 2020-02-01, timeZone: America/Havana}\n";

fn image(digit: &str) -> String {
    format!("registry.example.cu/team/shop:latest@sha256:{}", digit.repeat(64))
}

/// An app that has been deployed before the freeze began.
fn frozen() -> World {
    let world = gated("");
    deploy(&world, "production", "1");
    deploy(&world, "production", "2");
    deploy(&world, "staging", "3");
    let settings =
        world.show("cupaas.yaml").replace("    cluster: home\n", &format!("    cluster: home\n{ALWAYS}"));
    write(&world, "cupaas.yaml", &settings);
    world
}

/// A person's own commit in the GitOps repository.
fn write(world: &World, path: &str, text: &str) {
    let sandbox = &world.sandbox;
    if !sandbox.path("person").exists() {
        sandbox.git("", &["clone", "-q", &world.gitops, "person"]);
    }
    sandbox.git("person", &["pull", "-q", "--ff-only", "origin", "main"]);
    std::fs::write(sandbox.path("person").join(path), text).unwrap();
    sandbox.commit("person", 1_700_000_001);
    sandbox.git("person", &["push", "-q", "origin", "HEAD:main"]);
}

fn running(world: &World) -> String {
    world.show("deploy/production/shop/app/deployment-web.yaml")
}

fn refused(world: &World, args: &[&str]) {
    let head = world.head();
    let ran = world.run(args);
    let words = ["production is frozen, by cupaas.yaml:7:9: the fair", "--override WHY"];
    ran.refused("environment-frozen", &words);
    assert_eq!(world.head(), head, "something was written");
}

#[test]
fn nothing_new_comes_whichever_command_brings_it() {
    let world = frozen();
    let (other, more) = (image("4"), ["--app", "shop", "--env", "production"]);
    let folder = ["deploy", "shop", "--env", "production", "--source-repository", URL, "--image", &other];
    refused(&world, &folder);
    refused(&world, &[&["deploy", "--image", &other], &more[..]].concat());
    refused(&world, &[&["pin", "--image", &other], &more[..]].concat());
    refused(&world, &["promote", "shop", "--from", "staging", "--to", "production"]);
    // Who only looks is warned.
    let dry = world.run(&[&folder[..], &["--dry-run"]].concat());
    assert!(
        dry.code == Some(0) && dry.stderr.contains("warning[environment-frozen]"),
        "{}{}",
        dry.stdout,
        dry.stderr
    );
    // Elsewhere nothing is frozen.
    deploy(&world, "staging", "4");
    world.good(&[&folder[..], &["--override", "the till is down"]].concat());
    assert!(running(&world).contains(&other));
    let message = world.sandbox.git("", &["-C", &world.gitops, "log", "-1", "--format=%B", "main"]);
    assert!(message.contains("\nCupaas-Override: freeze: the till is down\n"), "{message}");
    // Whoever looks back sees it.
    let history = ["history", "shop", "--env", "production"];
    let releases = &world.json(&history)["releases"];
    assert_eq!(releases[0]["overridden"], "freeze: the till is down", "{releases:#}");
    assert!(releases[1]["overridden"].is_null(), "{releases:#}");
    let said = "overridden: freeze: the till is down";
    assert!(world.good(&history).stdout.contains(said));
    assert!(world.good(&["status", "--format", "html"]).stdout.contains(said));
}

#[test]
fn status_says_what_is_frozen_now() {
    let world = frozen();
    let frozen = &world.json(&["status"])["frozen"];
    let on = serde_json::json!([
        {"environment": "production", "until": null, "why": "the fair", "place": "cupaas.yaml:7:9"}
    ]);
    assert_eq!(*frozen, on);
    let words = "production is frozen, by cupaas.yaml:7:9: the fair";
    assert!(world.good(&["status"]).stdout.ends_with(&format!("{words}\n")));
    assert!(world.good(&["status", "--format", "html"]).stdout.contains(words));
    assert_eq!(world.json(&["status", "--env", "staging"])["frozen"], serde_json::json!([]));
}

#[test]
fn of_freezes_that_overlap_the_one_that_ends_last_is_named() {
    let second = "    freeze:\n      - {from: 2020-01-01, to: 2998-01-01, why: the fair}\n      - ";
    for (last, hint) in [
        (
            "{from: 2020-02-01}\n",
            "once the freeze at cupaas.yaml:8:9 is taken out of the file, or has an end",
        ),
        (
            "{from: 2997-01-01, to: 2999-01-01, timeZone: America/Havana}\n",
            "from 2999-01-02T00:00:00-05:00 (America/Havana) on, when the freeze at cupaas.yaml:8:9 has ended too",
        ),
        (
            "{schedule: '* * * * *', for: 5m}\n",
            "once the freeze at cupaas.yaml:8:9 leaves a gap, or is taken out of the file",
        ),
    ] {
        let world = gated(&format!("{second}{last}"));
        let args =
            ["deploy", "shop", "--env", "production", "--source-repository", URL, "--image", &image("1")];
        let ran = world.run(&args);
        let said =
            ran.refused("environment-frozen", &["production is frozen", "by cupaas.yaml:7:9: the fair"]);
        assert!(said.split_whitespace().collect::<Vec<_>>().join(" ").contains(hint), "{hint}: {said}");
    }
}

#[test]
fn what_is_there_is_operated_and_gone_back_from() {
    let world = frozen();
    let settings = world.show("cupaas.yaml");
    let settings =
        settings.replace("    cluster: home\n", "    cluster: home\n    domain: apps.example.cu\n");
    write(&world, "cupaas.yaml", &settings);
    let more = ["--app", "shop", "--env", "production"];
    for args in [
        &["env", "set", "A=1"][..],
        &["scale", "web=2"],
        &["restart"],
        &["stop"],
        &["start"],
        &["maintenance", "on"],
        &["maintenance", "off"],
        &["pin"],
        &["unpin"],
    ] {
        world.good(&[args, &more].concat());
    }
    world.good(&[&["rollback"], &more[..]].concat());
    assert!(running(&world).contains(&image("1")));
    // The same again is nothing new.
    let same = ["deploy", "--app", "shop", "--env", "production", "--set", "B=2"];
    world.good(&same);
    world.good(&[&["remove"], &more[..]].concat());
}

#[test]
fn a_first_deploy_is_new_too_and_a_freeze_that_is_over_is_none() {
    let world = gated(ALWAYS);
    let first = ["deploy", "shop", "--env", "production", "--source-repository", URL, "--image", &image("1")];
    refused(&world, &first.map(|word| word));
    let world = gated(OVER);
    deploy(&world, "staging", "1");
    let promote = ["promote", "shop", "--from", "staging", "--to", "production"];
    let then = [&promote[..], &["--dry-run", "--now", "2020-02-02T04:59:59"]].concat();
    let ran = world.run(&then);
    let until = "production is frozen until 2020-02-02T00:00:00-05:00 (America/Havana), by cupaas.yaml:7:9";
    assert!(ran.code == Some(0) && ran.stderr.contains(until), "{}{}", ran.stdout, ran.stderr);
    let free = world.run(&[&promote[..], &["--dry-run", "--now", "2020-02-02T05:00:00"]].concat());
    assert!(!free.stderr.contains("frozen"), "{}", free.stderr);
    world.good(&promote);
}

#[test]
fn settings_of_what_stands_there_are_promoted_in_a_freeze() {
    let world = frozen();
    // What staging has is what production has, since an outage had to end.
    let road = ["promote", "shop", "--from", "staging", "--to", "production"];
    world.good(&[&road[..], &["--with-settings", "--override", "an outage"]].concat());
    let platform = world.show("cupaas.yaml");
    write(&world, "cupaas.yaml", &format!("{platform}env: {{FLAG: \"1\"}}\n"));
    let dry = world.good(&[&road[..], &["--with-settings", "--dry-run"]].concat());
    assert!(
        !dry.stdout.contains("would not pass") && !dry.stderr.contains("frozen"),
        "{}{}",
        dry.stdout,
        dry.stderr
    );
    world.good(&[&road[..], &["--with-settings"]].concat());
}
