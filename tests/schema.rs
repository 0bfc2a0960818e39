//! Manifests that the API server takes and manifests that it refuses, found by pattern in `cases/schema/`. A
//! bad one says in its first lines, `# path: message`, everything that is wrong with it; `#` alone for the
//! path of the root. A file of several documents is checked as a tree.

// Helpers of tests are not marked as such, and a test reads its cases from disk.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

use cupaas::parts::schema::{Checker, ExternalObjects, ExtraSchema, Violation};
use serde_json::{Value, json};

fn cases(kind: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/schema").join(kind);
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    paths.sort();
    paths
}

fn documents(text: &str) -> Vec<Value> {
    text.split("\n---\n").map(|one| serde_saphyr::from_str(one).unwrap()).collect()
}

fn check(checker: &Checker, documents: &[Value]) -> Vec<Violation> {
    match documents {
        [one] => checker.object(one),
        several => {
            let named = several.iter().map(|one| ("tree.yaml", one));
            checker.tree(named).into_iter().map(|(_, violation)| violation).collect()
        }
    }
}

fn lines(violations: &[Violation]) -> Vec<String> {
    violations.iter().map(|one| format!("# {one}")).collect()
}

#[test]
fn good_manifests_are_taken() {
    let checker = Checker::new((1, 37), &[]).unwrap();
    let paths = cases("good");
    assert!(paths.len() >= 20, "{}", paths.len());
    for path in paths {
        let found = check(&checker, &documents(&fs::read_to_string(&path).unwrap()));
        assert!(found.is_empty(), "{}:\n{}", path.display(), lines(&found).join("\n"));
    }
}

#[test]
fn bad_manifests_are_refused_for_what_is_wrong_with_them() {
    let checker = Checker::new((1, 34), &[]).unwrap();
    let paths = cases("bad");
    assert!(paths.len() >= 60, "{}", paths.len());
    let mut wrong = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        let expected: Vec<_> = text.lines().take_while(|line| line.starts_with('#')).collect();
        let found = lines(&check(&checker, &documents(&text)));
        let same = expected.len() == found.len()
            && !expected.is_empty()
            && expected.iter().zip(&found).all(|(start, line)| line.starts_with(start));
        if !same {
            wrong.push(format!("{}:\n  {}", path.display(), found.join("\n  ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_message_never_holds_a_value_of_a_secret() {
    let checker = Checker::new((1, 34), &[]).unwrap();
    let secret = "hunter2-with-spaces ";
    let object = json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x", "labels": {"a": secret}},
        "type": {"a": secret}, "data": {"k": secret}, "stringData": [secret], "immutable": secret,
    });
    let found = checker.object(&object);
    assert!(found.len() >= 5, "{found:?}");
    assert!(!format!("{found:?}").contains("hunter2"), "{found:?}");
}

#[test]
fn a_platform_adds_kinds_by_their_definition_or_a_json_schema() {
    let crd = json!({
        "kind": "CustomResourceDefinition",
        "spec": {"group": "example.org", "names": {"kind": "Cache"}, "scope": "Namespaced", "versions": [{
            "name": "v1", "served": true,
            "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": {
                "type": "object", "required": ["size", "mode"],
                "properties": {
                    "size": {"type": "integer"}, "mode": {"type": "string", "default": "a"},
                    "at": {"type": "object", "properties": {"x": {"type": "integer"}, "y": {"type": "integer"}}},
                },
                "anyOf": [{"properties": {"at": {"properties": {"x": {"minimum": 1}}}}}],
            }}}},
        }]},
    });
    let schema = json!({
        "type": "object",
        "properties": {"apiVersion": {}, "kind": {}, "metadata": {}, "spec": {"$ref": "#/definitions/Spec"}},
        "x-kubernetes-group-version-kind": [{"group": "example.org", "version": "v2", "kind": "Cache"}],
        "definitions": {"Spec": {"type": "object", "properties": {"size": {"type": "integer"}}}},
    });
    let extra = |name: &str, schema| ExtraSchema { name: name.to_owned(), schema };
    let checker = Checker::new((1, 34), &[extra("a.yaml", crd), extra("b.json", schema)]).unwrap();
    let object = |version: &str, spec| {
        let value = json!({"apiVersion": version, "kind": "Cache", "metadata": {"name": "a"}, "spec": spec});
        checker.object(&value).iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert!(object("example.org/v1", json!({"size": 1, "at": {"x": 1, "y": 1}})).is_empty());
    assert_eq!(
        object("example.org/v1", json!({"size": 1, "at": {"x": 0}})),
        ["spec.at.x: must be at least 1"]
    );
    assert_eq!(object("example.org/v1", json!({})), ["spec: missing key \"size\""]);
    assert_eq!(object("example.org/v2", json!({"siez": 1})), ["spec.siez: unknown key \"siez\""]);
    assert_eq!(object("example.org/v3", json!({})), ["apiVersion: unknown API version \"example.org/v3\""]);
    let bad = Checker::new((1, 34), &[extra("c.json", json!({"type": "object"}))]).unwrap_err();
    assert!(bad.to_string().starts_with("c.json: does not say which kind"), "{bad}");
}

#[test]
fn what_exists_elsewhere_can_be_referred_to() {
    let checker = Checker::new((1, 34), &[]).unwrap();
    let account = json!({
        "apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "web", "namespace": "a"},
        "imagePullSecrets": [{"name": "registry"}],
    });
    let tree = || [("account.yaml", &account)].into_iter();
    let found = checker.tree(tree());
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, "account.yaml");
    assert_eq!(found[0].1.message, "there is no Secret \"registry\"");
    let mut known = ExternalObjects::default();
    known.add("Secret", "a", "registry");
    assert!(checker.tree_beside(tree(), &known).is_empty());
}

