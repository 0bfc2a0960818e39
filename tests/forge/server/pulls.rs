//! Pull requests: what both kinds do alike but for a word.

use serde_json::{Value, json};

use super::page::page;
use super::{Call, Said, State, is, missing, say, tip};

pub(super) fn answer(call: Call<'_>, state: &mut State) -> Option<Said> {
    let body = &call.heard.body;
    Some(match (call.method, call.parts) {
        ("GET", ["repos", owner, _, "pulls"]) => list(call, state, owner),
        ("POST", ["repos", owner, name, "pulls"]) => open(call, state, owner, &format!("{owner}/{name}")),
        ("GET", ["repos", _, _, "pulls", number]) => {
            let pull = state.pulls.iter().find(|pull| is(&pull["number"], number));
            pull.map_or_else(missing, |pull| say(200, pull.clone()))
        }
        ("PATCH", ["repos", _, _, "pulls", number]) => {
            let Some(pull) = state.pulls.iter_mut().find(|pull| is(&pull["number"], number)) else {
                return Some(missing());
            };
            for (key, value) in body.as_object().unwrap() {
                pull[key] = value.clone();
            }
            say(if call.github() { 200 } else { 201 }, pull.clone())
        }
        ("POST", ["repos", _, _, "pulls", number, "requested_reviewers"]) => {
            let pull = the(state, number);
            pull["reviewers"] = body.clone();
            say(201, pull.clone())
        }
        _ => return None,
    })
}

/// The one of a number.
pub(super) fn the<'a>(state: &'a mut State, number: &str) -> &'a mut Value {
    state.pulls.iter_mut().find(|pull| is(&pull["number"], number)).unwrap()
}

fn list(call: Call<'_>, state: &mut State, owner: &str) -> Said {
    for pull in state.pulls.iter_mut().filter(|pull| pull["state"] == "open") {
        let branch = pull["head"]["ref"].as_str().unwrap().to_owned();
        match tip(call.shared, &branch) {
            Some(commit) => pull["head"]["sha"] = json!(commit),
            // Without its branch it cannot be merged any more. Gitea needs a moment to see that.
            None if call.github() => pull["state"] = json!("closed"),
            None => pull["head"]["ref"] = json!(format!("refs/pull/{}/head", pull["number"])),
        }
    }
    let head = call.asked("head");
    let wanted = if call.heard.query.contains("state=closed") { "closed" } else { "open" };
    let fits = |pull: &&Value| {
        let label = format!("{owner}:{}", pull["head"]["ref"].as_str().unwrap());
        pull["state"] == *wanted && (!call.github() || head.as_ref().is_none_or(|head| *head == label))
    };
    let all: Vec<Value> = state.pulls.iter().filter(fits).cloned().collect();
    page(call, state, &all)
}

fn open(call: Call<'_>, state: &mut State, owner: &str, repository: &str) -> Said {
    let body = &call.heard.body;
    let branch = body["head"].as_str().unwrap();
    let Some(commit) = tip(call.shared, branch) else {
        return say(
            422,
            json!({"message": "Validation Failed", "errors": [{"field": "head", "code": "invalid"}]}),
        );
    };
    let there = |pull: &Value| {
        pull["state"] == "open" && pull["head"]["ref"] == branch && pull["base"]["ref"] == body["base"]
    };
    if state.pulls.iter().any(there) {
        let message = format!("A pull request already exists for {branch}.");
        return if call.github() {
            say(422, json!({"message": "Validation Failed", "errors": [{"message": message}]}))
        } else {
            say(409, json!({"message": message}))
        };
    }
    let number = state.number();
    let label = if call.github() { format!("{owner}:{branch}") } else { branch.to_owned() };
    let pull = json!({
        "number": number, "node_id": format!("PR_{number}"), "state": "open", "title": body["title"],
        "body": body["body"], "labels": [], "auto_merge": null,
        "html_url": format!("{}/{repository}/pull/{number}", call.shared.root),
        "head": {"ref": branch, "label": label, "sha": commit, "repo": {"full_name": repository}},
        "base": {"ref": body["base"], "repo": {"full_name": repository}},
    });
    state.pulls.push(pull.clone());
    say(201, pull)
}

pub(super) fn close(state: &mut State, number: &str) {
    let pull = the(state, number);
    pull["state"] = json!("closed");
    pull["merged"] = json!(true);
}
