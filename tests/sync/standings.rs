//! `status --remote`: how far each release is behind its branch, by the apps' own repositories.

use serde_json::Value;

use super::world::{APP, World};

fn status(world: &World) -> Value {
    world.sandbox.json(&["status", "--remote", "--gitops", &world.gitops])
}

/// How a release stands: the state, and how many commits there are.
fn stands<'a>(status: &'a Value, app: &str) -> (&'a str, Option<u64>) {
    let all = status["releases"].as_array().unwrap();
    let one = all.iter().find(|one| one["app"] == app).unwrap_or_else(|| panic!("{app}: {status:#}"));
    (one["remote"]["state"].as_str().unwrap(), one["remote"]["commits"].as_u64())
}

fn world() -> World {
    let apps = ["shop", "wiki", "lost"].map(|name| (name, format!("repository: ROOT/{name}\n")));
    let world = World::new(&apps.each_ref().map(|(name, text)| (*name, text.as_str())));
    for name in ["shop", "wiki", "lost"] {
        world.source(name, "trunk", 1_700_000_100, &[(".cupaas", APP)]);
        world.built(name, 1_700_000_200, &[("a", "1")]);
    }
    assert_eq!(world.sync(&[]).code, Some(0));
    world
}

#[test]
fn each_release_is_so_many_commits_behind_its_branch() {
    let world = world();
    let git = |args: &[&str]| world.sandbox.git("shop", args);
    assert_eq!(stands(&status(&world), "shop"), ("up-to-date", Some(0)));
    // A side branch that was merged counts too, and more commits than the first fetch brings.
    git(&["checkout", "-q", "-b", "side", "HEAD~1"]);
    world.source("shop", "trunk", 1_700_000_300, &[("b", "1")]);
    git(&["checkout", "-q", "trunk"]);
    world.source("shop", "trunk", 1_700_000_400, &[("a", "2")]);
    git(&["merge", "-q", "--no-ff", "-m", "a merge", "side"]);
    assert_eq!(stands(&status(&world), "shop"), ("behind", Some(3)));
    for _ in 0..60 {
        world.source("shop", "trunk", 1_700_000_500, &[]);
    }
    // Of one whose repository does not answer that is said, and nothing else ends.
    std::fs::remove_dir_all(world.sandbox.path("lost")).unwrap();
    let all = status(&world);
    assert_eq!(stands(&all, "shop"), ("behind", Some(63)));
    assert_eq!(stands(&all, "wiki"), ("up-to-date", Some(0)));
    assert_eq!(stands(&all, "lost").0, "unknown");
    let text = world.sandbox.good(&["status", "--remote", "--gitops", &world.gitops]).stdout;
    for words in ["63 commits behind trunk", "up to date with trunk", "its branch: unknown ("] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let page = ["status", "--remote", "--gitops", &world.gitops, "--format", "html"];
    assert!(world.sandbox.good(&page).stdout.contains("63 commits behind trunk"));
    let one = world.sandbox.json(&["status", "--remote", "--app", "wiki", "--gitops", &world.gitops]);
    assert_eq!(one["releases"].as_array().unwrap().len(), 1, "{one:#}");
    // Nobody is asked where that was not wanted.
    let plain = world.sandbox.json(&["status", "--gitops", &world.gitops]);
    assert!(plain["releases"].as_array().unwrap().iter().all(|one| one["remote"].is_null()), "{plain:#}");
}

#[test]
fn a_branch_that_was_moved_or_is_not_there_is_told_apart() {
    let world = world();
    let git = |app: &str, args: &[&str]| world.sandbox.git(app, args);
    git("shop", &["reset", "-q", "--hard", "HEAD~1"]);
    git("wiki", &["reset", "-q", "--hard", "HEAD~1"]);
    world.source("wiki", "trunk", 1_700_000_900, &[("c", "1")]);
    let all = status(&world);
    assert_eq!(stands(&all, "shop").0, "ahead");
    assert_eq!(stands(&all, "wiki"), ("diverged", Some(1)));
    // A server that sends files along is not asked for a long history.
    git("lost", &["config", "uploadpack.allowFilter", "false"]);
    for _ in 0..60 {
        world.source("lost", "trunk", 1_700_000_500, &[]);
    }
    let sandbox = &world.sandbox;
    sandbox.git("", &["clone", "-q", &world.gitops, "person"]);
    std::fs::remove_file(sandbox.path("person/apps/shop.yaml")).unwrap();
    let registered = "repository: ROOT/wiki\nbranches: {release: production}\n";
    let registered = registered.replace("ROOT", sandbox.path("").display().to_string().trim_end_matches('/'));
    std::fs::write(sandbox.path("person/apps/wiki.yaml"), registered).unwrap();
    sandbox.commit("person", 1_700_000_001);
    sandbox.git("person", &["push", "-q", "origin", "HEAD:main"]);
    let all = status(&world);
    assert_eq!(stands(&all, "lost"), ("unknown", None), "{all:#}");
    assert_eq!(stands(&all, "shop").0, "not-followed", "{all:#}");
    let wiki = all["releases"].as_array().unwrap().iter().find(|one| one["app"] == "wiki").unwrap();
    assert_eq!((&wiki["remote"]["state"], &wiki["remote"]["branch"]), (&"unknown".into(), &"release".into()));
    assert!(wiki["remote"]["why"].as_str().unwrap().contains("has no branch release"), "{wiki:#}");
}
