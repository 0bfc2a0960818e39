//! Encrypted files that are there: what changes their bytes, who can read them, and what is applied of them.

use std::fs;

use super::secret_app::{APP, TOKEN, bare, deployed, kept, key_file, set, value};
use crate::sandbox::{Sandbox, ran};
use crate::unsealed::unseal;

#[test]
fn nothing_but_setting_and_rotating_changes_a_byte() {
    let sandbox = deployed();
    let bare = bare(&sandbox);
    let head = || sandbox.git("", &["-C", &bare, "rev-parse", "main"]);
    let before = head();
    for args in [
        &["deploy", "app"][..],
        &["deploy", "--all"],
        &["deploy", "--app", "shop"],
        &["diff", "app", "--exit-code"],
        &["secret", "list", "app"],
        &["secret", "check", "app"],
        &["secret", "check", "--all"],
        &["secret", "rotate", "mongodb", "app", "--dry-run"],
        &["secret", "rotate", "--recipients", "app"],
        &["secret", "rotate", "--recipients", "--all"],
    ] {
        sandbox.good(args);
        assert_eq!(head(), before, "{args:?}");
    }
    let files = sandbox.json(&["render", "app"])["files"].clone();
    for (path, text) in files.as_object().unwrap() {
        assert_eq!(sandbox.show(&bare, path), text.as_str().unwrap(), "{path}");
    }
    // Whoever has public keys alone cannot know that a value is the same: setting is always a change.
    assert_eq!(set(&sandbox, "TOKEN", TOKEN.as_bytes(), &[]).code, Some(0));
    assert_ne!(head(), before);
    assert_eq!(value(&sandbox, "TOKEN"), TOKEN.as_bytes());
}

#[test]
fn files_are_given_to_new_recipients_by_who_can_read_them() {
    let sandbox = deployed();
    let bare = bare(&sandbox);
    let mine = key_file(&sandbox);
    // A colleague's key, made as `init` makes one.
    let mut init = sandbox.cupaas(&["init", "elsewhere"]);
    assert!(init.env("CUPAAS_HOME", sandbox.path("colleague")).output().unwrap().status.success());
    let theirs = fs::read_to_string(sandbox.path("colleague/age/keys.txt")).unwrap();
    let public = |text: &str| text.lines().next().unwrap().trim_start_matches("# public key: ").to_owned();
    sandbox.git("", &["clone", "-q", &bare, "edited"]);
    let platform = fs::read_to_string(sandbox.path("edited/cupaas.yaml")).unwrap();
    let (one, two) = (public(&mine), public(&theirs));
    let both = platform.replace(&one, &format!("{one}\n    - {two}"));
    assert_ne!(both, platform, "{platform}");
    sandbox.write("edited", &[("cupaas.yaml", &both)]);
    sandbox.commit("edited", 1_700_000_900);
    sandbox.git("edited", &["push", "-q", "origin", "main"]);

    let drift = sandbox.run(&["secret", "check", "app"]);
    assert_eq!(drift.code, Some(3));
    assert_eq!(drift.stderr.matches(&format!("cannot be read by {two}")).count(), 3, "{}", drift.stderr);
    assert!(drift.stderr.contains("error[recipients-outdated]"), "{}", drift.stderr);
    // Who has public keys alone is told what is needed, and nothing is written.
    let head = sandbox.git("", &["-C", &bare, "rev-parse", "main"]);
    let mut stranger = sandbox.cupaas(&["secret", "rotate", "--recipients", "--all", "--gitops", &bare]);
    let refused = ran(&stranger.env("CUPAAS_HOME", sandbox.path("nobody")).output().unwrap());
    assert_eq!(refused.code, Some(2), "{}", refused.stdout);
    assert!(refused.stderr.contains("SOPS_AGE_KEY_FILE"), "{}", refused.stderr);
    assert!(refused.stderr.contains("error[decryption-failed]"), "{}", refused.stderr);
    assert_eq!(sandbox.git("", &["-C", &bare, "rev-parse", "main"]), head);

    let done = sandbox.json(&["secret", "rotate", "--recipients", "app"]);
    assert_eq!(done["summary"]["restarts"], serde_json::json!([]), "no value has changed");
    assert_eq!(done["files"].as_array().unwrap().len(), 3);
    sandbox.good(&["secret", "check", "--all"]);
    for path in [kept("TOKEN"), "deploy/production/shop/base/secret-secret-token-f98103.yaml".to_owned()] {
        for key in [&mine, &theirs] {
            assert_eq!(unseal(&sandbox.show(&bare, &path), key).unwrap()[0].1, TOKEN.as_bytes());
        }
    }
    // From now on everything is for both; who leaves is told of what stays in git.
    assert_eq!(set(&sandbox, "TOKEN", b"new", &[]).code, Some(0));
    assert_eq!(unseal(&sandbox.show(&bare, &kept("TOKEN")), &theirs).unwrap()[0].1, b"new");
    sandbox.git("edited", &["pull", "-q", "--rebase", "origin", "main"]);
    sandbox.write("edited", &[("cupaas.yaml", &platform)]);
    sandbox.commit("edited", 1_700_001_000);
    sandbox.git("edited", &["push", "-q", "origin", "main"]);
    let mut without_key = sandbox.cupaas(&["secret", "rotate", "--recipients", "--all", "--gitops", &bare]);
    let left = ran(&without_key.env("CUPAAS_HOME", sandbox.path("nobody")).output().unwrap());
    assert_eq!(left.code, Some(0), "{}", left.stderr);
    assert!(left.stdout.contains("git keeps them"), "{}", left.stdout);
    assert!(unseal(&sandbox.show(&bare, &kept("TOKEN")), &theirs).is_err());
    assert_eq!(value(&sandbox, "TOKEN"), b"new");
}

