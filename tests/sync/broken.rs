//! One broken repository never stops the others.

use std::time::{Duration, Instant};

use super::world::{APP, World};
use crate::http::{Answer, Server};

#[test]
fn each_failure_is_said_and_the_others_are_deployed() {
    let silent = Server::start(std::path::Path::new("/"), |_| Answer::Silence);
    let hangs = format!("repository: {}/hangs.git\n", silent.url);
    let world = World::new(&[
        ("deleted", "repository: ROOT/deleted\nbranches:\n  old: production\n"),
        ("empty", "repository: ROOT/empty\n"),
        ("good", "repository: ROOT/good\n"),
        ("hangs", &hangs),
        ("lost", "repository: ROOT/lost\n"),
        ("missing", "repository: ROOT/missing\n"),
        ("nowhere", "repository: ROOT/good\nbranches: {trunk: prod}\n"),
        ("odd", "repos: x\n"),
        ("refused", "repository: ROOT/refused\n"),
        ("twice", "repository: ROOT/good\nbranches:\n  main: production\n  trunk: production\n"),
        ("wrong", "repository: ROOT/wrong\npath: app\n"),
    ]);
    world.built("good", 1_700_000_100, &[(".cupaas", APP)]);
    world.built("deleted", 1_700_000_100, &[(".cupaas", APP)]);
    world.source("missing", "main", 1_700_000_100, &[("README", "no file of ours")]);
    let commit =
        world.source("wrong", "main", 1_700_000_100, &[("app/.cupaas", "runtime: image\nprocess: {}\n")]);
    world.registry.push("team/wrong", &commit);
    world.sandbox.write("empty", &[]);
    world.sandbox.git("empty", &["init", "-q"]);
    // A database that is lost with the next version.
    let database = "runtime: image\nservices: [mongodb]\nprocesses: {web: {command: serve}}\n";
    world.sandbox.good(&["init", "keys"]);
    world.built("refused", 1_700_000_100, &[(".cupaas", database)]);

    let begun = Instant::now();
    let done = world.sync(&["--timeout", "3"]);
    assert!(begun.elapsed() < Duration::from_secs(60));
    assert_eq!(done.status("good"), "deployed", "{:#}", done.value);
    for (app, said) in [
        ("deleted", "apps/deleted.yaml"),
        ("empty", "apps/empty.yaml"),
        ("hangs", "no"),
        ("lost", "cannot read"),
        ("missing", "no .cupaas in the root"),
        ("nowhere", "undeclared-environment"),
        ("odd", "apps/odd.yaml"),
        ("twice", "conflicting-branches"),
        ("wrong", "app/.cupaas"),
    ] {
        assert_eq!(done.status(app), "failed", "{app}: {:#}", done.value);
        let text = done.app(app)["failure"].to_string();
        assert!(text.contains(said), "{app}: {text}");
    }
    let place = &done.app("wrong")["failure"]["diagnostics"][0];
    assert_eq!((place["line"].as_u64(), place["column"].as_u64()), (Some(2), Some(1)), "{place:#}");
    assert_eq!(done.app("hangs")["failure"]["exit_code"], 5);
    assert_eq!(done.code, Some(6), "the repository that is not there counts most");
    assert_eq!(done.value["status"], "failed");

    let text = world.run(&["--timeout", "3", "--app", "wrong", "--app", "good"]);
    assert_eq!(text.code, Some(3));
    assert!(
        text.stdout.contains("app/.cupaas:2:1") && text.stdout.contains("1 up-to-date"),
        "{}",
        text.stdout
    );
    assert_eq!(world.run(&["--timeout", "3", "--app", "hangs"]).code, Some(5));
}

#[test]
fn an_app_that_asks_for_too_much_is_its_own_failure() {
    let apps = ["procfile", "cupaas", "good"];
    let registered = apps.map(|name| (name, format!("repository: ROOT/{name}\n")));
    let world = World::new(&registered.each_ref().map(|(name, text)| (*name, text.as_str())));
    let lines: String = (0..40_000).map(|i| format!("worker{i}: serve {i}\n")).collect();
    world.built("procfile", 1_700_000_100, &[(".cupaas", "runtime: image\n"), ("Procfile", &lines)]);
    let processes: String = (0..8000).map(|i| format!("  worker{i}: {{command: serve {i}}}\n")).collect();
    let text = format!("runtime: image\nprocesses:\n{processes}");
    world.built("cupaas", 1_700_000_100, &[(".cupaas", &text)]);
    world.built("good", 1_700_000_100, &[(".cupaas", APP)]);
    let begun = Instant::now();
    for args in [&["--one-commit"] as &[&str], &[]] {
        let done = world.sync(args);
        assert!(begun.elapsed() < Duration::from_secs(30), "it took {:?}", begun.elapsed());
        let status = if args.is_empty() { "up-to-date" } else { "deployed" };
        assert_eq!(done.status("good"), status, "{:#}", done.value);
        for (app, said) in [("procfile", "more than 100 processes"), ("cupaas", "at most 100 keys")] {
            assert_eq!(done.status(app), "failed", "{:#}", done.value);
            let failure = &done.app(app)["failure"];
            assert!(failure.to_string().contains(said), "{failure:#}");
        }
        assert_eq!(done.code, Some(3));
    }
}

