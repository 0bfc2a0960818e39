//! Credentials of other shapes than a password: made, applied, and changed by `secret rotate`.

use std::collections::BTreeMap;
use std::fs;

use regex_lite::Regex;

use crate::sandbox::Sandbox;
use crate::unsealed::unseal;

const RECIPE: &str =
    include_str!("../cases/render/credential-shapes/gitops/catalog/services/store/recipe.yaml");
const WORKLOAD: &str =
    include_str!("../cases/render/credential-shapes/gitops/catalog/services/store/workload.yaml.j2");
const APP: &str = "name: tasks\nruntime: image\nservices: [store]\nprocesses: {worker: {command: work}}\n";

/// The app, deployed where the catalog has the store; the GitOps repository.
fn deployed() -> (Sandbox, String) {
    let sandbox = Sandbox::new();
    sandbox.write("app", &[(".cupaas", APP)]);
    sandbox.good(&["init", "gitops"]);
    let store = "catalog/services/store";
    let files = [(format!("{store}/recipe.yaml"), RECIPE), (format!("{store}/workload.yaml.j2"), WORKLOAD)];
    let files = files.each_ref().map(|(name, text)| (name.as_str(), *text));
    let bare = sandbox.gitops(&files);
    sandbox.good(&[
        "deploy",
        "app",
        "--gitops",
        &bare,
        "--env",
        "production",
        "--image",
        "docker.io/library/a:1",
    ]);
    (sandbox, bare)
}

/// The store's credentials as the cluster would decrypt them.
fn credentials(sandbox: &Sandbox, bare: &str) -> BTreeMap<String, String> {
    let text = sandbox.show(bare, "deploy/production/tasks/base/secret-store-credentials.yaml");
    let key = fs::read_to_string(sandbox.path("home/cupaas/age/keys.txt")).unwrap();
    let values = unseal(&text, &key).unwrap().into_iter();
    values.map(|(key, value)| (key, String::from_utf8(value).unwrap())).collect()
}

fn right(values: &BTreeMap<String, String>) {
    for (key, looks) in [
        ("username", "^app$"),
        ("password", "^[A-Za-z0-9]{32}$"),
        ("access-key", "^[A-Za-z0-9]{20}$"),
        ("rpc_secret", "^[0-9a-f]{64}$"),
        ("seal", "^[A-Za-z0-9+/]{43}=$"),
        ("admin", "^[A-Za-z0-9#%+]{24}$"),
    ] {
        assert!(Regex::new(looks).unwrap().is_match(&values[key]), "{key}");
    }
    assert!(Regex::new("[#%+]").unwrap().is_match(&values["admin"]), "a sign is among them");
    assert_eq!(values["users"], format!("app:{}:admin", values["password"]));
}

#[test]
fn rotating_makes_all_shapes_anew_and_what_is_put_together_fits() {
    let (sandbox, bare) = deployed();
    let before = credentials(&sandbox, &bare);
    right(&before);
    let args = ["--app", "tasks", "--env", "production", "--gitops", &bare];
    let done = sandbox.good(&[&["secret", "rotate", "store"], &args[..]].concat());
    assert!(done.stdout.contains("2. the program reads them when it starts"), "{}", done.stdout);
    assert!(done.stdout.contains("Deployment store"), "the server restarts: {}", done.stdout);
    let after = credentials(&sandbox, &bare);
    right(&after);
    for (key, value) in &before {
        assert_eq!(after[key] == *value, key == "username", "{key}");
    }
    sandbox.good(&["secret", "check", "--all", "--gitops", &bare]);
}
