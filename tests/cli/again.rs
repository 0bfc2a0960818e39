//! Rendering again from what the GitOps repository knows, without the apps' repositories.

use std::fs;

use crate::sandbox::{APP, PLATFORM, Sandbox};

const STAGED: &str = "format: 1\n\
    environments:\n  production: {cluster: home, domain: apps.example.cu}\n\
    \x20 staging: {cluster: home, domain: apps.example.cu, branch: next}\n\
    registry: {prefix: registry.example.cu/team}\n";

/// Deploys an app of each kind, and takes the folders away.
fn deployed(sandbox: &Sandbox, platform: &str) -> String {
    let gitops = sandbox.gitops(&[("cupaas.yaml", platform)]);
    let shop = "name: shop\nruntime: python\nprocesses:\n  web: {}\n  worker: {command: python work.py}\n\
        env: {A: '1'}\nvolumes: {uploads: {path: /app/uploads, storage: 5Gi}}\n";
    sandbox.write("shop", &[(".cupaas", shop), ("requirements.txt", "flask\n"), ("app.py", "app = 1\n")]);
    sandbox.write("tasks", &[(".cupaas", "runtime: python\n"), ("Procfile", "web: gunicorn x:y\n")]);
    sandbox.write("own", &[(".cupaas", "runtime: python\n"), ("Dockerfile", "FROM x\n")]);
    sandbox.write("image", &[(".cupaas", &format!("{APP}domains: [www.apps.example.cu]\n"))]);
    for app in ["shop", "tasks", "own", "image"] {
        sandbox.good(&["deploy", app, "--gitops", &gitops, "--env", "production", "--set", "SET=1"]);
        fs::remove_dir_all(sandbox.path(app)).unwrap();
    }
    gitops
}

fn edit(sandbox: &Sandbox, gitops: &str, path: &str, text: &str) {
    sandbox.git("", &["clone", "-q", gitops, "edited"]);
    sandbox.write("edited", &[(path, text)]);
    sandbox.commit("edited", 1_700_000_500);
    sandbox.git("edited", &["push", "-q", "origin", "main"]);
    fs::remove_dir_all(sandbox.path("edited")).unwrap();
}

#[test]
fn rendering_again_with_nothing_changed_changes_no_byte() {
    let sandbox = Sandbox::new();
    let gitops = deployed(&sandbox, PLATFORM);
    let head = sandbox.git("", &["-C", &gitops, "rev-parse", "main"]);
    let all = sandbox.json(&["deploy", "--all", "--gitops", &gitops]);
    assert_eq!(
        (all["status"].as_str(), all["releases_checked"].as_u64()),
        (Some("unchanged"), Some(4)),
        "{all}"
    );
    for app in ["shop", "tasks", "own", "image"] {
        let ran = sandbox.run(&["diff", "--app", app, "--exit-code", "--gitops", &gitops]);
        assert_eq!(ran.code, Some(0), "{app}: {}{}", ran.stdout, ran.stderr);
        // Not only nothing to commit: every file is the same.
        let files = sandbox.json(&["render", "--app", app, "--gitops", &gitops])["files"].clone();
        for (path, text) in files.as_object().unwrap() {
            assert_eq!(sandbox.show(&gitops, path), text.as_str().unwrap(), "{path}");
        }
    }
    assert_eq!(sandbox.git("", &["-C", &gitops, "rev-parse", "main"]), head);
}

#[test]
fn a_changed_platform_is_one_commit_and_one_plan() {
    let sandbox = Sandbox::new();
    let gitops = deployed(&sandbox, PLATFORM);
    let commits = sandbox.commits(&gitops);
    let changed = PLATFORM.replace("apps.example.cu}", "example.org}")
        + "sizes: {small: {cpu: 200m, memory: 300Mi}}\nrouting: {domains: [www.apps.example.cu]}\n";
    edit(&sandbox, &gitops, "cupaas.yaml", &changed);
    let diff = sandbox.json(&["diff", "--all", "--gitops", &gitops]);
    assert_eq!(diff["status"], "differs");
    let done = sandbox.json(&["deploy", "--all", "--gitops", &gitops]);
    assert_eq!((done["status"].as_str(), done["releases"].as_array().unwrap().len()), (Some("deployed"), 4));
    let restarts: Vec<&str> =
        done["summary"]["restarts"].as_array().unwrap().iter().filter_map(|name| name.as_str()).collect();
    assert_eq!(
        restarts,
        ["image/web", "own/web", "shop/web", "shop/worker", "tasks/web"]
            .map(|name| format!("production/{name}"))
    );
    assert_eq!(sandbox.commits(&gitops), commits + 2, "the edit, and one more");
    let paths = sandbox.paths(&gitops);
    assert!(paths.contains(&"hosts/shop.example.org".to_owned()));
    assert!(!paths.contains(&"hosts/shop.apps.example.cu".to_owned()));
    assert!(paths.contains(&"hosts/www.apps.example.cu".to_owned()));
    let message = sandbox.git("", &["-C", &gitops, "log", "-1", "--format=%B", "main"]);
    assert!(message.contains("\nCupaas-Release: production/shop\n"), "{message}");
    assert_eq!(sandbox.json(&["deploy", "--all", "--gitops", &gitops])["status"], "unchanged");
}

