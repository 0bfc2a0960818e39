//! `status --health`: what clusters have said of releases, read when it is asked for.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::server::{Fault, Manner};
use super::waiting::reported;
use super::world::World;
use crate::sandbox::PLATFORM;

fn say(world: &World, commit: &str, half: &str, state: &str, words: &str) {
    let record = world.git(&["show", "main:releases/production/shop/release.yaml"]);
    let record: Value = serde_saphyr::from_str(&record).unwrap();
    let context = format!("cupaas/production/shop/{half}/{}", record["rollout"]["id"].as_str().unwrap());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let time = jiff::Timestamp::from_second(i64::try_from(now).unwrap()).unwrap().to_string();
    let status =
        json!({"sha": commit, "context": context, "state": state, "description": words, "created_at": time});
    world.server.state(|state| state.statuses.push(status));
}

fn health(world: &World) -> Value {
    world.json(&["status", "--health", "--app", "shop"])["releases"][0]["health"].clone()
}

#[test]
fn each_release_has_what_its_cluster_said_last() {
    for manner in [Manner::Github, Manner::Gitea, Manner::Forgejo] {
        let world = reported(manner);
        let commit = world.app("1");
        world.json(&["deploy", "shop"]);
        world.server.lines();
        let plain = world.json(&["status", "--app", "shop"]);
        assert_eq!(
            (&plain["releases"][0]["health"], world.server.lines().len()),
            (&Value::Null, 0),
            "{plain:#}"
        );
        assert_eq!(health(&world)["state"], "waiting");
        say(&world, &commit, "base", "success", "reconciliation succeeded");
        say(&world, &commit, "app", "failure", "health check failed");
        let failed = health(&world);
        assert_eq!(
            (&failed["state"], &failed["why"]),
            (&json!("failed"), &json!("app: health check failed"))
        );
        let page = || world.run(&["status", "--health", "--format", "html"]).stdout;
        assert!(page().contains("<b class=\"bad\">failed</b>, app: health check failed"), "{}", page());
        say(&world, &commit, "app", "success", "reconciliation succeeded");
        let well = health(&world);
        assert!(well["state"] == "healthy" && well["since"].as_str().unwrap().ends_with('Z'), "{well:#}");
        let text = world.run(&["status", "--health", "--app", "shop"]).stdout;
        assert!(text.contains("  healthy"), "{text}");
        assert!(page().contains(">healthy</b>") && !page().contains(">failed</b>"), "{}", page());
    }
}

#[test]
fn what_cannot_be_asked_is_said_and_stops_nothing() {
    let world = World::new(Manner::Gitea);
    world.app("1");
    world.json(&["deploy", "shop"]);
    assert_eq!(health(&world)["state"], "unreported");
    let platform = format!("{PLATFORM}flux:\n  status: {{secret: forge-token, forge: gitea}}\n");
    let refusing = World::with(Manner::Gitea, &platform, |heard, _| {
        heard.path.contains("/statuses").then(|| Fault::Say(403, String::new(), "{}".to_owned()))
    });
    refusing.app("1");
    refusing.json(&["deploy", "shop"]);
    let said = health(&refusing);
    assert_eq!(said["state"], "unknown");
    assert!(said["why"].as_str().unwrap().contains("read:repository"), "{said:#}");
}