#[test]
fn a_checker_knows_what_its_version_has() {
    let said = |version, api_version: &str, kind: &str, name: &str| {
        let object = json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": name}, "spec": {}});
        let found = Checker::new(version, &[]).unwrap().object(&object);
        found.first().map(ToString::to_string).unwrap_or_default()
    };
    let since = "apiVersion: needs Kubernetes 1.34, the platform has 1.33";
    assert_eq!(said((1, 33), "resource.k8s.io/v1", "DeviceClass", "a"), since);
    assert_eq!(said((1, 34), "resource.k8s.io/v1", "DeviceClass", "a"), "");
    let until = "apiVersion: was removed in Kubernetes 1.37, the platform has 1.37";
    assert_eq!(said((1, 37), "networking.k8s.io/v1beta1", "IPAddress", "a"), until);
    let label = "metadata.name: is not a DNS label";
    assert_eq!(said((1, 35), "v1", "Service", "1web"), label);
    assert_eq!(said((1, 36), "v1", "Service", "1web"), "spec: needs a port");
}

#[test]
fn what_is_too_big_is_refused() {
    let checker = Checker::new((1, 34), &[]).unwrap().unrestricted();
    let pod = |value: String| {
        let container = json!({"name": "a", "image": "a", "env": [{"name": "A", "value": value}]});
        let object = json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"containers": [container]},
        });
        lines(&checker.object(&object))
    };
    assert_eq!(pod("x".repeat(131_069)), [""; 0]);
    let long = "# spec.containers[0].env[0].value: name and value have 131072 bytes, Linux allows 131071";
    assert_eq!(pod("x".repeat(131_070)), [long]);
    let config = |metadata: Value, value: String| {
        let object =
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"a": value}});
        lines(&checker.object(&object))
    };
    let name = json!({"name": "a"});
    assert_eq!(config(name.clone(), "x".repeat(1 << 20)), [""; 0]);
    assert_eq!(
        config(name, "x".repeat((1 << 20) + 1)),
        ["# : has 1048577 bytes, at most 1048576 are allowed"]
    );
    let annotated = json!({"name": "a", "annotations": {"a": "x".repeat(1 << 18)}});
    assert_eq!(
        config(annotated, String::new()),
        ["# metadata.annotations: take 262145 bytes, at most 262144 are allowed"]
    );
}

#[test]
fn one_checker_serves_several_threads() {
    fn shared<T: Send + Sync>(_: &T) {}
    shared(&Checker::new((1, 34), &[]).unwrap());
}

#[test]
fn any_json_is_checked_without_a_panic() {
    let odd =
        [json!(null), json!([]), json!({}), json!(""), json!(-1.5), json!([[null]]), json!({"a": {"": [0]}})];
    let checker = Checker::new((1, 37), &[]).unwrap();
    for path in cases("good") {
        for document in documents(&fs::read_to_string(&path).unwrap()) {
            for place in places(&document, String::new()) {
                for value in &odd {
                    let mut changed = document.clone();
                    *changed.pointer_mut(&place).unwrap() = value.clone();
                    checker.tree([("a.yaml", &changed), ("b.yaml", &document)].into_iter());
                }
            }
        }
    }
}

/// JSON pointers to everything inside `value`.
fn places(value: &Value, at: String) -> Vec<String> {
    let below: Vec<_> = match value {
        Value::Object(map) => {
            map.iter().map(|(key, one)| (key.replace('~', "~0").replace('/', "~1"), one)).collect()
        }
        Value::Array(list) => list.iter().enumerate().map(|(index, one)| (index.to_string(), one)).collect(),
        _ => Vec::new(),
    };
    let inner = below.into_iter().flat_map(|(key, one)| places(one, format!("{at}/{key}")));
    std::iter::once(at.clone()).chain(inner).collect()
}

#[test]
fn references_to_one_parent_are_told_apart_by_their_sections() {
    let checker = Checker::new((1, 37), &[]).unwrap();
    let found = |parents: Value| {
        let route = json!({
            "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": "web"},
            "spec": {"parentRefs": parents, "rules": [{"backendRefs": [{"name": "web", "port": 80}]}]},
        });
        lines(&checker.object(&route))
    };
    let refused = |number: usize| {
        let why = "refers to the same parent as another item, so each needs a sectionName of its own";
        vec![format!("# spec.parentRefs[{number}]: {why}")]
    };
    let of = |section: &str| json!({"name": "public", "namespace": "gateways", "sectionName": section});
    let whole = json!({"name": "public", "namespace": "gateways"});
    let spelt = json!({"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "public", "namespace": "gateways"});
    let elsewhere = json!({"name": "public", "namespace": "others"});
    let service = json!({"group": "", "kind": "Service", "name": "public", "namespace": "gateways"});
    assert_eq!(found(json!([of("a"), of("b")])), [""; 0]);
    assert_eq!(found(json!([whole, elsewhere, service])), [""; 0]);
    assert_eq!(found(json!([whole, whole])), refused(1));
    assert_eq!(found(json!([whole, spelt])), refused(1));
    assert_eq!(found(json!([of("a"), elsewhere, of("a")])), refused(2));
    assert_eq!(found(json!([whole, of("a")])), refused(1));
    assert_eq!(found(json!([of("a"), whole])), refused(1));
}
