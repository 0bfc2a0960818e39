//! What GitHub alone has: its version, auto-merge by GraphQL, merging, deployments.

use serde_json::{Value, json};

use super::{Call, Said, State, pulls, say};

pub(super) fn version(call: Call<'_>) -> Option<Said> {
    let asked = (call.method, call.parts) == ("GET", &["meta"]);
    asked.then(|| say(200, json!({"installed_version": "3.20.0"})))
}

pub(super) fn answer(call: Call<'_>, state: &mut State) -> Option<Said> {
    let body = &call.heard.body;
    Some(match (call.method, call.parts) {
        ("POST", ["api", "graphql"]) => graphql(body, state),
        ("PUT", ["repos", _, _, "pulls", number, "merge"]) => {
            pulls::close(state, number);
            say(200, json!({"merged": true}))
        }
        ("GET", ["repos", _, _, "commits", sha, "check-runs"]) => {
            let name = call.asked("check_name").unwrap();
            let own: Vec<&Value> =
                state.checks.iter().filter(|check| check["sha"] == *sha && check["name"] == *name).collect();
            say(200, json!({"total_count": own.len(), "check_runs": own}))
        }
        ("POST", ["repos", _, _, "deployments"]) => {
            let mut made = body.clone();
            made["id"] = json!(state.number());
            state.deployments.push(made.clone());
            say(201, made)
        }
        ("GET", ["repos", _, _, "deployments"]) => {
            let (task, environment) = (call.asked("task").unwrap(), call.asked("environment").unwrap());
            let fits = |made: &&Value| made["task"] == *task && made["environment"] == *environment;
            let found: Vec<&Value> = state.deployments.iter().rev().filter(fits).collect();
            say(200, json!(found))
        }
        ("GET", ["repos", _, _, "deployments", id, "statuses"]) => {
            let all = state.deployment_statuses.get(&id.parse().unwrap()).cloned().unwrap_or_default();
            let newest: Vec<&Value> = all.iter().rev().collect();
            say(200, json!(newest))
        }
        ("POST", ["repos", _, _, "deployments", id, "statuses"]) => {
            state.deployment_statuses.entry(id.parse().unwrap()).or_default().push(body.clone());
            say(201, body.clone())
        }
        _ => return None,
    })
}

fn graphql(body: &Value, state: &mut State) -> Said {
    assert!(body["query"].as_str().unwrap().contains("enablePullRequestAutoMerge"), "{body}");
    let protected = state.protected;
    let pull = state.pulls.iter_mut().find(|pull| pull["node_id"] == body["variables"]["id"]).unwrap();
    if !protected {
        let message = "Pull request Pull request is in clean status";
        return say(200, json!({"data": null, "errors": [{"type": "UNPROCESSABLE", "message": message}]}));
    }
    pull["auto_merge"] = json!({"merge_method": body["variables"]["method"]});
    say(200, json!({"data": {"enablePullRequestAutoMerge": {"pullRequest": {"number": pull["number"]}}}}))
}
