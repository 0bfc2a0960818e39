//! No secret in clear: not in what is printed, in the repository, or among a process's arguments.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::sandbox::{Sandbox, ran, tree};
use crate::unsealed::unseal;

const TOKEN: &str = "s3cr3t-t0ken-of-a-forge";

#[test]
fn a_token_stays_where_it_was_put() {
    let sandbox = Sandbox::new();
    sandbox.write("app", &[(".cupaas", crate::sandbox::APP)]);
    // A git that writes down how it is started, and then is git.
    let log = sandbox.path("log");
    fs::create_dir(&log).unwrap();
    let real = String::from_utf8(
        std::process::Command::new("sh").args(["-c", "command -v git"]).output().unwrap().stdout,
    )
    .unwrap();
    let script =
        format!("#!/bin/sh\nprintf '%s\\n' \"$@\" >> {}/args\nexec {} \"$@\"\n", log.display(), real.trim());
    let bin = sandbox.write("bin", &[("git", &script)]);
    fs::set_permissions(bin.join("git"), fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    for place in ["https://127.0.0.1:9/me/gitops.git", "http://127.0.0.1:9/me/gitops.git"] {
        for format in ["text", "json", "markdown"] {
            let mut command = sandbox.cupaas(&["deploy", "app", "--gitops", place, "--format", format]);
            let ran = ran(&command.env("CUPAAS_GITOPS_TOKEN", TOKEN).env("PATH", &path).output().unwrap());
            assert_eq!(ran.code, Some(5), "{}{}", ran.stdout, ran.stderr);
            assert!(!ran.stdout.contains(TOKEN) && !ran.stderr.contains(TOKEN));
        }
    }
    assert!(log.join("args").is_file(), "git was not started through PATH");
    assert_nowhere(&sandbox, TOKEN);
}

#[test]
fn a_password_in_an_address_is_not_repeated() {
    let sandbox = Sandbox::new();
    sandbox.write("app", &[(".cupaas", crate::sandbox::APP)]);
    sandbox.commit("app", 1_700_000_000);
    sandbox
        .git("app", &["remote", "add", "origin", &format!("https://me:{TOKEN}@git.example.cu/me/tasks.git")]);
    let address = format!("https://me:{TOKEN}@git.example.cu/me/gitops.git");
    let refused = sandbox.run(&["deploy", "app", "--gitops", &address]);
    assert_eq!(refused.code, Some(2));
    assert!(!refused.stderr.contains(TOKEN), "{}", refused.stderr);
    let deployed = sandbox.good(&["deploy", "app"]);
    assert!(!deployed.stdout.contains(TOKEN));
    fs::remove_dir_all(sandbox.path("app/.git")).unwrap();
    let bare = sandbox.path("home/cupaas/gitops.git").display().to_string();
    assert!(!sandbox.git("", &["-C", &bare, "log", "-p", "--all"]).contains(TOKEN));
    assert_nowhere(&sandbox, TOKEN);
}

#[test]
fn a_made_password_is_nowhere_in_clear() {
    let sandbox = Sandbox::new();
    let app = "name: shop\nruntime: image\nservices: [mongodb]\nprocesses: {web: {command: serve}}\n";
    sandbox.write("app", &[(".cupaas", app)]);
    let first = sandbox.good(&["deploy", "app"]);
    let bare = sandbox.path("home/cupaas/gitops.git").display().to_string();
    let sealed = sandbox.show(&bare, "releases/production/shop/credentials/mongodb.yaml");
    for key in ["username", "password", "keyfile"] {
        assert!(sealed.contains(&format!("\n  {key}: ENC[AES256_GCM,")), "{sealed}");
    }
    let identity = fs::read_to_string(sandbox.path("home/cupaas/age/keys.txt")).unwrap();
    let values = unseal(&sealed, &identity).unwrap();
    // The user is called as the app is.
    let made: Vec<String> = values
        .into_iter()
        .filter(|(key, _)| key != "username")
        .map(|(_, value)| String::from_utf8(value).unwrap())
        .collect();
    assert!(made.len() >= 2 && made.iter().all(|value| value.len() >= 16), "nothing to look for");
    // What is shown of a Secret is a placeholder, before and after it was made.
    let mut shown = vec![first];
    for format in ["text", "json", "markdown"] {
        for args in
            [&["render", "app"][..], &["diff", "app", "--set", "A=1"], &["deploy", "app", "--set", "A=1"]]
        {
            shown.push(sandbox.good(&[args, &["--format", format]].concat()));
        }
    }
    let objects = sandbox.git("", &["-C", &bare, "cat-file", "--batch-all-objects", "--batch"]);
    assert!(objects.contains(&sealed), "the scan saw nothing");
    for value in &made {
        assert!(shown.iter().all(|ran| !ran.stdout.contains(value) && !ran.stderr.contains(value)));
        assert!(!objects.contains(value), "the repository holds it");
        assert_nowhere(&sandbox, value);
    }
    assert!(tree(&sandbox.path("tmp")).is_empty(), "something was left in TMPDIR");
}

fn assert_nowhere(sandbox: &Sandbox, secret: &str) {
    for (path, bytes) in tree(&sandbox.path("")) {
        assert!(!String::from_utf8_lossy(&bytes).contains(secret), "{path} holds it");
    }
}
