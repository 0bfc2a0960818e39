//! `remove --pull-request` and `app remove --pull-request`: an app that leaves by a pull request of its own.

use serde_json::Value;

use super::server::Manner;
use super::world::{BRANCH, World};

const LEAVING: &str = "cupaas/remove-in-production/shop";
const WHOLE: &str = "cupaas/remove-app/shop";

fn action(report: &Value) -> &str {
    report["pull_request"]["action"].as_str().unwrap_or_else(|| panic!("{report:#}"))
}

/// A forge on which the app is deployed.
fn deployed(manner: Manner) -> World {
    let world = World::new(manner);
    world.app("1");
    world.json(&["deploy", "shop"]);
    world.server.lines();
    world
}

fn remove(world: &World, more: &[&str]) -> Value {
    let words = ["remove", "--app", "shop", "--env", "production", "--pull-request"];
    world.json(&[&words[..], more].concat())
}

#[test]
fn an_app_leaves_when_its_pull_request_is_merged() {
    for manner in [Manner::Github, Manner::Gitea, Manner::Forgejo] {
        let world = deployed(manner);
        let main = world.tip("main");
        let report = remove(&world, &["--label", "leaving", "--reviewer", "eve"]);
        assert_eq!((report["status"].as_str(), report["changed"].as_bool()), (Some("proposed"), Some(true)));
        assert_eq!((action(&report), report["branch"].as_str()), ("opened", Some(LEAVING)));
        assert_eq!(world.tip("main"), main, "{manner:?}: committed");
        assert_eq!(report["commit"].as_str(), world.tip(LEAVING).as_deref());
        let pull = world.pull();
        assert_eq!(pull["title"], "remove(shop/production)");
        let body = pull["body"].as_str().unwrap();
        for part in [
            "shop leaves production",
            "delete Deployment web",
            "What stays: the namespace `shop-production` with its claims and credentials",
            "kubectl delete namespace shop-production",
        ] {
            assert!(body.contains(part), "{manner:?}: no {part:?} in {body}");
        }
        assert_eq!(pull["labels"][0]["name"], "leaving");
        assert_eq!(pull["reviewers"]["reviewers"][0], "eve");
        // The same wish is the same pull request, and nothing is pushed.
        let tip = world.tip(LEAVING);
        assert_eq!(action(&remove(&world, &[])), "unchanged");
        assert_eq!(world.tip(LEAVING), tip);
        world.merge(LEAVING);
        assert!(
            !world.sandbox.paths(&world.gitops).iter().any(|path| path.starts_with("deploy/production/"))
        );
        let after = remove(&world, &[]);
        assert_eq!((after["status"].as_str(), action(&after)), (Some("unchanged"), "closed"));
        assert_eq!(world.tip(LEAVING), None, "{manner:?}");
    }
}

#[test]
fn a_deploy_and_the_two_ways_to_leave_wait_beside_each_other() {
    let world = deployed(Manner::Github);
    world.app("2");
    assert_eq!(world.propose(&[])["branch"], BRANCH);
    assert_eq!(remove(&world, &[])["branch"], LEAVING);
    let whole = world.json(&["app", "remove", "shop", "--pull-request", "--auto-merge"]);
    assert_eq!((whole["status"].as_str(), whole["branch"].as_str()), (Some("proposed"), Some(WHOLE)));
    let titles: Vec<String> = world
        .server
        .state(|state| state.pulls.iter().map(|pull| pull["title"].as_str().unwrap().to_owned()).collect());
    assert_eq!(titles[1..], ["remove(shop/production)", "remove(shop)"]);
    let body = world.server.state(|state| state.pulls[2]["body"].as_str().unwrap().to_owned());
    assert!(body.contains("`apps/shop.yaml` is deleted"), "{body}");
    assert_eq!(whole["pull_request"]["merge"], "merged", "{whole:#}");
}

#[test]
fn what_is_said_of_a_pull_request_needs_one() {
    let world = deployed(Manner::Github);
    let main = world.tip("main");
    for words in [&["remove", "--app", "shop", "--env", "production"][..], &["app", "remove", "shop"]] {
        let ran = world.run(&[words, &["--label", "x"]].concat());
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
        assert!(ran.stderr.contains("--pull-request"), "{}", ran.stderr);
    }
    assert_eq!((world.tip("main"), world.server.lines()), (main, Vec::new()));
}
