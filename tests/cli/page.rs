//! `status --format html`: one file that says what runs where, in which no value is anything but text.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use base64::Engine;
use regex_lite::Regex;
use sha2::{Digest, Sha256};

use super::world::{STAGED, URL, World};
use crate::sandbox::{APP, ran};

fn world() -> World {
    let world = World::new(&[("cupaas.yaml", &format!("{STAGED}routing: {{ingress: {{tls: {{}}}}}}\n"))]);
    for name in ["shop", "mail"] {
        world.sandbox.write(name, &[(".cupaas", &format!("name: {name}\n{APP}"))]);
    }
    world
}

fn deploy(world: &World, app: &str, environment: &str, version: &str) {
    let (repository, image) = (URL.replace("shop", app), format!("registry.example.cu/team/{app}:{version}"));
    let args = ["deploy", app, "--env", environment, "--source-repository", &repository, "--image", &image];
    world.json(
        &[&args[..], &["--set", &format!("V={version}"), "--run-url", "https://ci.example.cu/7"]].concat(),
    );
}

fn page(world: &World) -> String {
    world.good(&["status", "--format", "html"]).stdout
}

/// The page without what no two runs have in common, its style and its script.
fn plain(page: &str, gitops: &str) -> String {
    let mut text = page.replace(gitops, "GITOPS");
    for (pattern, by) in [
        (r"(?s)<style>.*?</style>", "<style></style>"),
        (r"(?s)<script>.*?</script>", "<script></script>"),
        (r"sha256-[A-Za-z0-9+/=]{44}", "sha256-HASH"),
        (r"\b[0-9a-f]{10}\b", "COMMIT"),
        (r"\b[0-9a-f]{16}\b", "FINGERPRINT"),
        (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\dZ)?", "TIME"),
    ] {
        text = Regex::new(pattern).unwrap().replace_all(&text, by).into_owned();
    }
    text
}

#[test]
fn a_small_repository_as_a_page() {
    let world = world();
    deploy(&world, "shop", "staging", "1");
    deploy(&world, "shop", "production", "1");
    deploy(&world, "shop", "production", "2");
    deploy(&world, "mail", "production", "1");
    world.good(&["app", "add", "https://git.example.cu/me/later.git", "--branch", "main=production"]);
    world.good(&["stop", "shop", "--env", "staging"]);
    let page = page(&world);
    let found = plain(&page, &world.gitops);
    let expected = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/page.html");
    if std::env::var_os("UPDATE").is_some() && std::env::var_os("CI").is_none() {
        fs::write(&expected, &found).unwrap();
    }
    assert_eq!(found, fs::read_to_string(&expected).unwrap(), "UPDATE=1 writes tests/cli/page.html anew");
    // The same bytes again, into a file.
    let file = world.sandbox.path("page.html");
    world.good(&["status", "--format", "html", "--out", &file.display().to_string()]);
    assert_eq!(fs::read_to_string(file).unwrap(), page);
    let one = world.good(&["status", "--format", "html", "--app", "mail"]).stdout;
    assert!(one.contains("app-mail") && !one.contains("app-shop") && !one.contains("app-later"), "{one}");
}

