//! Encrypted files that are gone, changed or in the place of others: seen before they are committed over.

use std::fs;
use std::process::Stdio;

use crate::sandbox::{PLATFORM, Ran, Sandbox, ran};
use crate::unsealed::unseal;

const APP: &str = "name: shop\nruntime: image\nservices: [mongodb]\nprocesses: {web: {command: serve}}\n";
const WITH_SECRETS: &str = "secrets: [TOKEN, OTHER]\n";
const BARE: &str = "home/cupaas/gitops.git";
const MONGODB: &str = "releases/production/shop/credentials/mongodb.yaml";
const TOKEN: &str = "releases/production/shop/secrets/TOKEN.yaml";
const OTHER: &str = "releases/production/shop/secrets/OTHER.yaml";
const ALLOW: &str = "production/shop/mongodb-credentials";

fn bare(sandbox: &Sandbox) -> String {
    sandbox.path(BARE).display().to_string()
}

/// An app that is deployed, and a clone of the GitOps repository.
fn deployed(app: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("app", &[(".cupaas", app)]);
    for name in ["TOKEN", "OTHER"].into_iter().filter(|name| app.contains(name)) {
        sandbox.good(&["secret", "set", name, "app", "--random"]);
    }
    sandbox.good(&["deploy", "app"]);
    sandbox.git("", &["clone", "-q", &bare(&sandbox), "edited"]);
    sandbox
}

/// Pushes what was changed in the clone.
fn push(sandbox: &Sandbox) {
    sandbox.commit("edited", 1_700_000_900);
    sandbox.git("edited", &["push", "-q", "--force", "origin", "HEAD:main"]);
}

fn head(sandbox: &Sandbox) -> String {
    sandbox.git("", &["-C", &bare(sandbox), "rev-parse", "main"])
}

fn refused(sandbox: &Sandbox, args: &[&str], code: i32, said: &[&str]) -> Ran {
    let ran = sandbox.run(args);
    assert_eq!(ran.code, Some(code), "{args:?}: {}{}", ran.stdout, ran.stderr);
    for word in said {
        assert!(ran.stderr.contains(word), "{args:?} does not say {word}: {}", ran.stderr);
    }
    ran
}

#[test]
fn lost_credentials_do_not_become_new_ones() {
    let sandbox = deployed(APP);
    let key = fs::read_to_string(sandbox.path("home/cupaas/age/keys.txt")).unwrap();
    let values = |sandbox: &Sandbox| unseal(&sandbox.show(&bare(sandbox), MONGODB), &key).unwrap();
    let before = values(&sandbox);
    sandbox.git("edited", &["rm", "-q", MONGODB]);
    push(&sandbox);
    let gone = head(&sandbox);
    let history = format!("git log --diff-filter=D -- {MONGODB}");
    let rotate = "cupaas secret rotate mongodb --app shop --env production";
    for args in [&["deploy", "app"][..], &["deploy", "--all"], &["deploy", "--app", "shop"]] {
        refused(&sandbox, args, 4, &["[credentials-missing]", MONGODB, &history, rotate, ALLOW]);
    }
    for args in [&["secret", "check", "--all"][..], &["secret", "check", "app"]] {
        refused(&sandbox, args, 3, &["error[credentials-lost]", MONGODB, &history, rotate]);
    }
    let list = sandbox.good(&["secret", "list", "app"]).stdout;
    assert!(list.contains("mongodb  its file is gone") && list.contains(MONGODB), "{list}");
    assert_eq!(sandbox.json(&["secret", "list", "app"])["secrets"][0]["set"], false);
    assert_eq!(head(&sandbox), gone, "nothing was written");
    // As the message says it.
    sandbox.git("edited", &["checkout", "-q", "HEAD^", "--", MONGODB]);
    push(&sandbox);
    assert_eq!(sandbox.json(&["deploy", "app"])["status"], "unchanged");
    sandbox.good(&["secret", "check", "--all"]);
    assert_eq!(values(&sandbox), before);
    // The other way: new ones, and what has to happen then.
    sandbox.git("edited", &["rm", "-q", MONGODB]);
    push(&sandbox);
    let rotated = sandbox.good(&rotate.split(' ').skip(1).collect::<Vec<_>>());
    assert!(rotated.stdout.contains("changeUserPassword"), "{}", rotated.stdout);
    assert_ne!(values(&sandbox), before);
    sandbox.good(&["secret", "check", "--all"]);
    assert_eq!(sandbox.json(&["deploy", "app"])["status"], "unchanged");
}

