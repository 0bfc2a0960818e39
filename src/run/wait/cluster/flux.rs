//! The two Kustomizations of an app, as Flux has them → what is said of a release. Pure.
//!
//! What they say counts where it is said of a commit that holds the release, and of the object as it stands.

use std::collections::BTreeSet;

use serde_json::Value;

use super::heard::{Heard, Part, State};
use crate::run::wait::judge::Half;

/// What `Ready` is not for while nothing is wrong yet: another one is waited for, or a newer commit has come.
const WAITING: [&str; 5] =
    ["DependencyNotReady", "HealthCheckCanceled", "Progressing", "ProgressingWithRetry", "Suspended"];

/// What the two of these names say. `ours` are the GitOps repository's commits that hold the release.
pub(super) fn heard(objects: &[Value], names: &[String; 2], ours: &BTreeSet<String>, now: i64) -> Heard {
    let parts = Half::BOTH.iter().zip(names).map(|(half, name)| {
        let object = objects.iter().find(|object| object["metadata"]["name"] == name.as_str());
        let state =
            object.map_or(State::Open("it is not there".to_owned()), |object| state(object, ours, now));
        Part { half: *half, what: format!("Kustomization {name}"), state }
    });
    Heard { parts: parts.collect() }
}

fn state(object: &Value, ours: &BTreeSet<String>, now: i64) -> State {
    let status = &object["status"];
    let ready = condition(object, "Ready");
    let text = |field: &str| ready[field].as_str().unwrap_or_default().to_owned();
    let is_of = |field: &str| commit(&status[field]).is_some_and(|commit| ours.contains(commit));
    let reason = text("reason");
    if ready["status"] == "False" && is_of("lastAttemptedRevision") && !WAITING.contains(&reason.as_str()) {
        return State::Failed {
            message: format!("{reason}: {}", text("message")),
            age: seconds(&ready["lastTransitionTime"]).map(|time| now.saturating_sub(time)),
            last: false,
        };
    }
    // The last commit at which all of it was healthy; of an OCI artifact, the one that it was made from. With each commit of others
    // Flux looks again, and is not `Ready` meanwhile.
    let applied = is_of("lastAppliedRevision") || is_of("lastAppliedOriginRevision");
    if applied && status["observedGeneration"] == object["metadata"]["generation"] {
        return State::Healthy;
    }
    if object["spec"]["suspend"] == true {
        return State::Open("it is suspended: `flux resume kustomization`".to_owned());
    }
    match ready["status"].as_str() {
        Some("True") => State::Open(format!("it is at {}", shown(&status["lastAppliedRevision"]))),
        Some(_) => State::Open(text("message")),
        None => State::Open("it says nothing yet".to_owned()),
    }
}

/// The commit in `main@sha1:…`.
fn commit(revision: &Value) -> Option<&str> {
    let revision = revision.as_str()?;
    Some(revision.rsplit([':', '/']).next().unwrap_or(revision))
}

fn shown(revision: &Value) -> &str {
    revision.as_str().unwrap_or("no commit")
}

/// The condition of this type in an object's status.
pub(super) fn condition<'a>(object: &'a Value, kind: &str) -> &'a Value {
    const NONE: &Value = &Value::Null;
    let conditions = object["status"]["conditions"].as_array().into_iter().flatten();
    conditions.into_iter().find(|one| one["type"] == kind).unwrap_or(NONE)
}

/// Seconds since 1970 of what an object says.
pub(super) fn seconds(time: &Value) -> Option<i64> {
    time.as_str()?.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_second)
}
