//! `--one-commit`: all that is new lands together, or not at all.

use super::world::{APP, World};

const SHOP: &str = "repository: ROOT/shop\n";
const WIKI: &str = "repository: ROOT/wiki\n";
const DISK: &str =
    "runtime: image\nprocesses: {web: {command: serve}}\nvolumes: {data: {path: /data, storage: 5Gi}}\n";

#[test]
fn what_can_be_rendered_lands_in_one_commit() {
    let world = World::new(&[("shop", SHOP), ("wiki", WIKI), ("blog", "repository: ROOT/blog\n")]);
    let shop = world.built("shop", 1_700_000_100, &[(".cupaas", APP)]);
    let wiki = world.built("wiki", 1_700_000_100, &[(".cupaas", APP)]);
    world.built("blog", 1_700_000_100, &[(".cupaas", "runtime: nonsense\n")]);
    let dry = world.sync(&["--one-commit", "--dry-run"]);
    assert_eq!((dry.status("shop"), dry.status("blog"), world.commits()), ("ready", "failed", 1));

    let done = world.sync(&["--one-commit"]);
    assert_eq!(
        (done.status("shop"), done.status("wiki"), done.status("blog")),
        ("deployed", "deployed", "failed")
    );
    assert_eq!((done.code, world.commits()), (Some(3), 2), "{:#}", done.value);
    assert_eq!(done.app("shop")["gitops_commit"], done.app("wiki")["gitops_commit"]);
    assert!(world.release("shop").contains(&shop) && world.release("wiki").contains(&wiki));
    let log = world.sandbox.git("", &["-C", &world.gitops, "log", "-1", "--format=%B", "main"]);
    assert!(log.starts_with("deploy: 2 releases\n"), "{log}");
    assert!(log.contains("Cupaas-Release: production/shop\nCupaas-Release: production/wiki\n"), "{log}");
    world.sandbox.git("", &["-C", &world.gitops, "fsck", "--strict"]);

    // One that has moved on alone is told of as if it had been deployed by itself.
    let again = world.built("shop", 1_700_000_200, &[(".cupaas", &APP.replace("serve", "serve --fast"))]);
    let done = world.sync(&["--one-commit"]);
    assert_eq!((done.status("shop"), done.status("wiki"), world.commits()), ("deployed", "up-to-date", 3));
    let log = world.sandbox.git("", &["-C", &world.gitops, "log", "-1", "--format=%B", "main"]);
    assert!(log.starts_with("deploy(shop/production): ") && log.contains(&again), "{log}");
}

#[test]
fn a_plan_that_is_refused_lets_none_of_them_land() {
    let world = World::new(&[("shop", SHOP), ("wiki", WIKI)]);
    world.built("shop", 1_700_000_100, &[(".cupaas", DISK)]);
    world.built("wiki", 1_700_000_100, &[(".cupaas", APP)]);
    assert_eq!(world.sync(&["--one-commit"]).code, Some(0));
    world.built("shop", 1_700_000_200, &[(".cupaas", &DISK.replace("5Gi", "1Gi"))]);
    world.built("wiki", 1_700_000_200, &[(".cupaas", &APP.replace("serve", "serve --fast"))]);
    for args in [&["--one-commit", "--dry-run"] as &[&str], &["--one-commit"]] {
        let refused = world.sync(args);
        assert_eq!((refused.code, world.commits()), (Some(4), 2), "{:#}", refused.value);
    }
    // One by one, only the one that is refused stays behind.
    let done = world.sync(&[]);
    assert_eq!((done.status("shop"), done.status("wiki"), world.commits()), ("failed", "deployed", 3));
}

#[test]
fn two_that_want_one_host_are_told_so() {
    let world = World::saying("routing: {domains: [\"*.example.cu\"]}\n", &[("shop", SHOP), ("wiki", WIKI)]);
    let app = format!("{APP}domains: [www.example.cu]\n");
    world.built("shop", 1_700_000_100, &[(".cupaas", &app)]);
    world.built("wiki", 1_700_000_100, &[(".cupaas", &app)]);
    let wrong = world.run(&["--one-commit"]);
    assert_eq!((wrong.code, world.commits()), (Some(3), 1), "{}{}", wrong.stdout, wrong.stderr);
    assert!(wrong.stderr.contains("www.example.cu"), "{}", wrong.stderr);
}
