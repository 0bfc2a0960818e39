//! What objects of a cluster say, each as its controller writes it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::heard::{Broken, Heard, Part, State};
use super::{flux, pods, workloads};
use crate::run::wait::judge::{Half, Judge, Verdict};

const OURS: &str = "aaaa";
const BEFORE: &str = "bbbb";
const NOW: i64 = 100;

fn kustomization(name: &str, at: &str, ready: &str, reason: &str, since: &str) -> Value {
    json!({
        "metadata": {"name": name, "generation": 2},
        "status": {
            "observedGeneration": 2,
            "lastAttemptedRevision": format!("main@sha1:{at}"),
            "lastAppliedRevision": format!("main@sha1:{}", if ready == "True" { at } else { BEFORE }),
            "conditions": [{
                "type": "Ready", "status": ready, "reason": reason, "observedGeneration": 2,
                "message": format!("{reason} of {name}"), "lastTransitionTime": since,
            }],
        },
    })
}

fn names() -> [String; 2] {
    ["base", "app"].map(str::to_owned)
}

fn of(objects: &[Value]) -> Heard {
    flux::heard(objects, &names(), &BTreeSet::from([OURS.to_owned(), "cccc".to_owned()]), NOW)
}

fn good(name: &str, at: &str) -> Value {
    kustomization(name, at, "True", "ReconciliationSucceeded", "1970-01-01T00:00:00Z")
}

fn bad(name: &str, at: &str, reason: &str, since: &str) -> Value {
    kustomization(name, at, "False", reason, since)
}

fn broken(half: Half, what: &str, message: &str) -> Broken {
    Broken { half, what: what.to_owned(), message: message.to_owned() }
}

#[test]
fn both_kustomizations_must_be_ready_at_a_commit_that_holds_it() {
    assert_eq!(of(&[good("base", OURS), good("app", OURS)]).judge(), Verdict::Healthy);
    assert_eq!(of(&[good("base", OURS), good("app", "cccc")]).judge(), Verdict::Healthy, "a later one");
    for app in [
        good("app", BEFORE),
        kustomization("app", OURS, "Unknown", "Progressing", "1970-01-01T00:00:00Z"),
        good("other", OURS),
    ] {
        assert_eq!(of(&[good("base", OURS), app.clone()]).judge(), Verdict::Open, "{app}");
    }
    assert_eq!(of(&[]).judge(), Verdict::Open);
    // What is said of an object before it was changed.
    let mut stale = good("app", OURS);
    stale["metadata"]["generation"] = json!(3);
    assert_eq!(of(&[good("base", OURS), stale]).judge(), Verdict::Open);
    // It looks again since others have committed: what it was at before counts.
    let mut again = kustomization("app", "cccc", "Unknown", "Progressing", "1970-01-01T00:00:00Z");
    assert_eq!(of(&[good("base", OURS), again.clone()]).judge(), Verdict::Open);
    again["status"]["lastAppliedRevision"] = json!("main@sha1:aaaa");
    assert_eq!(of(&[good("base", OURS), again]).judge(), Verdict::Healthy);
    let mut suspended = good("app", BEFORE);
    suspended["spec"]["suspend"] = json!(true);
    assert_eq!(of(&[good("base", OURS), suspended]).judge(), Verdict::Open);
}

#[test]
fn an_artifact_is_known_by_the_commit_that_it_was_made_from() {
    let mut app = good("app", OURS);
    app["status"]["lastAppliedRevision"] = json!("v1@sha256:0123");
    assert_eq!(of(&[good("base", OURS), app.clone()]).judge(), Verdict::Open);
    app["status"]["lastAppliedOriginRevision"] = json!("main@sha1:aaaa");
    assert_eq!(of(&[good("base", OURS), app]).judge(), Verdict::Healthy);
}

#[test]
fn a_failure_counts_once_it_has_stood_and_is_about_it() {
    let long = "1970-01-01T00:01:00Z";
    let failed = of(&[good("base", OURS), bad("app", OURS, "HealthCheckFailed", long)]).judge();
    let what = "HealthCheckFailed: HealthCheckFailed of app";
    assert_eq!(failed, Verdict::Failed(broken(Half::App, "Kustomization app", what)));
    let failing = of(&[good("base", OURS), bad("app", OURS, "HealthCheckFailed", "1970-01-01T00:01:20Z")]);
    assert!(matches!(failing.judge(), Verdict::Failing(_)));
    for app in [bad("app", BEFORE, "HealthCheckFailed", long), bad("app", OURS, "DependencyNotReady", long)] {
        assert_eq!(of(&[good("base", OURS), app.clone()]).judge(), Verdict::Open, "{app}");
    }
    let unbuilt = of(&[bad("base", OURS, "BuildFailed", long), bad("app", OURS, "DependencyNotReady", long)]);
    assert!(matches!(unbuilt.judge(), Verdict::Failed(Broken { half: Half::Base, .. })));
}

fn deployment(image: &str, hash: &str, status: &Value) -> Value {
    json!({
        "kind": "Deployment", "metadata": {"name": "web", "generation": 4}, "spec": {
            "replicas": 2,
            "template": {
                "metadata": {"annotations": {"cupaas.dev/config": hash, "kubectl.kubernetes.io/restartedAt": "now"}},
                "spec": {"containers": [{"name": "web", "image": image, "imagePullPolicy": "IfNotPresent"}]},
            },
        },
        "status": status,
    })
}

fn job(kind: &str) -> Value {
    let conditions =
        json!([{"type": kind, "status": "True", "reason": "BackoffLimitExceeded", "message": "it failed"}]);
    json!({"kind": "Job", "metadata": {"name": "release-1"}, "spec": {}, "status": {"conditions": conditions}})
}

