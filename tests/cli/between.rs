//! `history --diff`: what changed of an app between two of its releases, in words and in manifests.

use serde_json::Value;

use super::world::{STAGED, URL, World};
use crate::sandbox::{APP, Ran};

fn world() -> World {
    let recipient = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
    World::new(&[("cupaas.yaml", &format!("{STAGED}secrets: {{recipients: [{recipient}]}}\n"))])
}

/// Deploys the app with a file of its own, and gives the commit in the GitOps repository.
fn deploy(world: &World, environment: &str, version: &str, more: &str) -> String {
    world.sandbox.write("shop", &[(".cupaas", &format!("name: shop\n{APP}{more}"))]);
    let image = format!("registry.example.cu/team/shop:{version}");
    let args = [
        "deploy",
        "shop",
        "--env",
        environment,
        "--source-repository",
        URL,
        "--image",
        &image,
        "--format",
        "json",
    ];
    let report: Value = serde_json::from_str(&world.good(&args).stdout).unwrap();
    report["commit"].as_str().unwrap().to_owned()
}

/// Three releases; one of them rendered again with another variable of the platform's people.
fn three() -> (World, [String; 3]) {
    let world = world();
    let first = deploy(&world, "production", "1", "env: {COLOUR: red, GONE: '1'}\n");
    let second = deploy(&world, "production", "2", "env: {COLOUR: blue}\nservices: [mongodb]\n");
    let third = deploy(&world, "production", "3", "env: {COLOUR: blue}\nservices: [mongodb]\n");
    (world, [first, second, third])
}

/// What was decided otherwise: its name, then what it was and what it is.
fn said<'a>(report: &'a Value, what: &str) -> (Option<&'a str>, Option<&'a str>) {
    let plain = |value: &'a Value| value.as_str().map(|text| text.trim_matches('"'));
    let all = report["unlike"].as_array().unwrap();
    let one = all.iter().find(|one| one["what"] == what).unwrap_or_else(|| panic!("{what}: {report:#}"));
    (plain(&one["from"]["value"]), plain(&one["to"]["value"]))
}

