//! Losses by name, from both sides: what is one, and the nearest change that is none.

use super::super::model::Action;
use super::super::test_support::{DISABLED, allowing, plan, tree};
use crate::diagnostic::Code;
use crate::tree::{Files, RepoPath};

const BASE: &str = "deploy/production/tasks/base";

/// An object of a service in `base/`.
fn part(kind: &str, name: &str, extra: &str) -> (String, String) {
    let version = match kind {
        "StatefulSet" | "Deployment" => "apps/v1",
        "NetworkPolicy" => "networking.k8s.io/v1",
        _ => "v1",
    };
    let text = format!(
        "apiVersion: {version}\nkind: {kind}\nmetadata: {{name: {name}, namespace: tasks-production, {extra}}}\n"
    );
    (format!("{BASE}/{}-{name}.yaml", kind.to_lowercase()), text)
}

const LABEL: &str = "labels: {cupaas.dev/service: mongodb}";

/// A whole service: program, claim, credentials, policy.
fn service(protection: &str) -> Files {
    let safe = format!("{LABEL}, {protection}");
    files(&[
        part("StatefulSet", "mongodb", LABEL),
        part("PersistentVolumeClaim", "data-mongodb", &safe),
        part("Secret", "mongodb", &safe),
        part("NetworkPolicy", "mongodb", LABEL),
        part("ConfigMap", "app", ""),
    ])
}

fn files(parts: &[(String, String)]) -> Files {
    parts.iter().map(|(path, text)| (RepoPath::new(path.as_str()).unwrap(), text.clone())).collect()
}

fn without(files: &Files, kinds: &[&str]) -> Files {
    let keep = |path: &RepoPath| !kinds.iter().any(|kind| path.file_name().starts_with(kind));
    files.iter().filter(|(path, _)| keep(path)).map(|(path, text)| (path.clone(), text.clone())).collect()
}

const ALL: [&str; 4] = ["statefulset", "persistentvolumeclaim", "secret", "networkpolicy"];

#[test]
fn a_removed_service_is_one_loss_that_says_what_stays() {
    let before = service(DISABLED);
    let after = without(&before, &ALL);
    let plan = plan(&before, &after);
    assert!(plan.blocked());
    let [loss] = plan.losses.as_slice() else { panic!("{:?}", plan.losses) };
    assert_eq!(
        (loss.name.as_str(), loss.code, loss.allow.as_str()),
        ("mongodb", Code::ServiceRemoved, "mongodb")
    );
    assert_eq!(loss.kept, ["persistentvolumeclaim/data-mongodb", "secret/mongodb"]);
    assert!(loss.message.to_string().contains("stays in the cluster"));
    let cleanup = "kubectl -n tasks-production delete persistentvolumeclaim/data-mongodb secret/mongodb";
    assert_eq!(loss.cleanup, Some(cleanup.into()));
    let actions: Vec<Action> = plan.changes.iter().map(|change| change.action).collect();
    assert_eq!(actions, [Action::Delete, Action::Orphan, Action::Orphan, Action::Delete]);
    let deleted = super::super::compare(&service(""), &without(&before, &ALL), &Default::default(), FACTS);
    assert!(
        deleted.losses[0]
            .message
            .to_string()
            .contains("deletes its data with persistentvolumeclaim/data-mongodb")
    );
}

const FACTS: super::super::ClusterFacts = super::super::ClusterFacts { expandable: true };

#[test]
fn what_of_a_service_is_a_loss_and_what_is_not() {
    let before = service(DISABLED);
    for (kinds, expected) in [
        (&ALL[..], 1),
        (&["statefulset"], 1),
        (&["persistentvolumeclaim"], 1),
        (&["statefulset", "persistentvolumeclaim"], 1),
        (&["networkpolicy"], 0),
        (&["networkpolicy", "secret"], 0),
        (&["configmap"], 0),
    ] {
        assert_eq!(plan(&before, &without(&before, kinds)).losses.len(), expected, "{kinds:?}");
    }
    let mut moved = without(&before, &["statefulset"]);
    moved.extend(files(&[part("Deployment", "mongodb", LABEL)]));
    assert_eq!(plan(&before, &moved).losses, [], "another kind of program on the same claim");
    let mut claim = without(&before, &["persistentvolumeclaim"]);
    claim.extend(files(&[part("PersistentVolumeClaim", "other", LABEL)]));
    assert_eq!(plan(&before, &claim).losses.len(), 1, "a new claim is an empty one");
}

#[test]
fn a_loss_stops_unless_it_is_named() {
    let before = service(DISABLED);
    let after = without(&before, &ALL);
    for (allowed, blocked, unused) in [
        (&[][..], true, &[][..]),
        (&["mongodb"], false, &[]),
        (&["production/tasks/mongodb"], false, &[]),
        (&["redis"], true, &["redis"]),
        (&["mongodb", "redis"], false, &["redis"]),
        (&["staging/tasks/mongodb"], true, &["staging/tasks/mongodb"]),
    ] {
        let plan = allowing(&before, &after, allowed);
        assert_eq!(plan.blocked(), blocked, "{allowed:?}");
        assert_eq!(plan.unused_allowances, unused, "{allowed:?}");
    }
}

