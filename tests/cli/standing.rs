//! The GitOps repository that one stands in.

use std::fs;

use super::world::{STAGED, URL, World};
use crate::sandbox::{APP, Ran, ran};

/// Runs in a folder, without `--gitops`.
fn run_in(world: &World, folder: &str, args: &[&str]) -> Ran {
    let mut command = world.sandbox.cupaas(args);
    ran(&command.current_dir(world.sandbox.path(folder)).output().unwrap())
}

fn cloned() -> World {
    let world = World::new(&[("cupaas.yaml", STAGED), ("apps/shop.yaml", &format!("repository: {URL}\n"))]);
    world.sandbox.write("shop", &[(".cupaas", APP)]);
    world.deploy("shop", &[]);
    world.sandbox.git("", &["clone", "-q", &world.gitops, "clone"]);
    world
}

#[test]
fn commands_that_are_about_it_take_the_repository_that_one_stands_in() {
    let world = cloned();
    for folder in ["clone", "clone/releases/production/shop"] {
        for args in [
            &["app", "list"][..],
            &["app", "show", "shop"],
            &["env", "list", "--app", "shop"],
            &["env", "set", "A=1", "--app", "shop", "--dry-run"],
            &["pin", "--app", "shop", "--env", "production", "--dry-run"],
            &["secret", "list", "--app", "shop", "--env", "production"],
            &["check", "--all"],
            &["diff", "--all"],
            &["explain", "--app", "shop"],
            &["sync", "--app", "shop", "--dry-run", "--timeout", "1"],
        ] {
            let ran = run_in(&world, folder, args);
            assert!(matches!(ran.code, Some(0 | 5)), "{args:?}: {}{}", ran.stdout, ran.stderr);
            let said = ran.stdout + &ran.stderr;
            assert!(
                said.contains("shop") || said.contains("LAYER=") || args.contains(&"--all"),
                "{args:?}: {said}"
            );
        }
    }
    assert!(!world.sandbox.path("home/cupaas/gitops.git").exists(), "the local repository was made");
    // What is written goes where the clone comes from, which is said.
    let refused = run_in(&world, "clone", &["env", "set", "A=1", "--app", "shop"]);
    assert_eq!(refused.code, Some(6), "{}", refused.stdout);
    assert!(refused.stderr.contains("git remote get-url origin"), "{}", refused.stderr);
    // What is named counts, and an app's folder is an app's.
    let bare = world.gitops.as_str();
    assert_eq!(
        run_in(&world, "clone", &["env", "set", "A=1", "--app", "shop", "--gitops", bare]).code,
        Some(0)
    );
    fs::copy(world.sandbox.path("shop/.cupaas"), world.sandbox.path("clone/.cupaas")).unwrap();
    assert!(run_in(&world, "clone", &["app", "list"]).stdout.starts_with("no apps"));
}

#[test]
fn what_is_about_a_folder_is_not_about_the_repository_around_it() {
    let world = cloned();
    world.sandbox.write("clone/apps-of-mine/hello", &[(".cupaas", APP)]);
    let ran = run_in(&world, "clone/apps-of-mine/hello", &["deploy"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(world.sandbox.path("home/cupaas/gitops.git").exists(), "{}", ran.stdout);
}