#[test]
fn credentials_that_wait_are_lost_too() {
    let sandbox = deployed(APP);
    sandbox.good(&["remove", "app"]);
    sandbox.git("edited", &["pull", "-q"]);
    sandbox.git("edited", &["rm", "-q", MONGODB]);
    push(&sandbox);
    refused(&sandbox, &["secret", "check", "--all"], 3, &[MONGODB, "git log --diff-filter=D"]);
    refused(&sandbox, &["deploy", "app"], 4, &[MONGODB, "git log --diff-filter=D", ALLOW]);
    refused(&sandbox, &["deploy", "app", "--allow-data-loss", "mongodb"], 4, &[ALLOW]);
    sandbox.good(&["deploy", "app", "--allow-data-loss", ALLOW]);
    sandbox.good(&["secret", "check", "--all"]);
}

#[test]
fn a_new_provider_or_service_has_no_file_yet() {
    let sandbox = deployed(APP);
    let platform = fs::read_to_string(sandbox.path("edited/cupaas.yaml")).unwrap();
    let existing = "secrets: {provider: existing}\n";
    let start = platform.find("secrets:").unwrap();
    let rest = platform[start..].split_inclusive('\n').skip(1);
    let block: String = rest.take_while(|line| line.starts_with([' ', '#'])).collect();
    let line = platform[start..].split_inclusive('\n').next().unwrap();
    let other = platform.replace(&format!("{line}{block}"), existing);
    assert_ne!(other, platform);
    sandbox.git("edited", &["rm", "-q", MONGODB]);
    sandbox.write("edited", &[("cupaas.yaml", &other)]);
    push(&sandbox);
    sandbox.good(&["deploy", "app"]);
    sandbox.git("edited", &["pull", "-q"]);
    sandbox.write("edited", &[("cupaas.yaml", &platform)]);
    push(&sandbox);
    sandbox.good(&["secret", "check", "--all"]);
    sandbox.write("app", &[(".cupaas", &APP.replace("[mongodb]", "[mongodb, {mongodb: {name: archive}}]"))]);
    sandbox.good(&["deploy", "app"]);
    sandbox.good(&["secret", "check", "--all"]);
    sandbox.show(&bare(&sandbox), MONGODB);
}

#[test]
fn another_apps_file_is_not_this_ones() {
    let sandbox = deployed(APP);
    sandbox.write("app", &[(".cupaas", &APP.replace("shop", "other"))]);
    sandbox.good(&["deploy", "app"]);
    sandbox.write("app", &[(".cupaas", APP)]);
    sandbox.git("edited", &["pull", "-q"]);
    let theirs = sandbox.show(&bare(&sandbox), "releases/production/other/credentials/mongodb.yaml");
    sandbox.write("edited", &[(MONGODB, &theirs)]);
    push(&sandbox);
    let said = "found other-production/mongodb-credentials";
    for args in [&["deploy", "app"][..], &["secret", "check", "app"], &["secret", "check", "--all"]] {
        refused(&sandbox, args, 3, &[MONGODB, said, "expected Secret shop-production/mongodb-credentials"]);
    }
}

/// What a changed file does to `secret check` with and without a private key, and to a deploy.
fn changed(sandbox: &Sandbox, path: &str, text: &str, without_key: Option<&str>, with_key: &str) {
    let whole = fs::read_to_string(sandbox.path("edited").join(path)).unwrap();
    assert_ne!(whole, text, "{path} was not changed");
    sandbox.write("edited", &[(path, text)]);
    push(sandbox);
    refused(sandbox, &["secret", "check", "app"], 3, &[path, with_key]);
    let bare = bare(sandbox);
    let mut stranger = sandbox.cupaas(&["secret", "check", "--all", "--gitops", &bare]);
    stranger.env("CUPAAS_HOME", sandbox.path("nobody")).stdin(Stdio::null());
    let alone = ran(&stranger.output().unwrap());
    match without_key {
        Some(said) => {
            assert_eq!(alone.code, Some(3), "{}", alone.stdout);
            assert!(alone.stderr.contains(path) && alone.stderr.contains(said), "{}", alone.stderr);
            refused(sandbox, &["deploy", "app"], 3, &[path, said]);
        }
        None => assert_eq!(alone.code, Some(0), "{}", alone.stderr),
    }
    sandbox.write("edited", &[(path, &whole)]);
    push(sandbox);
}

