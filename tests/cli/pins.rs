//! `pin` and `unpin`: an image that stays.

use super::world::{URL, World};
use crate::sandbox::{APP, PLATFORM};

#[test]
fn a_pinned_environment_is_not_moved() {
    let world = World::new(&[("cupaas.yaml", PLATFORM)]);
    world.sandbox.write("shop", &[(".cupaas", APP)]);
    let old = "registry.example.cu/x:1";
    world.deploy("shop", &["--image", old]);
    let done = world.json(&["pin", "--app", "shop"]);
    assert_eq!(
        (done["status"].as_str(), done["files"][0].as_str()),
        (Some("edited"), Some("apps/shop.yaml"))
    );
    let pin = serde_json::json!({"app": "shop", "environment": "production", "image": old, "place": "apps/shop.yaml:5:12"});
    assert_eq!(done["pin"], pin);
    assert!(world.show("apps/shop.yaml").contains("    image: registry.example.cu/x:1\n"));
    let head = world.head();
    let held = world.deploy("shop", &["--image", "registry.example.cu/x:2"]);
    assert_eq!(
        (held["status"].as_str(), held["pin"]["image"].as_str()),
        (Some("pinned"), Some(old)),
        "{held}"
    );
    let said = world.good(&["deploy", "shop", "--source-repository", URL]).stdout;
    assert!(
        said.contains("apps/shop.yaml:5:12") && said.contains("cupaas unpin --app shop --env production"),
        "{said}"
    );
    let refused = world.run(&["deploy", "--app", "shop", "--image", "registry.example.cu/x:2"]);
    assert!(refused.code == Some(4) && refused.stderr.contains("error[app-pinned]"), "{}", refused.stderr);
    assert_eq!(world.json(&["deploy", "--all"])["status"], "unchanged");
    assert_eq!(world.head(), head);
    // To another image, which runs from now on.
    let moved = world.json(&["pin", "--app", "shop", "--image", "registry.example.cu/x:0"]);
    assert_eq!(moved["summary"]["restarts"][0], "web");
    assert_eq!(world.json(&["unpin", "--app", "shop"])["pin"], serde_json::Value::Null);
    assert!(!world.show("apps/shop.yaml").contains("image"));
    assert!(world.show("deploy/production/shop/app/deployment-web.yaml").contains("registry.example.cu/x:0"));
    assert_eq!(world.deploy("shop", &["--image", "registry.example.cu/x:2"])["status"], "deployed");
    assert_eq!(world.json(&["unpin", "--app", "shop"])["status"], "unchanged");
}

#[test]
fn an_image_by_rule_follows_its_commit_again_once_it_is_unpinned() {
    let world = World::new(&[("cupaas.yaml", PLATFORM)]);
    world.sandbox.write("shop", &[(".cupaas", APP)]);
    let commit = |digit: &str| digit.repeat(40);
    let rule = |digit: &str| format!("registry.example.cu/team/shop:{}", commit(digit));
    let deploy = |digit: &str| world.deploy("shop", &["--source-commit", &commit(digit)]);
    deploy("1");
    assert_eq!(deploy("2")["image"]["reference"], rule("2"));
    world.good(&["pin", "--app", "shop", "--image", &rule("1")]);
    assert_eq!(deploy("3")["status"], "pinned");
    let done = world.json(&["unpin", "--app", "shop"]);
    assert_eq!(done["releases"][0]["image"]["reference"], rule("2"), "{done}");
    assert_eq!(deploy("3")["image"]["reference"], rule("3"));
}
