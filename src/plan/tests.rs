//! The plan as a whole: what makes it empty, what it looks like to machines, and that no tree makes it panic.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::test_support::{DISABLED, edit, plan, tree};
use super::{Action, Plan};
use crate::tree::{Files, RepoPath};

const WEB: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: ns}\n\
                   spec: {template: {spec: {containers: [{name: web, image: 'a:1'}]}}}\n";

#[test]
fn only_what_is_applied_or_written_by_hand_counts() {
    for (path, changes, rewrites) in [
        ("deploy/production/tasks/app/x.yaml", 1, 0),
        ("deploy/production/tasks/x.yml", 1, 0),
        ("clusters/main/production/tasks.yaml", 1, 0),
        ("clusters/main/x.yaml", 1, 0),
        ("deploy/production/tasks/app/kustomization.yaml", 0, 1),
        ("deploy/production/tasks/app/README.md", 0, 1),
        ("hosts/a.cu", 0, 1),
        ("apps/tasks.yaml", 0, 1),
        ("cupaas.yaml", 0, 1),
        ("releases/production/tasks/release.yaml", 0, 0),
    ] {
        let plan = plan(&tree([(path, WEB)]), &tree([(path, &WEB.replace("a:1", "a:2"))]));
        assert_eq!((plan.changes.len(), plan.rewrites.len()), (changes, rewrites), "{path}");
        assert_eq!(plan.is_empty(), changes + rewrites == 0);
    }
}

#[test]
fn layout_is_no_change_of_an_object() {
    let plan =
        edit(WEB, &WEB.replace("{name: web, namespace: ns}", "{namespace: ns, name: web, labels: null}"));
    assert_eq!((plan.changes.len(), plan.rewrites.len()), (0, 1));
}

#[test]
fn what_cannot_be_read_is_replaced_and_never_written() {
    for broken in ["a: [", "just text", "kind: ConfigMap\n", "- a\n", "a: 1\na: 2\n"] {
        let plan = edit(broken, WEB);
        assert_eq!(plan.unreadable.len(), 1, "{broken}");
        assert_eq!(plan.changes[0].action, Action::Update);
        assert!(!plan.blocked());
        let plan = edit(WEB, broken);
        assert!(plan.blocked(), "{broken}");
        assert_eq!(plan.refusals[0].code.as_str(), "not-a-manifest");
    }
}

#[test]
fn every_document_and_every_item_of_a_list_is_an_object() {
    let path = "clusters/main/production/tasks.yaml";
    let two = format!("{WEB}---\n{}", WEB.replace("name: web", "name: other"));
    assert_eq!(plan(&Files::new(), &tree([(path, &two)])).changes.len(), 2);
    let one = plan(&tree([(path, &two)]), &tree([(path, &two.replacen("a:1", "a:2", 1))]));
    assert_eq!(one.changes.len(), 1, "the other document did not change");
    let map = |name| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}});
    let list = json!({"apiVersion": "v1", "kind": "List", "items": [map("a"), map("b")]}).to_string();
    assert_eq!(plan(&Files::new(), &tree([(path, &list)])).changes.len(), 2);
}

#[test]
fn a_plan_counts_and_names() {
    let base = "deploy/production/tasks/app";
    let other = "deploy/production/notes/app/web.yaml";
    let job = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\n";
    let claim = format!("apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: c, {DISABLED}}}\n");
    let paths = ["web", "job", "old", "claim"].map(|name| format!("{base}/{name}.yaml"));
    let before = tree([
        (&paths[0], &WEB.replace("spec: {", "spec: {strategy: {type: Recreate}, ")),
        (&paths[2], "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: old}\n"),
        (&paths[3], &claim),
    ]);
    let mut after = tree([
        (&paths[0], &before[&RepoPath::new(&paths[0]).unwrap()].replace("a:1", "a:2")),
        (&paths[1], job),
    ]);
    let summary = plan(&before, &after).summary();
    assert_eq!((summary.created, summary.updated, summary.deleted, summary.orphaned), (1, 1, 1, 1));
    assert_eq!(
        (summary.restarts, summary.outages, summary.jobs),
        (vec!["web".into()], vec!["web".into()], vec!["j".into()])
    );
    let mut both = before;
    let notes = WEB.replace("namespace: ns", "namespace: notes");
    both.extend(tree([(other, &notes)]));
    after.extend(tree([(other, &notes.replace("a:1", "a:2"))]));
    let summary = plan(&both, &after).summary();
    assert_eq!(summary.restarts, ["production/notes/web", "production/tasks/web"]);
}

#[test]
fn the_json_is_a_contract() {
    let plan = edit(WEB, &WEB.replace("a:1", "a:2"));
    assert_eq!(
        serde_json::to_value(&plan).unwrap(),
        json!({
            "changes": [{
                "object": {"api_version": "apps/v1", "kind": "Deployment", "namespace": "ns", "name": "web"},
                "app": "production/tasks",
                "file": "deploy/production/tasks/app/x.yaml",
                "moved_from": null,
                "action": "update",
                "effects": [{
                    "effect": "restart", "process": "web", "rolling": true,
                    "why": [{"because": "image", "container": "web", "from": "a:1", "to": "a:2"}],
                }],
                "fields": [{"path": "spec.template.spec.containers[web].image", "before": "a:1", "after": "a:2"}],
                "derived": false,
            }],
            "refusals": [], "losses": [], "unused_allowances": [], "rewrites": [], "unreadable": [],
        })
    );
}