#[test]
fn what_a_deploy_or_the_cluster_would_refuse_is_said_by_check() {
    let sandbox = deployed(&format!("{APP}{WITH_SECRETS}"));
    let read = |path: &str| fs::read_to_string(sandbox.path("edited").join(path)).unwrap();
    let (token, other, mongodb) = (read(TOKEN), read(OTHER), read(MONGODB));
    let ok = sandbox.good(&["secret", "check", "app"]).stdout;
    assert!(ok.contains("3 encrypted files (3 decrypted with a key at hand)"), "{ok}");
    let missing = "missing key OTHER";
    changed(&sandbox, OTHER, &other.replace("  OTHER: ENC", "  OTHERX: ENC"), Some(missing), missing);
    changed(&sandbox, OTHER, &token, Some(missing), missing);
    let missing = "missing key password";
    changed(&sandbox, MONGODB, &mongodb.replace("  password: ENC", "  pass: ENC"), Some(missing), missing);
    let bound = other
        .replace("mac_only_encrypted: true", "mac_only_encrypted: false")
        .replace("namespace: shop-production", "namespace: elsewhere");
    let said = "the MAC also covers the name";
    changed(&sandbox, OTHER, &bound, Some(said), said);
    let said = "is not an age file";
    changed(&sandbox, OTHER, &other.replace("BEGIN AGE", "BEGIN AGF"), Some(said), said);
    // Only who has a private key sees these.
    let said = "MAC mismatch";
    changed(
        &sandbox,
        OTHER,
        &other.replace("mac: ENC[AES256_GCM,data:", "mac: ENC[AES256_GCM,data:AAAA"),
        None,
        said,
    );
    let flipped = other.replace("mac_only_encrypted: true", "mac_only_encrypted: false");
    changed(&sandbox, OTHER, &flipped, None, said);
    let value = |text: &str| text[text.find(": ENC[").unwrap()..].split_once('\n').unwrap().0.to_owned();
    let moved = other.replace(&value(&other), &value(&token));
    changed(&sandbox, OTHER, &moved, None, "OTHER cannot be decrypted");
    sandbox.good(&["secret", "check", "--all"]);
}

#[test]
fn a_change_of_the_provider_is_no_loss_and_is_said() {
    let sandbox = Sandbox::new();
    sandbox.good(&["init", "elsewhere"]);
    let text = fs::read_to_string(sandbox.path("elsewhere/cupaas.yaml")).unwrap();
    let key = &text[text.find("age1").unwrap()..][..62];
    for removed in [false, true] {
        let sandbox = Sandbox::new();
        let platform = |secrets: &str| format!("{PLATFORM}secrets: {secrets}\n");
        let bare = sandbox.gitops(&[("cupaas.yaml", &platform("{provider: existing}"))]);
        let app = "name: shop\nruntime: image\nservices: [mongodb]\nprocesses: {web: {command: serve}}\n";
        sandbox.write("app", &[(".cupaas", app)]);
        let deploy = |more: &[&str]| sandbox.run(&[&["deploy", "app", "--gitops", &bare], more].concat());
        assert_eq!(deploy(&[]).code, Some(0));
        assert!(
            sandbox
                .show(&bare, "releases/production/shop/release.yaml")
                .contains("externalCredentials:\n- mongodb\n")
        );
        if removed {
            sandbox.good(&["remove", "app", "--gitops", &bare]);
        }
        sandbox.git("gitops", &["pull", "-q", "--rebase", &bare, "main"]);
        sandbox.write("gitops", &[("cupaas.yaml", &platform(&format!("{{recipients: [{key}]}}")))]);
        sandbox.commit("gitops", 1_700_000_900);
        sandbox.git("gitops", &["push", "-q", &bare, "main"]);
        let done = deploy(&[]);
        assert_eq!(done.code, Some(0), "removed: {removed}: {}", done.stderr);
        let said = "warning[credentials-regenerated]: credentials of mongodb";
        assert!(done.stderr.contains(said) && done.stderr.contains("cupaas.yaml:5:1"), "{}", done.stderr);
        let again = deploy(&[]);
        assert!(again.code == Some(0) && again.stderr.is_empty(), "{}", again.stderr);
        // From now on the file is what is known.
        assert!(
            !sandbox.show(&bare, "releases/production/shop/release.yaml").contains("externalCredentials")
        );
        sandbox.git("gitops", &["pull", "-q", "--rebase", &bare, "main"]);
        fs::remove_file(sandbox.path("gitops").join(MONGODB)).unwrap();
        sandbox.commit("gitops", 1_700_001_000);
        sandbox.git("gitops", &["push", "-q", &bare, "main"]);
        assert_eq!(deploy(&[]).code, Some(4));
    }
}