#[test]
fn two_releases_are_told_apart_in_words_and_in_manifests() {
    let (world, [first, second, third]) = three();
    let report = world.json(&["history", "shop", "--diff", "2", "1"]);
    assert_eq!(
        (report["report"].as_str(), report["status"].as_str()),
        (Some("history-diff"), Some("differs"))
    );
    assert_eq!((&report["from"]["commit"], &report["to"]["commit"]), (&first.into(), &second.into()));
    assert_eq!(said(&report, "env.COLOUR"), (Some("red"), Some("blue")));
    assert_eq!(said(&report, "env.GONE"), (Some("1"), None));
    let image = said(&report, "image");
    assert!(image.0.unwrap().ends_with("shop:1") && image.1.unwrap().ends_with("shop:2"), "{image:?}");
    let created = report["plan"]["changes"].as_array().unwrap();
    assert!(created.iter().any(|one| one["object"]["kind"] == "StatefulSet"), "{report:#}");
    let lines = report["diffs"].to_string();
    assert!(lines.contains("-  COLOUR: red"), "{lines}");
    // One alone is compared with what stands there now.
    let now = world.json(&["history", "--app", "shop", "--env", "production", "--diff", "1"]);
    assert_eq!((&now["to"]["commit"], &now["to"]["stands"]), (&third.into(), &Value::Bool(true)));
    assert_eq!(now["unlike"].as_array().unwrap().len(), 1, "{now:#}");
    let text = world.good(&["history", "shop", "--diff", "2", "1"]).stdout;
    for words in ["shop in production, from", "env.COLOUR", "nothing", "In the cluster", "create StatefulSet"]
    {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(text.find("env.COLOUR") < text.find("In the cluster"), "{text}");
    let page = world.good(&["history", "shop", "--diff", "2", "1", "--format", "markdown"]).stdout;
    assert!(page.starts_with("### cupaas: shop in production, from") && page.contains("```diff"), "{page}");
}

#[test]
fn commits_and_times_name_releases_and_a_setting_is_told_though_the_release_is_the_same() {
    let (world, [_, _, third]) = three();
    world.good(&["env", "set", "COLOUR=green", "--app", "shop", "--env", "production"]);
    // The state that one commit made, and the newest one of the same release.
    let report = world.json(&["history", "shop", "--diff", &third[..12]]);
    assert_eq!(said(&report, "env.COLOUR"), (Some("blue"), Some("green")));
    assert_eq!(report["unlike"].as_array().unwrap().len(), 1, "{report:#}");
    let before = world.json(&["history", "shop", "--diff", "1", &third[..12]]);
    assert_eq!(
        (&before["to"]["commit"], &before["to"]["stands"]),
        (&third.clone().into(), &Value::Bool(false))
    );
    let same = world.good(&["history", "shop", "--diff", &third[..12], &third]).stdout;
    assert!(same.contains("nothing has changed"), "{same}");
    let year = world.json(&["history", "shop", "--diff", "2999-01-01"]);
    assert_eq!(year["status"], "unchanged");
}

#[test]
fn a_secret_is_told_by_its_name_alone() {
    let world = world();
    deploy(&world, "production", "1", "");
    deploy(&world, "production", "1", "services: [mongodb]\n");
    for format in ["text", "markdown", "json"] {
        let said = world.good(&["history", "shop", "--diff", "1", "--format", format]).stdout;
        assert!(said.contains("mongodb"), "{said}");
        let sealed = world.sandbox.git("", &["-C", &world.gitops, "grep", "-h", "ENC\\[", "main"]);
        for line in sealed.lines().filter_map(|line| line.split("data:").nth(1)) {
            assert!(line.len() < 20 || !said.contains(&line[..20]), "{format}: {line}");
        }
    }
}

/// Ended by a mistake in what was typed, with these words.
fn refused(ran: &Ran, code: &str, words: &[&str]) {
    assert!(
        ran.code == Some(2) && ran.stderr.contains(&format!("error[{code}]")),
        "{}{}",
        ran.stdout,
        ran.stderr
    );
    for word in words {
        assert!(ran.stderr.contains(word), "{word}: {}", ran.stderr);
    }
}

#[test]
fn a_release_that_there_is_not_is_refused() {
    let (world, _) = three();
    for (wanted, words) in [
        ("3", "there are only 2 earlier releases of shop in production"),
        ("abcdef012345", "the history of shop in production has no release of commit abcdef012345"),
        ("2001-01-01", "the history of shop in production has no release at 2001-01-01"),
    ] {
        let hint = "cupaas history --app shop --env production";
        refused(&world.run(&["history", "shop", "--diff", wanted]), "release-not-found", &[words, hint]);
        refused(&world.run(&["history", "shop", "--diff", "1", wanted]), "release-not-found", &[words]);
    }
    let diff = |more: &[&str]| world.run(&[&["history", "shop"], more].concat());
    refused(&diff(&["--diff", "last"]), "invalid-argument", &["--diff", "is no number"]);
    let elsewhere = ["shop is not deployed in staging", "--env production"];
    refused(&diff(&["--env", "staging", "--diff", "1"]), "not-deployed", &elsewhere);
    deploy(&world, "staging", "1", "");
    refused(&diff(&["--diff", "1"]), "environment-required", &["production and staging", "--env production"]);
    let first = ["there is no earlier release of shop in staging"];
    refused(&diff(&["--env", "staging", "--diff", "1"]), "release-not-found", &first);
}

#[test]
fn before_the_first_release_the_hint_names_what_there_is_to_compare_with() {
    let world = world();
    let made = deploy(&world, "production", "1", "");
    world.json(&["env", "set", "--app", "shop", "--env", "production", "LEVEL=loud"]);
    let hint = format!("--diff {}", &made[..10]);
    let again = ["its first one was only rendered again", "how it was rendered before", &hint];
    refused(&world.run(&["history", "shop", "--diff", "1"]), "release-not-found", &again);
    let changed = world.run(&["history", "--app", "shop", "--env", "production", "--diff", &made[..10]]);
    assert!(
        changed.code == Some(0) && changed.stdout.contains("LEVEL"),
        "{}{}",
        changed.stdout,
        changed.stderr
    );
    let other = deploy(&world, "production", "2", "");
    world.json(&["rollback", "shop", "--env", "production"]);
    let hint = format!("--diff {}", &other[..10]);
    let back = ["it was rolled back to its first one", "what was rolled back", &hint];
    refused(&world.run(&["history", "shop", "--diff", "1"]), "release-not-found", &back);
    let changed = world.run(&["history", "--app", "shop", "--env", "production", "--diff", &other[..10]]);
    assert_eq!(changed.code, Some(0), "{}", changed.stderr);
}

#[test]
fn settings_that_no_release_has_yet_are_not_what_stands_there() {
    let world = world();
    let made = deploy(&world, "production", "1", "");
    let platform = world.show("cupaas.yaml");
    world.sandbox.git("", &["clone", "-q", &world.gitops, "person"]);
    let other = platform.replace("apps.example.cu", "apps2.example.cu");
    world.sandbox.write("person", &[("cupaas.yaml", &other)]);
    world.sandbox.commit("person", 1_900_000_000);
    world.sandbox.git("person", &["push", "-q", "origin", "HEAD:main"]);
    let report = world.json(&["history", "shop", "--env", "production", "--diff", &made]);
    assert_eq!(report["status"].as_str(), Some("unchanged"), "{report:#}");
    let unlike = report["unlike"].as_array().unwrap();
    assert!(unlike.is_empty(), "{report:#}");
}

#[test]
fn an_app_in_an_environment_that_was_renamed_is_not_said_to_be_removed() {
    let world = world();
    let made = deploy(&world, "production", "1", "");
    world.sandbox.git("", &["clone", "-q", &world.gitops, "person"]);
    let renamed = world.show("cupaas.yaml").replace("production:", "prod:");
    world.sandbox.write("person", &[("cupaas.yaml", &renamed)]);
    world.sandbox.commit("person", 1_900_000_000);
    world.sandbox.git("person", &["push", "-q", "origin", "HEAD:main"]);
    let ran = world.run(&["history", "shop", "--diff", &made]);
    assert!(
        ran.stderr.contains("error[undeclared-environment]: shop is deployed in production"),
        "{}",
        ran.stderr
    );
}