#[test]
fn one_name_in_two_apps_is_allowed_for_each_alone() {
    let elsewhere = |files: &Files| -> Files {
        let path = |path: &RepoPath| RepoPath::new(path.as_str().replace("/tasks/", "/notes/")).unwrap();
        files.iter().map(|(p, text)| (path(p), text.replace("tasks-", "notes-"))).collect()
    };
    let mut before = service(DISABLED);
    before.extend(elsewhere(&before));
    let after = without(&before, &ALL);
    let plan = allowing(&before, &after, &["mongodb", "production/notes/mongodb"]);
    let told: Vec<(&str, bool)> =
        plan.losses.iter().map(|loss| (loss.allow.as_str(), loss.allowed)).collect();
    assert_eq!(told, [("production/notes/mongodb", true), ("production/tasks/mongodb", false)]);
    assert_eq!(plan.unused_allowances, ["mongodb"]);
}

#[test]
fn a_removed_volume_is_a_loss_by_its_name() {
    let label = "labels: {cupaas.dev/volume: uploads}";
    for (extra, kept) in [(format!("{label}, {DISABLED}"), 1), (label.to_owned(), 0)] {
        let stays = part("ConfigMap", "app", "");
        let before = files(&[part("PersistentVolumeClaim", "uploads-claim", &extra), stays.clone()]);
        let plan = plan(&before, &files(&[stays]));
        let [loss] = plan.losses.as_slice() else { panic!() };
        assert_eq!((loss.name.as_str(), loss.code, loss.kept.len()), ("uploads", Code::VolumeRemoved, kept));
    }
    let before = files(&[part("PersistentVolumeClaim", "c", DISABLED)]);
    let moved: Files = files(&[part("PersistentVolumeClaim", "c", DISABLED)])
        .into_iter()
        .map(|(path, text)| (path, text.replace("tasks-production", "elsewhere")))
        .collect();
    assert_eq!(plan(&before, &moved).losses.len(), 1, "another namespace has another claim");
}

#[test]
fn a_whole_app_loses_only_what_is_not_protected() {
    let safe = plan(&service(DISABLED), &Files::new());
    assert!(!safe.blocked() && safe.losses.is_empty());
    assert_eq!(safe.summary().orphaned, 2);
    let bare = plan(&service(""), &Files::new());
    assert_eq!(bare.losses.len(), 1);
    assert!(bare.losses[0].message.to_string().contains("deletes"));
}

#[test]
fn a_namespace_takes_everything_along() {
    let path = "clusters/main/production/tasks.yaml";
    let namespace =
        |extra: &str| format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: ns, {extra}}}\n");
    for (extra, expected) in [("", 1), (DISABLED, 0)] {
        let found = plan(&tree([(path, &namespace(extra))]), &Files::new()).losses;
        assert_eq!(found.len(), expected);
        assert!(found.iter().all(|loss| loss.code.as_str() == "namespace-removed"));
    }
}

#[test]
fn an_app_begins_without_data_on_another_cluster() {
    let mut before = service(DISABLED);
    let mut after = before.clone();
    let namespace = format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: ns, {DISABLED}}}\n");
    let path = |cluster| RepoPath::new(format!("clusters/{cluster}/production/tasks.yaml")).unwrap();
    before.insert(path("old"), namespace.clone());
    after.insert(path("new"), namespace.clone());
    let moved = plan(&before, &after);
    let told: Vec<_> = moved.losses.iter().map(|loss| (loss.name.as_str(), loss.code.as_str())).collect();
    assert_eq!(told, [("mongodb", "cluster-changed")]);
    before.insert(path("new"), namespace);
    assert_eq!(plan(&before, &after).losses, [], "it stood on both");
}

#[test]
fn templates_of_claims_stay_unless_the_set_says_otherwise() {
    for (policy, deleted) in
        [("{}", false), ("{whenDeleted: Retain}", false), ("{whenDeleted: Delete}", true)]
    {
        let (path, mut text) = part("StatefulSet", "mongodb", LABEL);
        text += &format!(
            "spec: {{volumeClaimTemplates: [{{metadata: {{name: data}}}}], \
             persistentVolumeClaimRetentionPolicy: {policy}}}\n"
        );
        let stays = part("ConfigMap", "app", "");
        let found = plan(&files(&[(path, text), stays.clone()]), &files(&[stays])).losses;
        assert_eq!(found[0].message.to_string().contains("deletes"), deleted, "{policy}");
        assert_eq!(found[0].kept.is_empty(), deleted);
    }
}
