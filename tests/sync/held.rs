//! A hold: what was rolled back is not brought back by a `sync`, and what follows it is.

use super::world::{APP, World};

const SHOP: &str = "repository: ROOT/shop\n";

#[test]
fn what_was_rolled_back_waits_and_what_follows_it_is_deployed() {
    let world = World::new(&[("shop", SHOP)]);
    let one = world.built("shop", 1_700_000_100, &[(".cupaas", APP)]);
    world.sync(&[]);
    let two = world.built("shop", 1_700_000_900, &[("a", "2")]);
    world.sync(&[]);
    let command = |words: &[&str]| world.sandbox.json(&[words, &["--gitops", &world.gitops]].concat());
    command(&["rollback", "shop", "--env", "production"]);
    let commits = world.commits();
    for dry in [&[][..], &["--dry-run"], &["--one-commit"]] {
        let done = world.sync(dry);
        assert_eq!((done.status("shop"), done.code), ("held", Some(0)), "{:#}", done.value);
        assert_eq!(done.app("shop")["hold"]["commit"], two);
        assert!(done.app("shop")["reason"].as_str().unwrap().contains("cupaas resume --app shop"));
    }
    // The branch on an older commit than the one that was rolled back: that one runs.
    world.sandbox.git("shop", &["branch", "-q", "kept"]);
    world.sandbox.git("shop", &["reset", "-q", "--hard", &one]);
    assert_eq!(world.sync(&[]).status("shop"), "up-to-date");
    world.sandbox.git("shop", &["reset", "-q", "--hard", "kept"]);
    assert_eq!(world.commits(), commits);
    // By history, whatever the clock says.
    world.built("shop", 1_700_000_500, &[("a", "3")]);
    assert_eq!(world.sync(&[]).status("shop"), "deployed");
    assert!(!world.release("shop").contains("hold:"), "{}", world.release("shop"));
    // Until somebody says so.
    command(&["rollback", "shop", "--env", "production", "--hold"]);
    world.built("shop", 1_700_001_500, &[("a", "4")]);
    assert_eq!(world.sync(&[]).status("shop"), "held");
    command(&["resume", "shop", "--env", "production"]);
    assert_eq!(world.sync(&[]).status("shop"), "deployed");
}
