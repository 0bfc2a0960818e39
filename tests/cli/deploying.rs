//! Deploys one after the other: what is committed, what is not, what stays.

use crate::sandbox::{APP, PLATFORM, Sandbox, ran};

const WITH_DATABASE: &str =
    "name: shop\nruntime: image\nservices: [mongodb]\nprocesses: {web: {command: serve}}\n";

#[test]
fn the_second_deploy_to_the_local_repository_has_nothing_to_do() {
    let sandbox = Sandbox::new();
    sandbox.write("app", &[(".cupaas", WITH_DATABASE)]);
    let bare = sandbox.path("home/cupaas/gitops.git").display().to_string();
    assert_eq!(sandbox.json(&["diff", "app"])["status"], "differs");
    assert!(!sandbox.path("home/cupaas").exists(), "diff makes nothing");
    let first = sandbox.json(&["deploy", "app"]);
    assert_eq!(first["status"], "deployed");
    assert_eq!(first["commit"], sandbox.git("", &["-C", &bare, "rev-parse", "main"]).trim());
    let commits = sandbox.commits(&bare);
    assert_eq!(sandbox.json(&["deploy", "app"])["status"], "unchanged");
    assert_eq!(sandbox.json(&["diff", "app"])["status"], "unchanged");
    assert_eq!(sandbox.commits(&bare), commits);
    let message = sandbox.git("", &["-C", &bare, "log", "-1", "--format=%an %s%n%b", "main"]);
    assert!(message.starts_with("tester ") && message.contains("Cupaas-App: shop"), "{message}");
}

#[test]
fn what_comes_back_finds_its_credentials() {
    let sandbox = Sandbox::new();
    sandbox.write("app", &[(".cupaas", WITH_DATABASE)]);
    let bare = sandbox.path("home/cupaas/gitops.git").display().to_string();
    let kept = "releases/production/shop/credentials/mongodb.yaml";
    let applied = "deploy/production/shop/base/secret-mongodb-credentials.yaml";
    sandbox.good(&["deploy", "app"]);
    let sealed = sandbox.show(&bare, kept);
    assert!(sealed.contains("ENC[AES256_GCM"));
    assert_eq!(sandbox.show(&bare, applied), sealed);
    sandbox.good(&["remove", "app"]);
    let left = sandbox.paths(&bare);
    assert!(left.contains(&kept.to_owned()) && !left.contains(&applied.to_owned()), "{left:?}");
    let owned = |path: &&String| path.starts_with("deploy/") || path.starts_with("hosts/");
    assert_eq!(left.iter().filter(owned).count(), 0, "{left:?}");
    assert_eq!(sandbox.json(&["remove", "app"])["status"], "unchanged");
    sandbox.good(&["deploy", "app"]);
    assert_eq!(sandbox.show(&bare, kept), sealed);
    assert_eq!(sandbox.show(&bare, applied), sealed);
    sandbox.good(&["remove", "--app", "shop", "--env", "production"]);
}

#[test]
fn an_older_commit_is_superseded() {
    let sandbox = Sandbox::new();
    let gitops = sandbox.gitops(&[("cupaas.yaml", PLATFORM)]);
    sandbox.write("app", &[(".cupaas", APP)]);
    let old = sandbox.commit("app", 1_700_000_100);
    sandbox.git("", &["clone", "-q", "app", "old"]);
    sandbox.write("app", &[(".cupaas", &format!("{APP}env: {{A: '1'}}\n"))]);
    let new = sandbox.commit("app", 1_700_000_200);
    let deploy = |folder: &str, more: &[&str]| {
        let repository = ["--source-repository", "https://git.example.cu/me/tasks.git"];
        sandbox.json(&[&["deploy", folder, "--gitops", &gitops], &repository[..], more].concat())
    };
    assert_eq!(deploy("app", &[])["status"], "deployed");
    let commits = sandbox.commits(&gitops);
    // The old checkout knows nothing of the new commit: the committer's time tells.
    let late = deploy("old", &[]);
    assert_eq!(late["status"], "superseded", "{late}");
    // A checkout that holds both: descent tells, whatever the clock said.
    sandbox.git("app", &["checkout", "-q", &old]);
    assert_eq!(deploy("app", &["--source-branch", "main"])["status"], "superseded");
    assert_eq!(sandbox.commits(&gitops), commits);
    assert_eq!(deploy("app", &["--allow-older"])["status"], "deployed");
    sandbox.git("app", &["checkout", "-q", &new]);
    assert_eq!(deploy("app", &[])["status"], "deployed");
}

#[test]
fn a_new_commit_with_the_same_image_is_nothing() {
    let sandbox = Sandbox::new();
    let gitops = sandbox.gitops(&[("cupaas.yaml", PLATFORM)]);
    sandbox.write("app", &[(".cupaas", APP)]);
    sandbox.commit("app", 1_700_000_100);
    let image = [
        "--image",
        "registry.example.cu/x@sha256:6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b",
    ];
    let deploy = |image: &[&str]| {
        let status =
            sandbox.json(&[&["deploy", "app", "--gitops", &gitops], image].concat())["status"].clone();
        status.as_str().unwrap().to_owned()
    };
    assert_eq!(deploy(&image), "deployed");
    let commits = sandbox.commits(&gitops);
    sandbox.write("app", &[("README.md", "words"), (".cupaas", &format!("# a comment\n{APP}"))]);
    sandbox.commit("app", 1_700_000_200);
    assert_eq!(deploy(&image), "unchanged");
    // An image that was once named stays until another is named.
    assert_eq!(deploy(&[]), "unchanged");
    assert_eq!(sandbox.commits(&gitops), commits);
}