#[test]
fn nothing_runs_or_loads_but_what_is_in_the_page() {
    let world = world();
    deploy(&world, "shop", "production", "1");
    let page = page(&world);
    let between =
        |open: &str, close: &str| page.split(open).nth(1).unwrap().split(close).next().unwrap().to_owned();
    let policy = between("Content-Security-Policy\" content=\"", "\"").replace("&#39;", "'");
    let hash = |text: String| {
        let engine = base64::engine::general_purpose::STANDARD;
        format!("'sha256-{}'", engine.encode(Sha256::digest(text.as_bytes())))
    };
    for part in [
        "default-src 'none'".to_owned(),
        format!("script-src {};", hash(between("<script>", "</script>"))),
        format!("style-src {};", hash(between("<style>", "</style>"))),
    ] {
        assert!(policy.contains(&part), "{policy}\n{part}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    let loads = Regex::new(r#"\ssrc=|\son[a-z]+=|\sstyle=|@import|url\(|javascript:"#).unwrap();
    assert!(!loads.is_match(&page), "{:?}", loads.find(&page));
    let links = Regex::new(r#"<link [^>]*href="([^"]*)""#).unwrap();
    assert!(links.captures_iter(&page).all(|link| &link[1] == "data:,"));
}

#[test]
fn hostile_words_are_text() {
    let world = world();
    world
        .sandbox
        .write("shop", &[(".cupaas", &format!("name: shop\n{APP}env: {{A: '</pre><script>x</script>'}}\n"))]);
    deploy(&world, "shop", "production", "1");
    deploy(&world, "shop", "production", "2");
    let why = "\u{202e}<img src=x onerror=alert(1)> ::add-mask::x ##[group]";
    world.good(&["rollback", "shop", "--env", "production", "--why", why]);
    // What nobody can write but with a commit of their own: names that are no names, an author, a job's address.
    let sandbox = &world.sandbox;
    sandbox.git("", &["clone", "-q", &world.gitops, "edited"]);
    let record = sandbox.path("edited/releases/production/shop/release.yaml");
    let text = fs::read_to_string(&record).unwrap();
    let text = text.replacen("app: shop", "app: \"<script>alert('1')</script>\\u202e\"", 1);
    let hosts = "hosts:\n- \"x\\\" onclick=\\\"alert(1)\"\n";
    let text = text.replacen("hosts:\n- shop.apps.example.cu\n", hosts, 1);
    assert!(text.contains("onclick"), "{text}");
    fs::write(&record, text).unwrap();
    sandbox.git("edited", &["add", "-A"]);
    let message = "<b>bold</b>\n\n1 created\n\nCupaas-App: <script>alert('1')</script>\u{202e}\n\
        Cupaas-Environment: production\nCupaas-Run: javascript:alert(1)\nCupaas-Image: <i>\n";
    let author = "<script>alert(2)</script> <x@example.cu>".replacen('<', "{", 1).replacen('>', "}", 1);
    sandbox.git("edited", &["commit", "-q", "-m", message, "--author", &author]);
    sandbox.git("edited", &["push", "-q", "origin", "HEAD:main"]);
    let page = page(&world);
    let body = page.split("<body>").nth(1).unwrap();
    for tag in [
        "<script>alert",
        "<img",
        "<b>bold",
        "<i>",
        "onclick=\"",
        "</pre><script>x",
        "\u{202e}",
        "javascript:",
        "##[",
    ] {
        assert!(!body.contains(tag), "{tag}: {body}");
    }
    assert!(!page.lines().any(|line| line.trim_start().starts_with("::")), "{page}");
    for text in [
        "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;\u{fffd}",
        "&lt;img src=x",
        "&lt;b&gt;bold&lt;/b&gt;",
        "onclick=&quot;alert",
    ] {
        assert!(body.contains(text), "{text}: {body}");
    }
}

#[test]
fn what_is_left_out_is_said() {
    let world = world();
    for version in 0..13 {
        deploy(&world, "shop", "production", &version.to_string());
    }
    let long: String = (0..900).map(|n| format!("A{n}: 'a value that is not short at all'\n")).collect();
    let env = long.replace('\n', "\n  ");
    world.sandbox.write("shop", &[(".cupaas", &format!("name: shop\n{APP}env:\n  {env}\n"))]);
    deploy(&world, "shop", "production", "14");
    let page = page(&world);
    assert_eq!(page.matches("in production: deploy(shop/production)").count(), 10, "the newest ten");
    assert!(page.contains("There are older ones: <code>cupaas history --app shop</code>"), "{page}");
    assert!(page.contains("The lines of 1 more file are left out"), "{page}");
    assert!(page.contains(
        "Of each app the newest 10 releases are listed, and of the newest 200 of all what they changed"
    ));
}

/// How often git is called for the page, of a server that gives what is asked for and nothing else.
fn calls(world: &World) -> usize {
    for key in ["uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"] {
        world.sandbox.git("", &["-C", &world.gitops, "config", key, "true"]);
    }
    let git = String::from_utf8(Command::new("which").arg("git").output().unwrap().stdout).unwrap();
    let log = world.sandbox.path("calls");
    let script = format!("#!/bin/sh\necho x >>'{}'\nexec {} \"$@\"\n", log.display(), git.trim());
    let bin = world.sandbox.write("bin", &[("git", &script)]);
    fs::set_permissions(bin.join("git"), fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let address = format!("file://{}", world.gitops);
    let args = ["status", "--format", "html", "--gitops", &address];
    let ran = ran(&world.sandbox.cupaas(&args).env("PATH", path).output().unwrap());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.contains("update ConfigMap"), "{}", ran.stdout);
    let count = fs::read_to_string(&log).unwrap().lines().count();
    fs::remove_file(log).unwrap();
    count
}

#[test]
fn the_history_is_fetched_in_one_go_however_long_it_is() {
    let world = world();
    for version in 0..2 {
        deploy(&world, "shop", "production", &version.to_string());
    }
    let few = calls(&world);
    for version in 2..6 {
        deploy(&world, "shop", "production", &version.to_string());
        deploy(&world, "mail", "staging", &version.to_string());
    }
    assert_eq!(calls(&world), few, "one call for each level of folders");
    assert!(few <= 10, "{few}");
}

#[test]
fn the_page_is_of_status_alone() {
    let world = world();
    for args in [&["app", "list", "--format", "html"][..], &["status", "--out", "x.html"]] {
        let ran = world.run(args);
        assert_eq!(ran.code, Some(2), "{}", ran.stdout);
        assert!(ran.stderr.contains("[conflicting-arguments]"), "{}", ran.stderr);
    }
    let empty = page(&world);
    assert!(empty.contains("No app is registered, and nothing is deployed."), "{empty}");
}
