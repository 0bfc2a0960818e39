//! What Gitea and Forgejo alone have: their version, and a merge that waits for what is required.

use serde_json::{Value, json};

use super::{Call, Manner, Said, State, pulls, say};

pub(super) fn version(call: Call<'_>) -> Option<Said> {
    Some(match (call.method, call.parts) {
        ("GET", ["api", "forgejo", "v1", "version"]) if call.shared.manner == Manner::Forgejo => {
            say(200, json!({"version": "11.0.0+gitea-1.22.0"}))
        }
        ("GET", ["version"]) => say(200, json!({"version": "1.26.0"})),
        _ => return None,
    })
}

pub(super) fn answer(call: Call<'_>, state: &mut State) -> Option<Said> {
    let ("POST", ["repos", _, _, "pulls", number, "merge"]) = (call.method, call.parts) else { return None };
    if !state.protected {
        pulls::close(state, number);
        return Some(say(200, Value::Null));
    }
    let pull = pulls::the(state, number);
    if pull["scheduled"] == true {
        let message = "pull request is already scheduled to auto merge when checks succeed";
        return Some(say(409, json!({"message": message})));
    }
    pull["scheduled"] = json!(true);
    Some(say(201, Value::Null))
}
