//! A service that somebody else runs, from the first word to what the cluster gets.

use std::io::Write;
use std::process::Stdio;

use crate::sandbox::{Sandbox, ran};

const APP: &str = "name: shop\nruntime: image\nservices: [{postgresql: {external: true}}]\n\
    processes: {web: {command: serve}}\n";

#[test]
fn what_a_deploy_lists_is_what_has_to_be_set() {
    let sandbox = Sandbox::new();
    sandbox.write("app", &[(".cupaas", APP)]);
    let deploy = ["deploy", "app", "--image", "docker.io/library/shop:1"];
    let refused = sandbox.run(&deploy);
    assert_eq!(refused.code, Some(3), "{}", refused.stdout);
    for name in ["HOST", "DATABASE", "USERNAME", "PASSWORD"] {
        let command = format!("`cupaas secret set POSTGRESQL_{name} --app shop --env production app`");
        assert!(refused.stderr.contains(&command), "{command}\n{}", refused.stderr);
        let args =
            ["secret", "set", &format!("POSTGRESQL_{name}"), "--app", "shop", "--env", "production", "app"];
        let mut command = sandbox.cupaas(&args);
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"theirs").unwrap();
        let set = ran(&child.wait_with_output().unwrap());
        assert_eq!(set.code, Some(0), "{}", set.stderr);
        assert!(!set.stdout.contains("until .cupaas lists it"), "{}", set.stdout);
    }
    let done = sandbox.json(&deploy);
    let files: Vec<String> = serde_json::from_value(done["files"].clone()).unwrap_or_default();
    assert!(!files.iter().any(|file| file.contains("statefulset")), "nothing runs it here: {files:?}");
    let listed = sandbox.good(&["secret", "list", "app"]);
    assert!(listed.stdout.contains("POSTGRESQL_PASSWORD"), "{}", listed.stdout);
    sandbox.good(&["secret", "check", "app"]);
}

/// Sets a secret of `shop` in production.
fn set(sandbox: &Sandbox, name: &str, gitops: &[&str]) {
    let args = ["secret", "set", name, "--app", "shop", "--env", "production"];
    let mut command = sandbox.cupaas(&[&args, gitops].concat());
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"theirs").unwrap();
    let done = ran(&child.wait_with_output().unwrap());
    assert_eq!(done.code, Some(0), "{}", done.stderr);
}

#[test]
fn a_registration_gives_a_variable_of_an_external_service_and_all_others_are_checked() {
    let sandbox = Sandbox::new();
    sandbox.write("app", &[(".cupaas", APP)]);
    sandbox.good(&["init", "fleet"]);
    let registration = "env: {POSTGRESQL_HOST: db.example.cu}\nenvironments: {production: {env: {POSTGRESQL_DATABASE: shop}}}\n";
    sandbox.write("fleet", &[("apps/shop.yaml", registration)]);
    sandbox.commit("fleet", 1_700_000_000);
    sandbox.git("", &["clone", "-q", "--bare", "fleet", "fleet.git"]);
    let gitops = ["--gitops", "fleet.git"];
    let deploy = ["deploy", "app", "--image", "docker.io/library/shop:1", "--env", "production"];
    let refused = sandbox.run(&[&deploy, &gitops[..]].concat());
    assert_eq!(refused.code, Some(3), "{}", refused.stdout);
    assert!(refused.stderr.contains("secret set POSTGRESQL_PASSWORD"), "{}", refused.stderr);
    for given in ["POSTGRESQL_HOST", "POSTGRESQL_DATABASE"] {
        assert!(!refused.stderr.contains(given), "{given}: {}", refused.stderr);
    }
    set(&sandbox, "POSTGRESQL_USERNAME", &gitops);
    set(&sandbox, "POSTGRESQL_PASSWORD", &gitops);
    sandbox.good(&[&deploy, &gitops[..]].concat());
    let explain = ["explain", "app", "--env", "production", "--gitops", "fleet.git"];
    let explained = sandbox.good(&explain).stdout;
    assert!(explained.contains("env.POSTGRESQL_HOST"), "{explained}");
    sandbox.good(&["secret", "check", "--all", "--gitops", "fleet.git"]);
    // One that is gone is missed, whoever asks.
    sandbox.git("", &["clone", "-q", "fleet.git", "look"]);
    sandbox.git("look", &["rm", "-q", "releases/production/shop/secrets/POSTGRESQL_PASSWORD.yaml"]);
    sandbox.git("look", &["commit", "-q", "-m", "lose one"]);
    sandbox.git("look", &["push", "-q"]);
    let missed = sandbox.run(&["secret", "check", "--all", "--gitops", "fleet.git"]);
    assert_eq!(missed.code, Some(3), "{}", missed.stdout);
    assert!(missed.stderr.contains("the secret POSTGRESQL_PASSWORD has not been set"), "{}", missed.stderr);
}
