//! Secrets of an app's own: they get into a ciphertext, to their processes, and nowhere else.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::sandbox::{Ran, Sandbox, ran, tree};
use crate::unsealed::unseal;

const APP: &str = "name: shop\nruntime: image\nservices: [mongodb]\nprocesses: {web: {command: serve}}\n\
    secrets: [TOKEN, {CERT: {file: /app/keys/cert.pem}}]\n";
const TOKEN: &str = "s3cr3t-of-the-app-ñ-$(HOME)-密";
const BARE: &str = "home/cupaas/gitops.git";

fn kept(name: &str) -> String {
    format!("releases/production/shop/secrets/{name}.yaml")
}

/// Sets a secret through standard input.
fn set(sandbox: &Sandbox, name: &str, value: &[u8], more: &[&str]) -> Ran {
    let mut command = sandbox.cupaas(&[&["secret", "set", name, "app"], more].concat());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A program that refuses its words does not wait for a value.
    let _ = child.stdin.take().unwrap().write_all(value);
    ran(&child.wait_with_output().unwrap())
}

fn bare(sandbox: &Sandbox) -> String {
    sandbox.path(BARE).display().to_string()
}

fn key_file(sandbox: &Sandbox) -> String {
    fs::read_to_string(sandbox.path("home/cupaas/age/keys.txt")).unwrap()
}

/// The one value of a kept file.
fn value(sandbox: &Sandbox, name: &str) -> Vec<u8> {
    let values = unseal(&sandbox.show(&bare(sandbox), &kept(name)), &key_file(sandbox)).unwrap();
    assert_eq!(values.len(), 1);
    assert_eq!(values[0].0, name);
    values[0].1.clone()
}

/// An app with both of its secrets set, and deployed.
fn deployed() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("app", &[(".cupaas", APP)]);
    assert_eq!(set(&sandbox, "TOKEN", TOKEN.as_bytes(), &[]).code, Some(0));
    assert_eq!(set(&sandbox, "CERT", b"\xff\0", &["--file", "-"]).code, Some(0));
    sandbox.good(&["deploy", "app"]);
    sandbox
}

