//! Checkouts whose own files in `.git` are endless, huge or no files: said in a moment, with the file.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::sandbox::{APP, Sandbox};

fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

fn refused(file: &str, make: impl Fn(&Path)) {
    let sandbox = Sandbox::new();
    let app = sandbox.write("app", &[(".cupaas", APP)]);
    sandbox.commit("app", 1_700_000_000);
    make(&app);
    for command in [&["check", "app"][..], &["deploy", "app"], &["explain", "app"]] {
        let start = Instant::now();
        let mut limited = Command::new("sh");
        let started = sandbox.cupaas(command);
        limited.args(["-c", "ulimit -v 2000000; exec \"$0\" \"$@\""]).arg(started.get_program());
        limited.args(started.get_args()).current_dir(sandbox.path("")).env_clear();
        limited.envs(started.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let ran = crate::sandbox::ran(&limited.output().unwrap());
        assert_eq!(ran.code, Some(3), "{file} {command:?}: {}{}", ran.stdout, ran.stderr);
        let said = ran.stderr.contains("error[unreadable-checkout]") && ran.stderr.contains(file);
        assert!(said, "{file} {command:?}: {}", ran.stderr);
        assert!(start.elapsed() < Duration::from_secs(10), "{file} {command:?}: {:?}", start.elapsed());
    }
}

fn config(app: &Path, text: &str) {
    let path = app.join(".git/config");
    let before = fs::read_to_string(&path).unwrap();
    fs::write(path, before + text).unwrap();
}

#[test]
fn a_configuration_that_includes_what_has_no_end() {
    refused(".git/config", |app| config(app, "[include]\n\tpath = config\n"));
    refused(".git/other", |app| {
        config(app, "[includeIf \"gitdir:/nowhere/\"]\n\tpath = \"other\"\n");
        fs::write(app.join(".git/other"), "[include] path = config\n").unwrap();
        fs::remove_file(app.join(".git/other")).unwrap();
        pipe(&app.join(".git/other"));
    });
    refused("/dev/zero", |app| config(app, "[include]\n\tpath = /dev/zero\n"));
    refused(".git/pipe", |app| {
        config(app, "[include]\n\tpath = pipe\n");
        pipe(&app.join(".git/pipe"));
    });
}

#[test]
fn a_configuration_that_is_huge_or_none() {
    refused(".git/config", |app| config(app, &"[a]\n\tb = c\n".repeat(5 << 20)));
    refused(".git/config", |app| config(app, "[a\n"));
    refused(".git/config", |app| {
        fs::remove_file(app.join(".git/config")).unwrap();
        pipe(&app.join(".git/config"));
    });
    for name in ["HEAD", "index", "packed-refs", "info/exclude"] {
        refused(name, |app| {
            let path = app.join(".git").join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            let _ = fs::remove_file(&path);
            pipe(&path);
        });
    }
}

#[test]
fn what_people_include_is_fine() {
    let sandbox = Sandbox::new();
    let app = sandbox.write("app", &[(".cupaas", APP)]);
    sandbox.commit("app", 1_700_000_000);
    fs::write(app.join(".git/own"), "[remote \"origin\"]\n\turl = https://git.example.cu/me/app.git\n")
        .unwrap();
    config(&app, "[include]\n\tpath = own\n\tpath = not-there\n");
    sandbox.git("app", &["worktree", "add", "-q", "../tree"]);
    for folder in ["app", "tree"] {
        let source = sandbox.json(&["explain", folder])["source"].clone();
        assert_ne!(source, serde_json::json!({}), "{folder}");
        sandbox.good(&["check", folder]);
    }
}
