//! `deploy --status`: what the app's commit is told.

use serde_json::{Value, json};

use super::server::{Fault, Manner};
use super::world::{IMAGE, World};

fn told(report: &Value) -> Vec<&str> {
    report["notified"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

#[test]
fn the_apps_commit_gets_a_status_with_its_address() {
    for manner in [Manner::Github, Manner::Gitea, Manner::Forgejo] {
        let world = World::new(manner);
        let commit = world.app("1");
        let report = world.json(&["deploy", "shop", "--status"]);
        assert_eq!(report["status"], "deployed");
        let status = world.server.state(|state| state.statuses.remove(0));
        assert_eq!(status["sha"], commit.as_str());
        assert_eq!(status["context"], "cupaas/production/shop");
        assert_eq!((&status["state"], &status["target_url"]), (&json!("success"), &report["url"]));
        let description = status["description"].as_str().unwrap();
        assert!(description.contains(&report["commit"].as_str().unwrap()[..10]), "{description}");
        let deployments = world.server.state(|state| state.deployments.len());
        assert_eq!(deployments, usize::from(manner == Manner::Github));
        assert_eq!(told(&report).len(), 1 + deployments, "{report:#}");
    }
}

#[test]
fn on_github_the_newest_deployment_ends_those_before() {
    let world = World::new(Manner::Github);
    // Another app of the same repository and environment.
    let other = json!({"id": 900, "task": "deploy:other", "environment": "production"});
    world.server.state(|state| {
        state.deployments.push(other);
        state.deployment_statuses.insert(900, vec![json!({"state": "success"})]);
    });
    let commits: Vec<String> = (0..3)
        .map(|n| {
            let commit = world.app(&n.to_string());
            world.json(&["deploy", "shop", "--status"]);
            commit
        })
        .collect();
    world.server.state(|state| {
        let ours: Vec<&Value> =
            state.deployments.iter().filter(|made| made["task"] == "deploy:shop").collect();
        let refs: Vec<&str> = ours.iter().map(|made| made["ref"].as_str().unwrap()).collect();
        assert_eq!(refs, commits);
        for made in &ours {
            assert_eq!((&made["auto_merge"], &made["required_contexts"]), (&json!(false), &json!([])));
        }
        let last = |made: &Value| {
            state.deployment_statuses[&made["id"].as_u64().unwrap()].last().unwrap()["state"].clone()
        };
        let states: Vec<Value> = ours.iter().map(|made| last(made)).collect();
        assert_eq!(states, ["inactive", "inactive", "success"]);
        assert_eq!(state.deployment_statuses[&900].len(), 1, "another app's stays");
        let first = &state.deployment_statuses[&ours[0]["id"].as_u64().unwrap()];
        assert_eq!(first.len(), 2, "ended once");
    });
}

#[test]
fn a_pull_request_and_nothing_to_do_have_a_status_too() {
    let world = World::new(Manner::Github);
    world.app("1");
    let proposed = world.json(&["deploy", "shop", "--pull-request", "--status"]);
    let last = || world.server.state(|state| state.statuses.pop().unwrap());
    let status = last();
    assert_eq!(status["target_url"], proposed["pull_request"]["url"]);
    assert!(status["description"].as_str().unwrap().starts_with("proposed in pull request #"));
    assert_eq!(world.server.state(|state| state.deployments.len()), 0, "nothing is deployed yet");
    world.json(&[&["deploy", "shop"], &IMAGE[..]].concat());
    let commit = world.app("1");
    let same = world.json(&[&["deploy", "shop", "--status"], &IMAGE[..]].concat());
    assert_eq!(same["status"], "unchanged");
    assert_eq!(last()["sha"], commit.as_str());
}

#[test]
fn what_cannot_be_said_fails_no_deploy() {
    let faults = [
        (403, json!({"message": "Resource not accessible by integration"}), "`statuses: write`"),
        (404, json!({"message": "Not Found"}), "`statuses: write`"),
        (422, json!({"message": "Validation Failed"}), "Validation Failed"),
        (500, json!({"message": "oops"}), "HTTP 500"),
    ];
    for (code, body, words) in faults {
        let world = World::faulty(Manner::Github, move |heard, _| {
            heard.path.contains("/statuses/").then(|| Fault::Say(code, String::new(), body.to_string()))
        });
        world.app("1");
        let args = ["deploy", "shop", "--status"];
        let ran =
            crate::sandbox::ran(&world.command(&args).env("CUPAAS_FORGE_TIMEOUT", "1").output().unwrap());
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert!(ran.stdout.contains("deployed shop in production"), "{}", ran.stdout);
        assert!(
            ran.stderr.contains("warning: no status: ") && ran.stderr.contains(words),
            "{code}: {}",
            ran.stderr
        );
        assert!(
            ran.stdout.contains("deployment to production"),
            "the one does not stop the other: {}",
            ran.stdout
        );
    }
}

#[test]
fn without_a_token_it_is_said_how_to_hand_one_on() {
    let world = World::new(Manner::Gitea);
    world.app("1");
    let mut command = world.command(&["deploy", "shop", "--status"]);
    let ran = crate::sandbox::ran(&command.env_remove("GITHUB_TOKEN").output().unwrap());
    assert_eq!(ran.code, Some(0));
    assert!(
        ran.stderr.contains("no status: no token") && ran.stderr.contains("CUPAAS_FORGE_TOKEN"),
        "{}",
        ran.stderr
    );
}

#[test]
fn with_wait_they_end_as_the_cluster_says() {
    use super::waiting::{failing, healthy, reported};
    for manner in [Manner::Github, Manner::Forgejo] {
        let world = reported(manner);
        let args = ["deploy", "shop", "--status", "--wait", "--wait-timeout", "0"];
        let mut commits = Vec::new();
        for (n, exit) in [(0, 0), (1, 8), (2, 9), (3, 0)] {
            let commit = world.app(&n.to_string());
            let tip = world.tip("main").unwrap();
            match exit {
                0 => healthy(&world, &commit, &tip[..10]),
                8 => failing(&world, &commit, &tip[..10]),
                _ => {}
            }
            assert_eq!(world.run(&args).code, Some(exit));
            commits.push(commit);
        }
        let own = |commit: &str| {
            world.server.state(|state| {
                let all = state.statuses.iter().filter(|status| status["sha"] == *commit);
                let own = all.filter(|status| status["context"] == "cupaas/production/shop");
                own.map(|status| status["state"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
            })
        };
        for (commit, end) in commits.iter().zip(["success", "failure", "error", "success"]) {
            assert_eq!(own(commit), ["pending", end]);
        }
        if manner != Manner::Github {
            continue;
        }
        let deployments = world.server.state(|state| state.deployment_statuses.clone());
        let states = |id: u64| {
            let all = deployments[&id].iter().map(|status| status["state"].as_str().unwrap().to_owned());
            all.collect::<Vec<_>>()
        };
        // The first one goes on serving until another one is healthy.
        let ids: Vec<u64> = deployments.keys().copied().collect();
        assert_eq!(states(ids[0]), ["in_progress", "success", "inactive"]);
        assert_eq!(states(ids[1]), ["in_progress", "failure"]);
        assert_eq!(states(ids[2]), ["in_progress", "error"]);
        assert_eq!(states(ids[3]), ["in_progress", "success"]);
    }
}