#[test]
fn no_value_of_a_secret_gets_into_a_plan() {
    let secret = |value: &str| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: s, annotations: {{\
             kubectl.kubernetes.io/last-applied-configuration: '{value}'}}}}\n\
             immutable: true\ndata: {{a: {value}}}\nstringData: {{b: {value}}}\nsops: {{mac: {value}}}\n"
        )
    };
    let plan = edit(&secret("hunter1"), &secret("hunter2"));
    let text = serde_json::to_string(&plan).unwrap();
    assert!(!text.contains("hunter") && text.contains("(hidden)"), "{text}");
    let paths: Vec<&str> = plan.changes[0].fields.iter().map(|field| field.path.as_str()).collect();
    assert!(paths.contains(&"data.a") && paths.contains(&"stringData.b") && paths.contains(&"sops"));
    assert!(plan.blocked(), "and it is immutable");
}

#[test]
fn what_is_equal_is_not_read() {
    // Whoever read it would have to say that it is no YAML: so a plan's cost does not grow with what stays.
    let files = |tag: &str| -> Files {
        let name = |n: usize| RepoPath::new(format!("deploy/production/app{n}/app/x.yaml")).unwrap();
        (0..1_000)
            .map(|n| (name(n), if n == 7 { WEB.replace("a:1", tag) } else { "{ no: [yaml".to_owned() }))
            .collect()
    };
    let plan = plan(&files("a:1"), &files("a:2"));
    assert_eq!(plan.changes.len(), 1);
    assert!(plan.refusals.is_empty() && plan.unreadable.is_empty(), "{plan:?}");
}

/// Trees of plausible manifests with implausible parts.
fn trees() -> impl Strategy<Value = Files> {
    let kind = prop::sample::select(vec![
        "Deployment",
        "StatefulSet",
        "Job",
        "CronJob",
        "Service",
        "Ingress",
        "HTTPRoute",
        "Secret",
        "ConfigMap",
        "PersistentVolumeClaim",
        "Namespace",
        "Kustomization",
        "List",
        "StorageClass",
    ]);
    let place =
        prop::sample::select(vec!["deploy/p/t/base", "deploy/p/t/app", "deploy/p/u/app", "clusters/c/p"]);
    let object = (kind, "[ab]", value()).prop_map(|(kind, name, rest)| {
        let labels = json!({"cupaas.dev/service": name, "cupaas.dev/service-version": rest["version"]});
        let mut object =
            json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "labels": labels}});
        if let (Value::Object(all), Value::Object(more)) = (&mut object, rest) {
            more.into_iter().for_each(|(key, value)| _ = all.entry(key).or_insert(value));
        }
        object.to_string()
    });
    let text = prop_oneof![9 => object, 1 => "(?s).{0,40}"];
    prop::collection::btree_map((place, "[ab]"), text, 0..6).prop_map(|files| {
        let path = |(place, name)| RepoPath::new(format!("{place}/{name}.yaml")).unwrap();
        files.into_iter().map(|(at, text)| (path(at), text)).collect()
    })
}

fn value() -> impl Strategy<Value = Value> {
    let key = prop::sample::select(vec![
        "spec",
        "template",
        "replicas",
        "selector",
        "data",
        "stringData",
        "sops",
        "immutable",
        "type",
        "metadata",
        "annotations",
        "labels",
        "containers",
        "env",
        "name",
        "image",
        "resources",
        "requests",
        "storage",
        "rules",
        "host",
        "hostnames",
        "schedule",
        "items",
        "version",
        "clusterIP",
        "ipFamilies",
        "volumeClaimTemplates",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[0-9]{0,3}(Gi|\\.[0-9])?".prop_map(Value::from),
        ".{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 60, 5, move |inner| {
        prop_oneof![
            3 => prop::collection::btree_map(key.clone(), inner.clone(), 0..6)
                .prop_map(|map| map.into_iter().map(|(k, v)| (k.to_owned(), v)).collect::<Value>()),
            1 => prop::collection::vec(inner, 0..3).prop_map(Value::from),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn equal_trees_give_an_empty_plan(files in trees()) {
        prop_assert_eq!(plan(&files, &files), Plan::default());
        prop_assert!(super::diff::unified(&files, &files).is_empty());
    }

    #[test]
    fn no_pair_of_trees_makes_it_panic(before in trees(), after in trees()) {
        let made = plan(&before, &after);
        _ = (made.summary(), serde_json::to_string(&made).unwrap(), super::diff::unified(&before, &after));
        for change in &made.changes {
            _ = change.effects.iter().map(ToString::to_string).collect::<String>();
        }
        prop_assert_eq!(plan(&before, &after), made, "twice the same");
    }
}