#[test]
fn labels_of_today_stand_over_the_same_ciphertext() {
    let sandbox = deployed();
    let bare = bare(&sandbox);
    let applied = "deploy/production/shop/base/secret-secret-token-f98103.yaml";
    let text = sandbox.show(&bare, &kept("TOKEN"));
    // Somebody encrypted it by hand, without a namespace and with a label of their own.
    sandbox.git("", &["clone", "-q", &bare, "edited"]);
    let edited = text.replace("  namespace: shop-production\n", "  labels: {by: hand}\n");
    assert_ne!(edited, text);
    sandbox.write("edited", &[(&kept("TOKEN"), &edited)]);
    sandbox.commit("edited", 1_700_000_900);
    sandbox.git("edited", &["push", "-q", "origin", "main"]);
    assert_eq!(sandbox.json(&["diff", "app"])["status"], "unchanged", "what is applied is the same");
    assert_eq!(sandbox.json(&["deploy", "app"])["status"], "unchanged");
    assert_eq!(sandbox.show(&bare, &kept("TOKEN")), edited, "what is kept keeps its bytes");
    let applied = sandbox.show(&bare, applied);
    assert!(applied.contains("namespace: shop-production") && !applied.contains("by: hand"), "{applied}");
    assert_eq!(unseal(&applied, &key_file(&sandbox)).unwrap()[0].1, TOKEN.as_bytes());
}

#[test]
fn a_folder_without_git_holds_large_secrets_too() {
    let sandbox = Sandbox::new();
    sandbox.write("app", &[(".cupaas", APP)]);
    assert_eq!(set(&sandbox, "TOKEN", b"x", &[]).code, Some(0));
    assert_eq!(set(&sandbox, "CERT", &vec![0xff; 1 << 20], &["--file", "-"]).code, Some(0));
    sandbox.git("", &["clone", "-q", &bare(&sandbox), "folder"]);
    fs::remove_dir_all(sandbox.path("folder/.git")).unwrap();
    sandbox.good(&["diff", "app", "--gitops", "folder"]);
    sandbox.good(&["secret", "check", "app", "--gitops", "folder"]);
    fs::remove_file(sandbox.path("folder").join(kept("TOKEN"))).unwrap();
    let missing = sandbox.run(&["secret", "check", "app", "--gitops", "folder"]);
    assert_eq!(missing.code, Some(3));
    assert!(missing.stderr.contains("error[secret-not-set]"), "{}", missing.stderr);
    assert!(missing.stderr.contains("`cupaas secret set TOKEN --app shop --env production`"));
}
