//! `promote`, and `diff --to`: what is recorded in one environment, by the rules of another.

use serde_json::{Value, json};

use super::world::{STAGED, URL, World};
use crate::sandbox::APP;

fn image(digit: &str) -> String {
    format!("registry.example.cu/team/shop:latest@sha256:{}", digit.repeat(64))
}

const SETTINGS: &str = "environments:\n  production: {cluster: home, domain: apps.example.cu}\n\
    \x20 staging: {cluster: home, domain: apps.example.cu}\n\
    env: {LEVEL: info}\nregistry: {prefix: registry.example.cu/team}\n";

fn world() -> World {
    let world = World::new(&[("cupaas.yaml", SETTINGS)]);
    for name in ["shop", "mail"] {
        world.sandbox.write(name, &[(".cupaas", &format!("name: {name}\n{APP}"))]);
    }
    world
}

fn deploy(world: &World, app: &str, environment: &str, image: &str) -> Value {
    let repository = URL.replace("shop", app);
    world.json(&["deploy", app, "--env", environment, "--source-repository", &repository, "--image", image])
}

const ROAD: [&str; 4] = ["--from", "staging", "--to", "production"];

fn promote<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["promote"], more, &ROAD].concat()
}

fn refused(world: &World, args: &[&str], code: &str) -> String {
    let head = world.head();
    let ran = world.run(args);
    ran.refused(code, &[]);
    assert_eq!(world.head(), head, "something was written");
    ran.stderr
}

fn running(world: &World) -> String {
    world.show("deploy/production/shop/app/deployment-web.yaml")
}

#[test]
fn the_recorded_release_comes_to_the_other_environment() {
    let world = world();
    deploy(&world, "shop", "production", &image("1"));
    world.sandbox.write("shop", &[(".cupaas", &format!("name: shop\n{APP}env: {{NEW: '1'}}\n"))]);
    world.good(&["env", "set", "LEVEL=debug", "--app", "shop", "--env", "staging"]);
    deploy(&world, "shop", "staging", &image("2"));
    // What stands in the app's folder by now is nobody's release.
    world.sandbox.write("shop", &[(".cupaas", "runtime: nothing\n")]);
    let dry = world.json(&promote(&["shop", "--dry-run"]));
    assert_eq!((&dry["status"], &dry["commit"]), (&json!("differs"), &Value::Null), "{dry:#}");
    let done = world.json(&promote(&["shop"]));
    assert_eq!(done["promoted"], dry["promoted"]);
    assert!(running(&world).contains(&image("2")));
    assert!(world.show("deploy/production/shop/app/configmap-shop.yaml").contains("NEW: \"1\""));
    let lists = &done["promoted"][0];
    let along: Vec<&str> =
        lists["along"].as_array().unwrap().iter().map(|one| one["what"].as_str().unwrap()).collect();
    assert_eq!(along, ["image", ".cupaas"], "{lists:#}");
    let level = lists["stays"].as_array().unwrap().iter().find(|one| one["what"] == "env.LEVEL").unwrap();
    assert_eq!(level["from"], json!({"value": "\"debug\"", "origin": "apps/shop.yaml:6:14"}));
    assert_eq!(level["to"], json!({"value": "\"info\"", "origin": "cupaas.yaml:4:14"}));
    assert_eq!(lists["settings"], json!([]));
    assert_eq!(world.json(&promote(&["shop"]))["status"], "unchanged");
    let history = world.good(&["history", "--app", "shop", "--env", "production"]).stdout;
    assert!(history.contains("promote(shop): staging to production"), "{history}");
}

#[test]
fn a_first_promotion_is_a_first_deploy_there() {
    let world = world();
    deploy(&world, "shop", "staging", &image("1"));
    let text = world.good(&promote(&["shop"])).stdout;
    assert!(
        text.contains("image  nothing → registry.example.cu") && text.contains("    + runtime: image"),
        "{text}"
    );
    assert!(running(&world).contains(&image("1")));
}

