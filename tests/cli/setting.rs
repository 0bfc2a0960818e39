//! Secrets of an app's own: they get into a ciphertext, to their processes, and nowhere else.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use super::secret_app::{APP, BARE, TOKEN, bare, deployed, set, value};
use crate::sandbox::{Sandbox, ran, tree};

#[test]
fn a_value_is_in_its_ciphertext_and_nowhere_else() {
    let sandbox = Sandbox::new();
    sandbox.write("app", &[(".cupaas", APP)]);
    let mut big = b"s3cr3t-file-".repeat(12_000);
    big.extend(b"\0\xff");
    fs::write(sandbox.path("value"), &big).unwrap();
    // A git that writes down how it and cupaas are started, with what environment, and then is git. Other programs of this
    // machine may be another run of this very test.
    let found = Command::new("sh").args(["-c", "command -v git"]).output().unwrap().stdout;
    let real = String::from_utf8(found).unwrap();
    let log = sandbox.path("started");
    let script = format!(
        "#!/bin/sh\n{{ printf '%s\\n' \"$@\"; env; cat /proc/$PPID/cmdline /proc/$$/cmdline; }} >> {}\nexec {} \"$@\"\n",
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
    // What was typed where a value never stands is not repeated.
    for wrong in [&["TOKEN", "app", TOKEN][..], &["TOKEN", TOKEN], &["TOKEN", "--value", TOKEN]] {
        assert_eq!(run(&[&["secret", "set"], wrong].concat(), b""), Some(2), "an argument is no value");
    }
    let assignment = format!("TOKEN={TOKEN}");
    assert_eq!(run(&["secret", "set", &assignment, "app"], b""), Some(2));
    for format in ["text", "json", "markdown"] {
        let run = &mut |args: &[&str], input: &[u8]| run(&[args, &["--format", format]].concat(), input);
        assert_eq!(run(&["secret", "set", "TOKEN", "app"], TOKEN.as_bytes()), Some(0));
        assert_eq!(run(&["secret", "set", "CERT", "app", "--file", "value"], b""), Some(0));
        // Nor are refused values.
        assert_eq!(run(&["secret", "set", "TOKEN", "app"], &[TOKEN.as_bytes(), b"\0"].concat()), Some(2));
        assert_eq!(run(&["secret", "set", "TOKEN", "app", "--file", "value"], b""), Some(2));
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
    child.stdin.take().unwrap().write_all(b"x").unwrap();
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_secret_restarts_its_readers_and_runs_no_release_again() {
    let sandbox = Sandbox::new();
    let app = format!("{APP}release: migrate\n");
    sandbox.write("app", &[(".cupaas", &app)]);
    let refused = sandbox.run(&["deploy", "app"]);
    assert_eq!(refused.code, Some(3));
    assert!(
        refused.stderr.contains("`cupaas secret set TOKEN --app shop --env production app`"),
        "{}",
        refused.stderr
    );
    // Before the first deploy, by the app's name alone as the message says it.
    let first = set(&sandbox, "TOKEN", b"one", &[]);
    assert!(first.stdout.contains("the processes get it with the next deploy"), "{}", first.stdout);
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
        assert_eq!(set(&sandbox, "TOKEN", given, &["--allow-empty"]).code, Some(0));
        assert_eq!(value(&sandbox, "TOKEN"), expected, "{given:?}");
    }
    for bytes in [vec![0; 1 << 20], vec![b'x'; 1 << 20], b"\n".to_vec(), Vec::new()] {
        assert_eq!(set(&sandbox, "CERT", &bytes, &["--file", "-", "--allow-empty"]).code, Some(0));
        assert!(value(&sandbox, "CERT") == bytes);
    }
    for (name, bytes, why) in [
        ("CERT", vec![b'x'; (1 << 20) + 1], "1 MiB"),
        ("TOKEN", vec![b'x'; 131_071], "131071"),
        ("TOKEN", b"\xff".to_vec(), "not UTF-8"),
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
    assert!(refused.stderr.contains("error[secret-needs-file]"), "{}", refused.stderr);
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
fn an_empty_value_is_no_value_unless_that_is_said() {
    let sandbox = Sandbox::new();
    sandbox.write("app", &[(".cupaas", APP), ("empty", "")]);
    for (given, more) in [
        (&b""[..], &[][..]),
        (b"\n", &[]),
        (b"\r\n", &[]),
        (b"", &["--file", "-"]),
        (b"", &["--file", "app/empty"]),
        (b"", &["--file", "/dev/null"]),
    ] {
        let refused = set(&sandbox, "TOKEN", given, more);
        assert_eq!(refused.code, Some(2), "{given:?} {more:?}: {}", refused.stdout);
        assert!(refused.stderr.contains("error[empty-secret]"), "{}", refused.stderr);
    }
    // Standard input that is closed.
    assert_eq!(sandbox.run(&["secret", "set", "TOKEN", "app"]).code, Some(2));
    let (code, shown) = typed(&sandbox, "\n");
    assert!(code == Some(2) && shown.contains("--allow-empty"), "{shown}");
    // The end of the input, as a terminal gives it.
    assert_eq!(typed(&sandbox, "\u{4}").0, Some(2));
    assert!(!sandbox.path(BARE).exists(), "something was written");
    assert_eq!(set(&sandbox, "TOKEN", b"", &["--allow-empty"]).code, Some(0));
    assert_eq!(value(&sandbox, "TOKEN"), b"");
}

/// Types into a terminal that asks for a value: how that ended, and what was shown.
fn typed(sandbox: &Sandbox, text: &str) -> (Option<i32>, String) {
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
    master.write_all(text.as_bytes()).unwrap();
    // Once nobody has the other side open, reading ends with an error (Linux, EIO).
    while let Ok(read) = master.read(&mut buffer) {
        shown.push_str(&String::from_utf8_lossy(&buffer[..read]));
    }
    (child.wait().unwrap().code(), shown)
}

#[test]
fn a_terminal_does_not_show_what_is_typed() {
    let sandbox = Sandbox::new();
    sandbox.write("app", &[(".cupaas", APP)]);
    let (code, shown) = typed(&sandbox, &format!("{TOKEN}\n"));
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("secret(shop/production): set TOKEN") && !shown.contains("s3cr3t"), "{shown}");
    assert_eq!(value(&sandbox, "TOKEN"), TOKEN.as_bytes());
}