fn rendered() -> Vec<Value> {
    let mut web = deployment("r/shop:2", "h2", &Value::Null);
    web["spec"]["template"]["metadata"]["annotations"] = json!({"cupaas.dev/config": "h2"});
    vec![
        web,
        json!({"kind": "Job", "metadata": {"name": "release-1"}, "spec": {}}),
        json!({"kind": "Service"}),
    ]
}

fn up(updated: u64, available: u64) -> Value {
    json!({"observedGeneration": 4, "replicas": 2, "updatedReplicas": updated, "availableReplicas": available})
}

#[test]
fn where_nothing_sums_it_up_each_workload_says_it() {
    let judged = |objects: &[Value]| workloads::heard(&rendered(), objects, NOW).judge();
    let web = |status| deployment("r/shop:2", "h2", &status);
    assert_eq!(judged(&[web(up(2, 2)), job("Complete")]), Verdict::Healthy);
    let mut unseen = up(2, 2);
    unseen["observedGeneration"] = json!(3);
    for objects in [
        vec![web(up(2, 2))],
        vec![web(up(2, 1)), job("Complete")],
        vec![web(up(1, 2)), job("Complete")],
        vec![web(unseen), job("Complete")],
        vec![web(up(2, 2)), job("Suspended")],
        // Those of the release before, which are well.
        vec![deployment("r/shop:1", "h2", &up(2, 2)), job("Complete")],
        vec![deployment("r/shop:2", "h1", &up(2, 2)), job("Complete")],
    ] {
        assert_eq!(judged(&objects), Verdict::Open, "{objects:?}");
    }
    let message = "BackoffLimitExceeded: it failed";
    assert_eq!(
        judged(&[web(up(0, 0)), job("Failed")]),
        Verdict::Failed(broken(Half::Base, "Job release-1", message))
    );
    let mut late = up(1, 1);
    late["conditions"] = json!([{
        "type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded", "message": "too late",
        "lastTransitionTime": "1970-01-01T00:01:05Z",
    }]);
    let said = "ProgressDeadlineExceeded: too late";
    let mut just_now = late.clone();
    just_now["conditions"][0]["lastTransitionTime"] = json!("1970-01-01T00:01:39Z");
    assert!(matches!(judged(&[web(just_now), job("Complete")]), Verdict::Failing(_)), "it may be taken back");
    assert_eq!(
        judged(&[web(late.clone()), job("Complete")]),
        Verdict::Failed(broken(Half::App, "Deployment web", said))
    );
    // What is said of the one before.
    assert_eq!(judged(&[deployment("r/shop:1", "h1", &late), job("Complete")]), Verdict::Open);
    assert_eq!(workloads::heard(&[], &[], NOW).judge(), Verdict::Open);
}

#[test]
fn pods_say_what_they_wait_for() {
    let pod = |name: &str, born: &str, container: Value| json!({"metadata": {"name": name, "creationTimestamp": born}, "status": {"containerStatuses": [container]}});
    let pulls = json!({"name": "web", "ready": false, "state": {"waiting": {"reason": "ImagePullBackOff", "message": "no such image"}}});
    let crashes = json!({"name": "web", "ready": false, "state": {"waiting": {"reason": "CrashLoopBackOff"}},
        "lastState": {"terminated": {"reason": "Error", "exitCode": 3}}});
    let well = json!({"name": "web", "ready": true, "state": {"running": {}}});
    let over = json!({"name": "release", "ready": false, "state": {"terminated": {"reason": "Completed", "exitCode": 0}}});
    let unready = json!({"name": "web", "ready": false, "state": {"running": {}}});
    let said = pods::unwell(&[
        pod("a", "2026-01-01T00:00:00Z", pulls),
        pod("b", "2026-01-02T00:00:00Z", crashes),
        pod("c", "2026-01-03T00:00:00Z", well),
        pod("d", "2026-01-04T00:00:00Z", over),
        pod("e", "2025-01-01T00:00:00Z", unready),
    ]);
    let expected = [
        "b: web: CrashLoopBackOff; it ended before: Error with exit code 3",
        "a: web: ImagePullBackOff: no such image",
        "e: web: it runs, and is not ready",
    ];
    assert_eq!(said, expected);
}

#[test]
fn a_part_that_fails_for_good_needs_no_time() {
    let state = State::Failed { message: "m".to_owned(), age: None, last: true };
    let heard = Heard { parts: vec![Part { half: Half::Base, what: "Job x".to_owned(), state }] };
    assert!(matches!(heard.judge(), Verdict::Failed(_)));
}

#[test]
fn what_has_failed_for_good_counts_while_a_kustomization_begins_again() {
    let again = || kustomization("app", OURS, "Unknown", "Progressing", "1970-01-01T00:00:00Z");
    let mut late = up(1, 1);
    late["conditions"] = json!([{
        "type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded", "message": "too late",
        "lastTransitionTime": "1970-01-01T00:01:05Z",
    }]);
    let judged = |image: &str| {
        let objects = [deployment(image, "h2", &late), job("Complete")];
        of(&[good("base", OURS), again()])
            .with_failed_of(workloads::heard(&rendered(), &objects, NOW))
            .judge()
    };
    let said = "ProgressDeadlineExceeded: too late";
    assert_eq!(judged("r/shop:2"), Verdict::Failed(broken(Half::App, "Deployment web", said)));
    assert_eq!(judged("r/shop:1"), Verdict::Open, "the one before");
    // What is not up yet says nothing that Flux does not.
    let objects = [deployment("r/shop:2", "h2", &up(1, 1)), job("Complete")];
    let heard = of(&[good("base", OURS), good("app", OURS)]);
    assert_eq!(heard.with_failed_of(workloads::heard(&rendered(), &objects, NOW)).judge(), Verdict::Healthy);
}