#[test]
fn only_the_apps_own_files_change() {
    let sandbox = Sandbox::new();
    let others = [
        ("cupaas.yaml", PLATFORM),
        ("README.md", "ours\n"),
        ("apps/other.yaml", "format: 1\n"),
        ("deploy/production/other/app/x.yaml", "kind: X\n"),
        ("deploy/production/tasksx/app/x.yaml", "kind: X\n"),
        ("clusters/home/extra.yaml", "kind: X\n"),
    ];
    let gitops = sandbox.gitops(&others);
    sandbox.write("tasks", &[(".cupaas", &format!("{APP}env: {{A: '1'}}\n"))]);
    sandbox.good(&["deploy", "tasks", "--gitops", &gitops]);
    assert!(sandbox.paths(&gitops).contains(&"deploy/production/tasks/app/configmap-tasks.yaml".to_owned()));
    sandbox.write("tasks", &[(".cupaas", APP)]);
    sandbox.good(&["deploy", "tasks", "--gitops", &gitops]);
    let paths = sandbox.paths(&gitops);
    assert!(!paths.contains(&"deploy/production/tasks/app/configmap-tasks.yaml".to_owned()));
    for (path, text) in others {
        assert_eq!(sandbox.show(&gitops, path), text, "{path}");
    }
    let changed = sandbox.git("", &["-C", &gitops, "diff", "--name-only", "main~2", "main"]);
    let own = [
        "releases/production/tasks/",
        "deploy/production/tasks/",
        "clusters/home/production/tasks.yaml",
        "hosts/tasks.apps.example.cu",
    ];
    assert!(changed.lines().all(|path| own.iter().any(|start| path.starts_with(start))), "{changed}");
}

#[test]
fn a_host_name_has_one_owner() {
    let sandbox = Sandbox::new();
    let gitops = sandbox.gitops(&[("cupaas.yaml", PLATFORM)]);
    let app = |name: &str| format!("name: {name}\n{APP}domains: [www.apps.example.cu]\n");
    sandbox.write("one", &[(".cupaas", &app("one"))]);
    sandbox.write("two", &[(".cupaas", &app("two"))]);
    let deploy = |folder: &str| sandbox.run(&["deploy", folder, "--gitops", &gitops]).code;
    assert_eq!(deploy("one"), Some(0));
    assert_eq!(deploy("two"), Some(3));
    sandbox.good(&["remove", "one", "--gitops", &gitops]);
    assert_eq!(deploy("two"), Some(0));
}

#[test]
fn data_that_waits_is_not_met_by_another_version_or_a_smaller_disk() {
    let sandbox = Sandbox::new();
    let app = |service: &str| format!("name: shop\n{APP}services: [{{mongodb: {service}}}]\n");
    sandbox.write("app", &[(".cupaas", &app("{version: \"6.0\", storage: 10Gi}"))]);
    sandbox.good(&["deploy", "app"]);
    sandbox.good(&["remove", "app"]);
    sandbox.write("app", &[(".cupaas", &app("{version: \"8.0\", storage: 1Gi}"))]);
    let refused = sandbox.run(&["deploy", "app"]);
    assert_eq!(refused.code, Some(4), "{}", refused.stderr);
    let said = ["refused[volume-shrinks]", "refused[major-upgrade]", "--allow-data-loss mongodb"];
    assert!(said.iter().all(|words| refused.stderr.contains(words)), "{}", refused.stderr);
    // Where nothing is said, what the data was written by is taken again.
    sandbox.write("app", &[(".cupaas", &app("{storage: 10Gi}"))]);
    let files = sandbox.json(&["render", "app"])["files"].clone();
    let set = files["deploy/production/shop/base/statefulset-mongodb.yaml"].as_str().unwrap().to_owned();
    assert!(set.contains("mongo:6.0"), "{set}");
}

#[test]
fn changes_that_are_not_committed_are_used_and_said() {
    let sandbox = Sandbox::new();
    sandbox.write("app", &[(".cupaas", WITH_DATABASE)]);
    sandbox.commit("app", 1_700_000_000);
    let said = sandbox.good(&["check", "app"]).stderr;
    assert!(!said.contains("uncommitted-changes"), "{said}");
    sandbox.write("app", &[(".cupaas", &format!("{WITH_DATABASE}env: {{A: '1'}}\n"))]);
    let said = sandbox.good(&["check", "app"]).stderr;
    assert!(said.contains("warning[uncommitted-changes]: uncommitted changes: .cupaas\n"), "{said}");
    sandbox.write("app", &[("a.py", ""), ("b.py", ""), ("c.py", "")]);
    let said = sandbox.good(&["check", "app"]).stderr;
    assert!(said.contains("uncommitted changes: .cupaas, a.py, b.py and 1 more\n"), "{said}");
    assert!(said.contains("--> app/.cupaas:1:1\n"), "{said}");
    sandbox.commit("app", 1_700_000_100);
    sandbox.write("app/src", &[("d.py", "")]);
    let said = sandbox.good(&["check", "app"]).stderr;
    assert!(said.contains("--> app/src/"), "{said}");
    // A folder of a repository that no commit holds yet, seen from within.
    sandbox.write("app/new", &[(".cupaas", WITH_DATABASE)]);
    let mut command = sandbox.cupaas(&["check"]);
    let said = ran(&command.current_dir(sandbox.path("app/new")).output().unwrap()).stderr;
    assert!(said.contains("uncommitted changes: the whole folder\n"), "{said}");
    assert!(said.contains("--> .cupaas:1:1\n"), "{said}");
}
