//! Labels, comments and statuses: what both kinds do alike but for a word.

use serde_json::{Value, json};

use super::page::page;
use super::{Call, Said, State, author, is, missing, pulls, say};

pub(super) fn answer(call: Call<'_>, state: &mut State) -> Option<Said> {
    let body = &call.heard.body;
    Some(match (call.method, call.parts) {
        ("GET", ["repos", _, _, "labels"]) => {
            let named = |(id, name)| json!({"id": id + 1_usize, "name": name});
            let all: Vec<Value> = state.labels.iter().enumerate().map(named).collect();
            page(call, state, &all)
        }
        ("POST", ["repos", _, _, "labels"]) => {
            state.labels.push(body["name"].as_str().unwrap().to_owned());
            say(201, json!({"id": state.labels.len(), "name": body["name"]}))
        }
        ("POST", ["repos", _, _, "issues", number, "labels"]) => {
            let known = state.labels.clone();
            let name = |label: &Value| match label.as_u64() {
                Some(id) if !call.github() => json!({"name": known[usize::try_from(id).unwrap() - 1]}),
                _ => json!({"name": label}),
            };
            let labels: Vec<Value> = body["labels"].as_array().unwrap().iter().map(name).collect();
            pulls::the(state, number)["labels"] = json!(labels);
            say(200, json!(labels))
        }
        ("GET", ["repos", _, _, "issues", _, "comments"]) => {
            let all = state.comments.clone();
            // Gitea gives all of an issue's comments at once.
            if call.github() { page(call, state, &all) } else { say(200, json!(all)) }
        }
        ("POST", ["repos", _, _, "issues", _, "comments"]) => {
            let id = state.number();
            let user = author(call);
            let url = format!("{}/comment/{id}", call.shared.root);
            let comment = json!({"id": id, "body": body["body"], "user": user, "html_url": url});
            state.comments.push(comment.clone());
            say(201, comment)
        }
        ("PATCH", ["repos", _, _, "issues", "comments", id]) => {
            let Some(comment) = state.comments.iter_mut().find(|comment| is(&comment["id"], id)) else {
                return Some(missing());
            };
            comment["body"] = body["body"].clone();
            say(200, comment.clone())
        }
        ("DELETE", ["repos", _, _, "issues", "comments", id]) => {
            let before = state.comments.len();
            state.comments.retain(|comment| !is(&comment["id"], id));
            if state.comments.len() < before { say(204, Value::Null) } else { missing() }
        }
        ("POST", ["repos", _, _, "statuses", sha]) => {
            let mut status = body.clone();
            status["sha"] = json!(sha);
            state.statuses.push(status.clone());
            say(201, status)
        }
        ("GET", ["repos", _, _, "commits", sha, "statuses"]) => {
            let word = if call.github() { "state" } else { "status" };
            let own = state.statuses.iter().enumerate().filter(|(_, status)| status["sha"] == *sha);
            let mut all: Vec<Value> = own
                .map(|(id, status)| {
                    let mut status = status.clone();
                    let said = status["state"].take();
                    status.as_object_mut().unwrap().retain(|key, _| key != "state" && key != "sha");
                    status[word] = said;
                    status["id"] = json!(id + 1);
                    status
                })
                .collect();
            all.reverse();
            let (status, headers, body) = page(call, state, &all);
            let date = state.clock.as_ref().map(|time| format!("Date: {time}\r\n")).unwrap_or_default();
            (status, headers + &date, body)
        }
        _ => return None,
    })
}
