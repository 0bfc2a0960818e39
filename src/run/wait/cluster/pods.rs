//! The pods of an app → what those say that are not well. Pure.

use serde_json::Value;

/// The most that are said.
const MOST: usize = 3;

/// What the newest of them wait for.
pub(super) fn unwell(pods: &[Value]) -> Vec<String> {
    let mut pods: Vec<&Value> = pods.iter().collect();
    let born = |pod: &&Value| pod["metadata"]["creationTimestamp"].as_str().unwrap_or_default().to_owned();
    pods.sort_by_key(|pod| std::cmp::Reverse(born(pod)));
    pods.into_iter().filter_map(words).take(MOST).collect()
}

fn words(pod: &Value) -> Option<String> {
    let name = pod["metadata"]["name"].as_str()?;
    let all = ["initContainerStatuses", "containerStatuses"].map(|field| &pod["status"][field]);
    let why = all.into_iter().filter_map(Value::as_array).flatten().find_map(of_container);
    // One that finds no node has no containers yet.
    let unplaced = || {
        let scheduled = super::flux::condition(pod, "PodScheduled");
        (scheduled["status"] == "False").then(|| text(scheduled, "reason", "message"))
    };
    Some(format!("{name}: {}", why.or_else(unplaced)?))
}

fn of_container(container: &Value) -> Option<String> {
    let name = container["name"].as_str().unwrap_or_default();
    let (state, last) = (&container["state"], &container["lastState"]["terminated"]);
    let ended = |ended: &Value| {
        let code = ended["exitCode"].as_i64().unwrap_or_default();
        (ended.is_object() && code != 0)
            .then(|| format!("{} with exit code {code}", text(ended, "reason", "message")))
    };
    let waiting = &state["waiting"];
    let waits = match waiting["reason"].as_str() {
        None | Some("ContainerCreating" | "PodInitializing") => None,
        Some(_) => Some(text(waiting, "reason", "message")),
    };
    let both = match (waits, ended(last)) {
        (Some(waits), Some(ended)) => Some(format!("{waits}; it ended before: {ended}")),
        (waits, _) => waits,
    };
    let ready = container["ready"] == true || !state["running"].is_object();
    let unready = || (!ready).then(|| "it runs, and is not ready".to_owned());
    Some(format!("{name}: {}", both.or_else(|| ended(&state["terminated"])).or_else(unready)?))
}

fn text(object: &Value, reason: &str, message: &str) -> String {
    let one = |field: &str| object[field].as_str().filter(|text| !text.is_empty());
    [one(reason), one(message)].into_iter().flatten().collect::<Vec<_>>().join(": ")
}