#[test]
fn what_cannot_be_rendered_is_named_and_holds_the_others_back_until_it_is_left_out() {
    let sandbox = Sandbox::new();
    let gitops = deployed(&sandbox, PLATFORM);
    let head = sandbox.git("", &["-C", &gitops, "rev-parse", "main"]);
    // The platform takes back the host name that one app asks for.
    edit(&sandbox, &gitops, "cupaas.yaml", &PLATFORM.replace("apps.example.cu}", "example.org}"));
    let ran = sandbox.run(&["deploy", "--all", "--gitops", &gitops]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    for said in [
        "releases/production/image/release.yaml#.cupaas:3:11",
        "1 of 4 releases cannot be rendered (production/image)",
        "--without production/image",
    ] {
        assert!(ran.stderr.contains(said), "{said}\n{}", ran.stderr);
    }
    assert_ne!(sandbox.git("", &["-C", &gitops, "rev-parse", "main"]), head);
    let done = sandbox.json(&["deploy", "--all", "--without", "image", "--gitops", &gitops]);
    assert_eq!((done["status"].as_str(), done["releases"].as_array().unwrap().len()), (Some("deployed"), 3));
    for (image, code) in [("", 0), ("registry.example.cu/x:1", 2)] {
        let mut command = sandbox.cupaas(&["deploy", "--all", "--without", "image", "--gitops", &gitops]);
        assert_eq!(command.env("CUPAAS_IMAGE", image).status().unwrap().code(), Some(code), "{image:?}");
    }
    let typo = sandbox.run(&["deploy", "--all", "--without", "imag", "--gitops", &gitops]);
    assert_eq!(typo.code, Some(2), "{}", typo.stderr);
}

#[test]
fn one_app_is_rendered_in_all_its_environments_or_in_one() {
    let sandbox = Sandbox::new();
    let gitops = deployed(&sandbox, STAGED);
    sandbox.write("shop", &[(".cupaas", &format!("name: shop\n{APP}"))]);
    sandbox.good(&["deploy", "shop", "--gitops", &gitops, "--env", "staging"]);
    let looked_at = |more: &[&str]| {
        sandbox.json(&[&["deploy", "--gitops", &gitops, "--app", "shop"], more].concat())["releases_checked"]
            .clone()
    };
    assert_eq!(looked_at(&[]), 2);
    assert_eq!(looked_at(&["--env", "staging"]), 1);
    let image = "registry.example.cu/x:2";
    let done =
        sandbox.json(&["deploy", "--app", "shop", "--env", "staging", "--image", image, "--gitops", &gitops]);
    assert_eq!(done["summary"]["restarts"][0], "web");
    assert_eq!(done["releases"][0]["image"]["reference"], image);
    let absent = sandbox.run(&["deploy", "--app", "nothing", "--gitops", &gitops]);
    assert_eq!(absent.code, Some(2));
    assert!(absent.stderr.contains("\"nothing\" is neither registered nor deployed"), "{}", absent.stderr);
    // A removed app is not deployed, and rendering everything does not bring it back.
    sandbox.good(&["remove", "--app", "shop", "--env", "staging", "--gitops", &gitops]);
    assert_eq!(
        sandbox.run(&["deploy", "--app", "shop", "--env", "staging", "--gitops", &gitops]).code,
        Some(2)
    );
    assert_eq!(sandbox.json(&["deploy", "--all", "--gitops", &gitops])["status"], "unchanged");
}
