//! Files that are no files, too large, too deep, or not text: said with a place, in a moment, and nothing written.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::sandbox::{APP, Sandbox};

/// Runs `check` and `deploy` on what `make` put there; gives what was said.
fn refused(make: impl Fn(&std::path::Path)) -> String {
    let sandbox = Sandbox::new();
    let app = sandbox.write("app", &[]);
    make(&app);
    let start = Instant::now();
    let ran = sandbox.run(&["check", "app"]);
    assert_eq!(ran.code, Some(3), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(sandbox.run(&["deploy", "app"]).code, Some(3));
    assert!(start.elapsed() < Duration::from_secs(20), "it took {:?}", start.elapsed());
    let bare = sandbox.path("home/cupaas/gitops.git");
    if bare.exists() {
        assert_eq!(sandbox.commits(&bare.display().to_string()), 1, "something was written");
    }
    assert!(ran.stderr.contains("--> app/.cupaas:"), "no place: {}", ran.stderr);
    ran.stderr
}

#[test]
fn a_cupaas_file_that_is_no_file() {
    let text = refused(|app| symlink("/etc/hostname", app.join(".cupaas")).unwrap());
    assert!(text.contains("error[not-a-regular-file]"));
    let text = refused(|app| fs::create_dir(app.join(".cupaas")).unwrap());
    assert!(text.contains("error[not-a-regular-file]"));
    let text =
        refused(|app| assert!(Command::new("mkfifo").arg(app.join(".cupaas")).status().unwrap().success()));
    assert!(text.contains("error[not-a-regular-file]"));
    let text = refused(|app| {
        fs::write(app.join(".cupaas"), APP).unwrap();
        fs::write(app.join(".cupaas.yaml"), APP).unwrap();
        fs::rename(app.join(".cupaas"), app.join("x")).unwrap();
        symlink("x", app.join(".cupaas")).unwrap();
        fs::remove_file(app.join(".cupaas.yaml")).unwrap();
    });
    assert!(text.contains("error[not-a-regular-file]"));
}

#[test]
fn a_cupaas_file_that_is_too_much() {
    let text = refused(|app| fs::File::create(app.join(".cupaas")).unwrap().set_len(100 << 20).unwrap());
    assert!(text.contains("error[file-too-large]"));
    let write = |text: String| move |app: &std::path::Path| fs::write(app.join(".cupaas"), &text).unwrap();
    refused(write("[".repeat(1 << 19)));
    refused(write(format!("a: {}\n", "{a: ".repeat(100_000))));
    assert!(refused(write(format!("{}x{}", "[".repeat(100), "]".repeat(100)))).contains("nested"));
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..30 {
        let alias = format!("*a{}", level - 1);
        bomb.push_str(&format!("a{level}: &a{level} [{}]\n", [alias.as_str(); 10].join(", ")));
    }
    assert!(refused(write(bomb)).contains("more than"));
    refused(write("a: &a [*a]\n".to_owned()));
    refused(write(format!("env: {{{}}}\n", "x: 1, ".repeat(100_000))));
    refused(write(format!("runtime: {}\n", "x".repeat(1 << 19))));
}

#[test]
fn a_cupaas_file_that_asks_for_too_much() {
    let many = |count: usize, one: &dyn Fn(usize) -> String| (0..count).map(one).collect::<String>();
    let process = |i| format!("  w{i}: {{command: serve}}\n");
    for (key, text, said) in [
        ("processes", many(2000, &process), "at most 100 keys, has 2000"),
        ("env", many(20_000, &|i| format!("  A{i}: b\n")), "at most 1000 keys"),
        ("domains", many(20_000, &|i| format!("  - a{i}.example.org\n")), "at most 100 items"),
        ("secrets", many(20_000, &|i| format!("  - A{i}\n")), "at most 500 items"),
        ("services", many(2000, &|i| format!("  - mongodb: {{name: m{i}}}\n")), "at most 100 items"),
        ("environments", many(8000, &|i| format!("  e{i}: {{env: {{A: b}}}}\n")), "at most 100 keys"),
    ] {
        let text = format!("name: app\nruntime: image\n{key}:\n{text}");
        let said_of = refused(move |app| fs::write(app.join(".cupaas"), &text).unwrap());
        assert!(said_of.contains(said), "{said_of}");
    }
    let text = refused(|app| fs::write(app.join(".cupaas"), "name: b\n".repeat(50_000)).unwrap());
    assert!(text.contains("of which the first 200 are shown") || text.contains("more than"), "{text}");
}

#[test]
fn a_procfile_that_asks_for_too_much() {
    let sandbox = Sandbox::new();
    let check = |procfile: String| {
        sandbox.write("app", &[(".cupaas", "name: app\nruntime: image\n"), ("Procfile", &procfile)]);
        let start = Instant::now();
        let ran = sandbox.run(&["check", "app", "--image", "docker.io/library/nginx:1"]);
        assert!(start.elapsed() < Duration::from_secs(20), "it took {:?}", start.elapsed());
        ran
    };
    let processes = |count| (0..count).map(|i| format!("w{i}: serve\n")).collect::<String>();
    let ran = check(processes(100) + "release: migrate\n\n# the end\n");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    for (procfile, said) in [
        (processes(101), "more than 100 processes\n --> app/Procfile:101:1"),
        (processes(60_000), "more than 100 processes\n --> app/Procfile:101:1"),
        ("x=\n".repeat(1 << 18), "app/Procfile:1:1"),
        ("#\n".repeat(1001) + "web: serve\n", "more than 1000 lines\n --> app/Procfile:1002:1"),
        (format!("web: {}\n", "x ".repeat(500_000)), ""),
    ] {
        let ran = check(procfile);
        assert!(ran.code == Some(3) || said.is_empty(), "{}", ran.stderr);
        let text: Vec<&str> = ran.stderr.lines().map(str::trim_start).collect();
        let said: Vec<&str> = said.lines().map(str::trim_start).collect();
        assert!(said.iter().all(|said| text.iter().any(|line| line.contains(said))), "{}", ran.stderr);
    }
}

#[test]
fn a_cupaas_file_that_is_not_text() {
    let text = refused(|app| fs::write(app.join(".cupaas"), b"name: caf\xe9\n").unwrap());
    assert!(text.contains("error[not-utf8]"));
    let text = refused(|app| {
        fs::write(app.join(".cupaas"), fs::read("/bin/sh").unwrap().split_at(1 << 16).0).unwrap()
    });
    assert!(text.contains("UTF-8") || text.contains("control character"));
    assert!(
        refused(|app| fs::write(app.join(".cupaas"), "runtime: a\u{1b}[31m\n").unwrap())
            .contains("control character")
    );
    refused(|app| fs::write(app.join(".cupaas"), "runtime: image\n---\nruntime: python\n").unwrap());
    refused(|app| fs::write(app.join(".cupaas"), "runtime: !!python/object x\n").unwrap());
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_are_read() {
    let sandbox = Sandbox::new();
    let text = format!("\u{feff}{}env: {{A: b}}\r\n", APP.replace('\n', "\r\n"));
    sandbox.write("app", &[(".cupaas", &text), ("Procfile", "web: serve\r\nworker: work\r\n")]);
    let files = sandbox.json(&["render", "app"])["files"].clone();
    let config = files["deploy/production/app/app/configmap-app.yaml"].as_str().unwrap().to_owned();
    assert!(config.contains("  A: b\n"), "{config}");
    sandbox.write("app", &[(".cupaas", "runtime: image\r\nname: app\r\nenv: {A: \"1\"}\r\n")]);
    let files = sandbox.json(&["render", "app"])["files"].clone();
    let worker = files["deploy/production/app/app/deployment-worker.yaml"].as_str().unwrap().to_owned();
    assert!(worker.contains("- work\n"), "{worker}");
}