#[test]
fn a_value_is_in_its_ciphertext_and_nowhere_else() {
    let sandbox = Sandbox::new();
    sandbox.write("app", &[(".cupaas", APP)]);
    let mut big = b"s3cr3t-file-".repeat(12_000);
    big.extend(b"\0\xff");
    fs::write(sandbox.path("value"), &big).unwrap();
    // A git that writes down how it is started, with what environment, and then is git.
    let found = Command::new("sh").args(["-c", "command -v git"]).output().unwrap().stdout;
    let real = String::from_utf8(found).unwrap();
    let log = sandbox.path("started");
    let script = format!(
        "#!/bin/sh\n{{ printf '%s\\n' \"$@\"; env; cat /proc/[0-9]*/cmdline 2>/dev/null; }} >> {}\nexec {} \"$@\"\n",
        log.display(),
        real.trim()
    );
    let bin = sandbox.write("bin", &[("git", &script)]);
    fs::set_permissions(bin.join("git"), fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let mut said = String::new();
    let mut run = |args: &[&str], input: &[u8]| {
        let mut command = sandbox.cupaas(args);
        command.env("PATH", &path).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let _ = child.stdin.take().unwrap().write_all(input);
        let done = ran(&child.wait_with_output().unwrap());
        said.push_str(&(done.stdout + &done.stderr));
        done.code
    };
    for format in ["text", "json", "markdown"] {
        let run = &mut |args: &[&str], input: &[u8]| run(&[args, &["--format", format]].concat(), input);
        assert_eq!(run(&["secret", "set", "TOKEN", "app"], TOKEN.as_bytes()), Some(0));
        assert_eq!(run(&["secret", "set", "CERT", "app", "--file", "value"], b""), Some(0));
        // Refused values are not repeated either.
        assert_eq!(run(&["secret", "set", "TOKEN", "app"], &[TOKEN.as_bytes(), b"\0"].concat()), Some(2));
        assert_eq!(run(&["secret", "set", "TOKEN", "app", "--file", "value"], b""), Some(2));
        // Nor what was typed where a value never stands.
        for wrong in [&["TOKEN", "app", TOKEN][..], &["TOKEN", TOKEN], &["TOKEN", "--value", TOKEN]] {
            assert_eq!(run(&[&["secret", "set"], wrong].concat(), b""), Some(2), "an argument is no value");
        }
        let assignment = format!("TOKEN={TOKEN}");
        assert_eq!(run(&["secret", "set", &assignment, "app"], b""), Some(2));
        for command in ["deploy", "diff", "render", "explain", "check"] {
            assert_eq!(run(&[command, "app"], b""), Some(0), "{command}");
        }
        assert_eq!(run(&["secret", "list", "app"], b""), Some(0));
        assert_eq!(run(&["secret", "check", "app"], b""), Some(0));
    }
    let bare = bare(&sandbox);
    let objects = sandbox.git("", &["-C", &bare, "cat-file", "--batch-all-objects", "--batch"]);
    let started = String::from_utf8_lossy(&fs::read(&log).unwrap()).into_owned();
    assert!(started.contains("push\n") && started.contains("secret\0set\0"), "the scan saw nothing");
    fs::remove_file(sandbox.path("value")).unwrap();
    fs::remove_file(&log).unwrap();
    for secret in [TOKEN, "s3cr3t-of-the-app", "s3cr3t-file-s3cr3t"] {
        for (place, text) in [("a message", &said), ("the repository", &objects), ("an argument", &started)] {
            assert!(!text.contains(secret), "{secret} is in {place}");
        }
        for (path, bytes) in tree(&sandbox.path("")) {
            assert!(!String::from_utf8_lossy(&bytes).contains(secret), "{path} holds {secret}");
        }
    }
    assert!(tree(&sandbox.path("tmp")).is_empty(), "something was left in TMPDIR");
    assert_eq!(value(&sandbox, "TOKEN"), TOKEN.as_bytes());
    assert_eq!(value(&sandbox, "CERT"), big);
}

#[test]
fn while_it_waits_for_a_value_no_core_can_be_dumped() {
    let sandbox = Sandbox::new();
    sandbox.write("app", &[(".cupaas", APP)]);
    let mut command = sandbox.cupaas(&["secret", "set", "TOKEN", "app"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let limits = || fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap_or_default();
    let off = |limits: &str| {
        let line = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap_or_default();
        line.split_whitespace().filter(|word| *word == "0").count() == 2
    };
    // Not at once: the program has to get there first.
    let begun = std::time::Instant::now();
    while !off(&limits()) {
        assert!(begun.elapsed().as_secs() < 60, "{}", limits());
        std::thread::yield_now();
    }
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}

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
fn a_secret_restarts_its_readers_and_runs_no_release_again() {
    let sandbox = Sandbox::new();
    let app = format!("{APP}release: migrate\n");
    sandbox.write("app", &[(".cupaas", &app)]);
    let refused = sandbox.run(&["deploy", "app"]);
    assert_eq!(refused.code, Some(3));
    assert!(
        refused.stderr.contains("`cupaas secret set TOKEN --app shop --env production`"),
        "{}",
        refused.stderr
    );
    // Before the first deploy, by the app's name alone as the message says it.
    let first = set(&sandbox, "TOKEN", b"one", &[]);
    assert!(first.stdout.contains("the next deploy gives it"), "{}", first.stdout);
    sandbox.good(&["secret", "set", "CERT", "--app", "shop", "--env", "production", "--random"]);
    assert_eq!(value(&sandbox, "CERT").len(), 32);
    sandbox.good(&["deploy", "app"]);
    let again = set(&sandbox, "TOKEN", b"two", &["--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&again.stdout).unwrap();
    assert_eq!(report["summary"]["restarts"], serde_json::json!(["web"]));
    assert_eq!(report["summary"]["jobs"], serde_json::json!([]));
    let files: Vec<&str> =
        report["plan"]["changes"].as_array().unwrap().iter().filter_map(|c| c["file"].as_str()).collect();
    assert_eq!(
        files,
        [
            "deploy/production/shop/app/deployment-web.yaml",
            "deploy/production/shop/base/secret-secret-token-f98103.yaml"
        ]
    );
    assert_eq!(value(&sandbox, "TOKEN"), b"two");
    assert_eq!(sandbox.json(&["deploy", "app"])["status"], "unchanged");
    // It stays over a removal, as data does.
    sandbox.good(&["remove", "app"]);
    sandbox.good(&["deploy", "app"]);
    assert_eq!(value(&sandbox, "TOKEN"), b"two");
}

#[test]
fn values_arrive_as_they_are() {
    let sandbox = Sandbox::new();
    sandbox.write("app", &[(".cupaas", APP)]);
    for (given, expected) in [
        (&b""[..], &b""[..]),
        (b"\n", b""),
        (b"a\n", b"a"),
        (b"a\n\n", b"a\n"),
        ("añ密🔑\u{85}\u{7f}".as_bytes(), "añ密🔑\u{85}\u{7f}".as_bytes()),
    ] {
        assert_eq!(set(&sandbox, "TOKEN", given, &[]).code, Some(0));
        assert_eq!(value(&sandbox, "TOKEN"), expected, "{given:?}");
    }
    for bytes in [vec![0; 1 << 20], vec![b'x'; 1 << 20], b"\n".to_vec(), Vec::new()] {
        assert_eq!(set(&sandbox, "CERT", &bytes, &["--file", "-"]).code, Some(0));
        assert!(value(&sandbox, "CERT") == bytes);
    }
    for (name, bytes, why) in [
        ("CERT", vec![b'x'; (1 << 20) + 1], "1 MiB"),
        ("TOKEN", vec![b'x'; 131_071], "131071"),
        ("TOKEN", b"\xff".to_vec(), "no text (UTF-8)"),
        ("TOKEN", b"a\0b".to_vec(), "NUL"),
    ] {
        let refused = set(&sandbox, name, &bytes, &["--file", "-"]);
        assert_eq!(refused.code, Some(2), "{why}");
        assert!(refused.stderr.contains(why), "{}", refused.stderr);
    }
    // What no variable holds waits for a file; a deploy that makes a variable of it is refused.
    sandbox.write("app", &[(".cupaas", &APP.replace("TOKEN", "OTHER"))]);
    let odd = set(&sandbox, "LATER", b"\xff", &[]);
    assert!(odd.stdout.contains("can only be mounted"), "{}", odd.stdout);
    sandbox.write(
        "app",
        &[(".cupaas", "name: shop\nruntime: image\nprocesses: {web: {command: x}}\nsecrets: [LATER]\n")],
    );
    let refused = sandbox.run(&["deploy", "app"]);
    assert_eq!(refused.code, Some(3));
    assert!(refused.stderr.contains("no environment variable can hold"), "{}", refused.stderr);
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
    assert!(drift.stderr.contains("secret rotate --recipients"), "{}", drift.stderr);
    // Who has public keys alone is told what is needed, and nothing is written.
    let head = sandbox.git("", &["-C", &bare, "rev-parse", "main"]);
    let mut stranger = sandbox.cupaas(&["secret", "rotate", "--recipients", "--all", "--gitops", &bare]);
    let refused = ran(&stranger.env("CUPAAS_HOME", sandbox.path("nobody")).output().unwrap());
    assert_eq!(refused.code, Some(2), "{}", refused.stdout);
    assert!(refused.stderr.contains("SOPS_AGE_KEY_FILE"), "{}", refused.stderr);
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
    assert!(left.stdout.contains("git remembers"), "{}", left.stdout);
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
fn secrets_that_are_set_at_once_all_land() {
    let sandbox = deployed();
    let bare = bare(&sandbox);
    let commits = sandbox.commits(&bare);
    let names = ["TOKEN", "CERT", "ONE", "TWO"];
    let children: Vec<_> = names
        .iter()
        .map(|name| {
            let mut command = sandbox.cupaas(&["secret", "set", name, "app"]);
            let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
            child.stdin.take().unwrap().write_all(format!("of {name}").as_bytes()).unwrap();
            child
        })
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(sandbox.commits(&bare), commits + names.len());
    for name in names {
        assert_eq!(value(&sandbox, name), format!("of {name}").as_bytes());
    }
    // What is applied is what is kept, whoever came last.
    assert_eq!(sandbox.json(&["deploy", "app"])["status"], "unchanged");
    sandbox.good(&["secret", "check", "--all"]);
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
    assert!(missing.stderr.contains("`cupaas secret set TOKEN --app shop --env production`"));
}

#[test]
fn a_terminal_does_not_show_what_is_typed() {
    let sandbox = Sandbox::new();
    sandbox.write("app", &[(".cupaas", APP)]);
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let slave = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
    let open = || fs::OpenOptions::new().read(true).write(true).open(&slave).unwrap();
    let mut command = sandbox.cupaas(&["secret", "set", "TOKEN", "app"]);
    let mut child = command.stdin(open()).stdout(open()).stderr(open()).spawn().unwrap();
    drop(command);
    let mut master = fs::File::from(master);
    let (mut shown, mut buffer) = (String::new(), [0; 4096]);
    while !shown.contains("(not shown): ") {
        let read = master.read(&mut buffer).unwrap();
        shown.push_str(&String::from_utf8_lossy(&buffer[..read]));
    }
    master.write_all(format!("{TOKEN}\n").as_bytes()).unwrap();
    // Once nobody has the other side open, reading ends with an error (Linux, EIO).
    while let Ok(read) = master.read(&mut buffer) {
        shown.push_str(&String::from_utf8_lossy(&buffer[..read]));
    }
    assert!(child.wait().unwrap().success(), "{shown}");
    assert!(shown.contains("secret(shop/production): set TOKEN") && !shown.contains("s3cr3t"), "{shown}");
    assert_eq!(value(&sandbox, "TOKEN"), TOKEN.as_bytes());
}
