//! A freeze: what is new waits for its end, and no run of a `sync` fails because of that.

use super::world::{APP, World};

#[test]
fn what_is_new_waits_for_the_end_of_a_freeze() {
    let world = World::new(&[("shop", "repository: ROOT/shop\n"), ("wiki", "repository: ROOT/wiki\n")]);
    world.built("shop", 1_700_000_100, &[(".cupaas", APP)]);
    world.built("wiki", 1_700_000_100, &[(".cupaas", APP)]);
    world.sync(&[]);
    let freeze = |from: &str, to: &str| {
        let (sandbox, platform) = (&world.sandbox, world.sandbox.show(&world.gitops, "cupaas.yaml"));
        let frozen = platform.replace("domain: apps", "freeze: [{from: 2020-01-01}], domain: apps");
        let text = if to.is_empty() { frozen } else { platform.replace(from, to) };
        sandbox.git("", &["clone", "-q", &world.gitops, "person"]);
        std::fs::write(sandbox.path("person").join("cupaas.yaml"), text).unwrap();
        sandbox.commit("person", 1_700_000_001);
        sandbox.git("person", &["push", "-q", "origin", "HEAD:main"]);
        std::fs::remove_dir_all(sandbox.path("person")).unwrap();
    };
    freeze("", "");
    world.built("shop", 1_700_000_900, &[("a", "2")]);
    let commits = world.commits();
    for args in [&[][..], &["--dry-run"], &["--one-commit"]] {
        let done = world.sync(args);
        assert_eq!((done.status("shop"), done.code), ("skipped", Some(0)), "{:#}", done.value);
        assert_eq!(done.status("wiki"), "up-to-date");
        let why = done.app("shop")["reason"].as_str().unwrap();
        assert!(why.starts_with("production is frozen, by cupaas.yaml:3:"), "{why}");
    }
    assert_eq!(world.commits(), commits);
    freeze("2020-01-01}", "2020-01-01, to: 2020-01-02}");
    assert_eq!(world.sync(&[]).status("shop"), "deployed");
}