#[test]
fn an_image_by_tag_stays_where_it_is() {
    let world = world();
    deploy(&world, "shop", "staging", "registry.example.cu/team/shop:1.4");
    let said = refused(&world, &promote(&["shop"]), "image-by-tag");
    assert!(said.contains("cupaas deploy --env staging --image"), "{said}");
}

#[test]
fn what_is_no_part_of_the_release_is_asked_for() {
    let world = world();
    deploy(&world, "shop", "production", &image("1"));
    deploy(&world, "shop", "staging", &image("2"));
    let changed = SETTINGS.replace("LEVEL: info", "LEVEL: loud");
    let sandbox = &world.sandbox;
    sandbox.git("", &["clone", "-q", &world.gitops, "person"]);
    std::fs::write(sandbox.path("person").join("cupaas.yaml"), changed).unwrap();
    sandbox.commit("person", 1_700_000_001);
    sandbox.git("person", &["push", "-q", "origin", "HEAD:main"]);
    let said = refused(&world, &promote(&["shop"]), "settings-changed");
    assert!(said.contains("ConfigMap shop") && said.contains("--with-settings"), "{said}");
    let dry = world.good(&promote(&["shop", "--dry-run"])).stdout;
    assert!(dry.contains("shop also changes, though it is no part of the release"), "{dry}");
    world.good(&promote(&["shop", "--with-settings"]));
    assert!(running(&world).contains(&image("2")));
    assert!(world.show("deploy/production/shop/app/configmap-shop.yaml").contains("loud"));
}

#[test]
fn an_older_commit_does_not_follow_a_newer_one() {
    let world = world();
    let sandbox = &world.sandbox;
    for (environment, time, digit) in [("staging", 1_700_000_100, "1"), ("production", 1_700_000_200, "2")] {
        sandbox.write("shop", &[("version", digit)]);
        sandbox.commit("shop", time);
        deploy(&world, "shop", environment, &image(digit));
    }
    let said = refused(&world, &promote(&["shop"]), "promotes-older");
    assert!(said.contains("--allow-older"), "{said}");
    world.good(&promote(&["shop", "--allow-older"]));
    assert!(running(&world).contains(&image("1")));
}

#[test]
fn all_apps_go_in_one_commit_or_none() {
    let world = world();
    deploy(&world, "shop", "staging", &image("1"));
    deploy(&world, "mail", "staging", "registry.example.cu/team/mail:1");
    refused(&world, &promote(&["--all"]), "image-by-tag");
    deploy(&world, "mail", "staging", &image("2"));
    let before = world.sandbox.commits(&world.gitops);
    let done = world.json(&promote(&["--all"]));
    assert_eq!(done["releases"].as_array().unwrap().len(), 2);
    assert_eq!(world.sandbox.commits(&world.gitops), before + 1);
    world.good(&["pin", "--app", "shop", "--env", "production"]);
    deploy(&world, "shop", "staging", &image("3"));
    refused(&world, &promote(&["shop"]), "app-pinned");
    assert_eq!(world.json(&promote(&["--all", "--without", "shop"]))["status"], "unchanged");
    let unknown = world.run(&promote(&["shp"]));
    assert!(unknown.stderr.contains("shop"), "{}", unknown.stderr);
}

