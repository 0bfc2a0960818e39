//! Pull requests by the commit that they have brought, and their reviews.

use serde_json::{Value, json};

use super::page::page;
use super::{Call, Said, State, missing, say};

pub(super) fn answer(call: Call<'_>, state: &State) -> Option<Said> {
    let brought = |sha: &str| {
        let all = state.brought.iter().filter(|(commit, _)| *commit == sha);
        all.map(|(_, pull)| pull.clone()).collect::<Vec<Value>>()
    };
    Some(match (call.method, call.parts) {
        ("GET", ["repos", _, _, "commits", sha, "pulls"]) if call.github() => {
            page(call, state, &brought(sha))
        }
        ("GET", ["repos", _, _, "commits", sha, "pull"]) if !call.github() => {
            brought(sha).first().map_or_else(missing, |pull| say(200, json!(pull)))
        }
        ("GET", ["repos", _, _, "pulls", number, "reviews"]) => {
            let all = state.reviews.get(&number.parse().unwrap()).cloned().unwrap_or_default();
            page(call, state, &all)
        }
        _ => return None,
    })
}