#[test]
fn a_deleted_or_renamed_branch_leaves_what_is_deployed() {
    let world = World::new(&[("shop", "repository: ROOT/shop\nbranches: {trunk: production}\n")]);
    world.built("shop", 1_700_000_100, &[(".cupaas", APP)]);
    assert_eq!(world.sync(&[]).status("shop"), "deployed");
    world.sandbox.git("shop", &["branch", "-qM", "main"]);
    let commits = world.commits();
    let done = world.sync(&[]);
    assert_eq!((done.code, done.status("shop")), (Some(3), "failed"));
    let said = done.app("shop")["failure"]["diagnostics"][0].to_string();
    assert!(said.contains("branch-not-found") && said.contains("the default branch is main"), "{said}");
    assert_eq!(world.commits(), commits);

    // Where nobody named it, the repository's own branch is followed under its new name.
    let world = World::new(&[("shop", "repository: ROOT/shop\n")]);
    world.built("shop", 1_700_000_100, &[(".cupaas", APP)]);
    world.sync(&[]);
    world.sandbox.git("shop", &["branch", "-qM", "main"]);
    world.built("shop", 1_700_000_200, &[("a", "2")]);
    let done = world.sync(&[]);
    assert_eq!(done.status("shop"), "deployed", "{:#}", done.value);
    assert_eq!(done.app("shop")["notes"][0], "now follows main instead of trunk");
}

#[test]
fn a_plan_that_is_refused_is_said_and_stops_no_other() {
    let with =
        "runtime: image\nvolumes: {data: {path: /data, storage: 1Gi}}\nprocesses: {web: {command: serve}}\n";
    let world = World::new(&[("a", "repository: ROOT/a\n"), ("b", "repository: ROOT/b\n")]);
    world.built("a", 1_700_000_100, &[(".cupaas", with)]);
    world.built("b", 1_700_000_100, &[(".cupaas", APP)]);
    let done = world.sync(&[]);
    assert_eq!(done.code, Some(0), "{:#}", done.value);
    world.built("a", 1_700_000_200, &[(".cupaas", APP)]);
    world.built("b", 1_700_000_200, &[("x", "2")]);
    for arguments in [&["--dry-run"][..], &[]] {
        let done = world.sync(arguments);
        assert_eq!((done.code, done.status("a")), (Some(4), "failed"), "{:#}", done.value);
        assert!(["deployed", "ready"].contains(&done.status("b")));
    }
}

#[test]
fn a_repository_that_stalls_while_it_is_fetched_is_given_up() {
    let world = World::new(&[("good", "repository: ROOT/good\n")]);
    world.built("good", 1_700_000_100, &[(".cupaas", APP)]);
    let asked = std::sync::atomic::AtomicUsize::new(0);
    // Two requests say where its branches stand.
    let server = Server::start(&world.sandbox.path(""), move |_| {
        match asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
            0 | 1 => Answer::Pass,
            _ => Answer::Silence,
        }
    });
    let text = format!("repository: {}/good/.git\n", server.url);
    world.sandbox.write("gitops/apps", &[("stalls.yaml", &text)]);
    world.sandbox.commit("gitops", 1_700_000_001);
    world.sandbox.git("gitops", &["push", "-q", &world.gitops, "main"]);
    let done = world.sync(&["--timeout", "4"]);
    assert_eq!((done.code, done.status("good"), done.status("stalls")), (Some(5), "deployed", "failed"));
    assert!(
        done.app("stalls")["commit"].is_string(),
        "it had said where its branch stands: {:#}",
        done.value
    );
}

#[test]
fn a_link_in_the_place_of_a_file_is_said_once() {
    let world = World::new(&[("shop", "repository: ROOT/shop\n")]);
    world.source("shop", "trunk", 1_700_000_100, &[("real", APP)]);
    std::os::unix::fs::symlink("real", world.sandbox.path("shop/.cupaas")).unwrap();
    world.sandbox.commit("shop", 1_700_000_200);
    let said = world.run(&["--image", "registry.example.cu/x:1", "--app", "shop"]);
    assert_eq!(said.code, Some(3), "{}", said.stderr);
    let all = said.stdout + &said.stderr;
    assert_eq!(all.matches("is a symbolic link").count(), 1, "{all}");
    std::os::unix::fs::symlink("shop.yaml", world.sandbox.path("gitops/apps/twin.yaml")).unwrap();
    world.sandbox.commit("gitops", 1_700_000_300);
    world.sandbox.git("gitops", &["push", "-q", &world.gitops, "main"]);
    for gitops in [world.gitops.clone(), world.sandbox.path("gitops").display().to_string()] {
        let said = world.sandbox.run(&["env", "list", "--app", "twin", "--gitops", &gitops]);
        assert_eq!(said.code, Some(3), "{}", said.stderr);
        assert_eq!(said.stderr.matches("is a symbolic link").count(), 1, "{}", said.stderr);
    }
}