/// What is a host of production alone is asked for by two at once.
#[test]
fn two_apps_do_not_come_to_one_host() {
    let accepted = format!("{SETTINGS}routing: {{domains: [shop.example.com]}}\n");
    let world = World::new(&[("cupaas.yaml", &accepted)]);
    for name in ["shop", "mail"] {
        let text = format!("name: {name}\n{APP}domains: [shop.example.com]\n");
        world.sandbox.write(name, &[(".cupaas", &text)]);
        deploy(&world, name, "staging", &image("1"));
    }
    let head = world.head();
    let ran = world.run(&promote(&["--all"]));
    assert!(ran.code == Some(3) && ran.stderr.contains("shop.example.com"), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(world.head(), head);
    world.good(&promote(&["shop"]));
    let taken = world.run(&promote(&["mail"]));
    assert!(taken.stderr.contains("error[host-taken]"), "{}", taken.stderr);
}

/// What was rolled back does not come back by another door; something newer does.
#[test]
fn a_held_release_is_left_as_it_is() {
    let world = world();
    let commit = |digit: &str, time| {
        world.sandbox.write("shop", &[("version", digit)]);
        world.sandbox.commit("shop", time);
    };
    commit("1", 1_700_000_100);
    deploy(&world, "shop", "production", &image("1"));
    commit("2", 1_700_000_200);
    for environment in ["staging", "production"] {
        deploy(&world, "shop", environment, &image("2"));
    }
    world.good(&["rollback", "--app", "shop", "--env", "production"]);
    let head = world.head();
    let text = world.good(&promote(&["shop"])).stdout;
    assert!(text.contains("stays as it is") && text.contains("cupaas resume --app shop"), "{text}");
    assert_eq!(world.head(), head);
    assert!(running(&world).contains(&image("1")));
    commit("3", 1_700_000_300);
    deploy(&world, "shop", "staging", &image("3"));
    world.good(&promote(&["shop"]));
    assert!(running(&world).contains(&image("3")));
}

#[test]
fn another_repositorys_app_is_not_overwritten() {
    let world = world();
    deploy(&world, "shop", "staging", &image("1"));
    // The registration is gone, so that the record alone says whose it is.
    let sandbox = &world.sandbox;
    sandbox.git("", &["clone", "-q", &world.gitops, "person"]);
    std::fs::remove_file(sandbox.path("person").join("apps/shop.yaml")).unwrap();
    sandbox.commit("person", 1_700_000_001);
    sandbox.git("person", &["push", "-q", "origin", "HEAD:main"]);
    let other = ["deploy", "shop", "--env", "production", "--image", &image("2")];
    world.good(&[&other[..], &["--source-repository", "https://git.example.cu/them/shop.git"]].concat());
    let ran = world.run(&promote(&["shop"]));
    assert!(ran.stderr.contains("error[owner-mismatch]"), "{}", ran.stderr);
}

#[test]
fn two_environments_are_compared_in_words() {
    let world = World::new(&[("cupaas.yaml", STAGED)]);
    world.sandbox.write("shop", &[(".cupaas", &format!("name: shop\n{APP}"))]);
    world.sandbox.write("mail", &[(".cupaas", &format!("name: mail\n{APP}"))]);
    for environment in ["staging", "production"] {
        deploy(&world, "shop", environment, &image("1"));
    }
    deploy(&world, "mail", "staging", &image("1"));
    world.good(&["env", "set", "LEVEL=debug", "--app", "shop", "--env", "staging"]);
    let diff = ["diff", "--env", "staging", "--to", "production"];
    let text = world.good(&[&diff[..], &["--app", "shop"]].concat()).stdout;
    assert!(text.contains("  env.LEVEL\n    staging     \"debug\"  # apps/shop.yaml:"), "{text}");
    assert!(text.contains("    production  nothing\n"), "{text}");
    let all = world.json(&[&diff[..], &["--all"]].concat());
    assert_eq!((&all["report"], &all["status"]), (&json!("compared"), &json!("differs")));
    assert_eq!((&all["apps"][0]["app"], &all["apps"][0]["only_in"]), (&json!("mail"), &json!("staging")));
    assert_eq!(world.run(&[&diff[..], &["--all", "--exit-code"]].concat()).code, Some(1));
    let alone = world.run(&["diff", "--to", "production", "--app", "shop"]);
    assert!(alone.stderr.contains("error[environment-required]"), "{}", alone.stderr);
}
