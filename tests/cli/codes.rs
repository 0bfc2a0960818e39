//! What is wrong with a command ends with its code, whatever the words are.

use crate::cli::world::{STAGED, URL, World};
use crate::sandbox::{APP, PLATFORM, Ran, Sandbox};

fn ends_with(ran: &Ran, code: &str, exit: i32, args: &[&str]) {
    assert_eq!(ran.code, Some(exit), "cupaas {args:?}: {}", ran.stderr);
    assert!(ran.stderr.contains(&format!("error[{code}]: ")), "{code}, cupaas {args:?}: {}", ran.stderr);
}

#[test]
fn a_command_that_cannot_be_meant_has_its_code() {
    let world = World::new(&[("cupaas.yaml", STAGED), ("apps/tasks.yaml", &format!("repository: {URL}\n"))]);
    world.sandbox.write("app", &[(".cupaas", APP)]);
    world.sandbox.write("empty", &[]);
    world.sandbox.write("", &[("empty.env", "# nothing\n"), ("a.env", "PORT=1\n")]);
    for (code, exit, args) in [
        ("unknown-environment", 2, &["env", "list", "--app", "tasks", "--env", "prod"][..]),
        ("unknown-environment", 2, &["app", "add", URL, "--name", "tasks", "--branch", "main=prod"]),
        ("unknown-environment", 2, &["sync", "--env", "prod"]),
        ("environment-required", 2, &["pin", "--app", "tasks"]),
        ("environment-required", 2, &["secret", "list", "--app", "tasks"]),
        ("unknown-app", 2, &["sync", "--app", "tsks"]),
        ("not-deployed", 2, &["pin", "--app", "tasks", "--env", "production"]),
        ("missing-dockerfile", 2, &["dockerfile", "app"]),
        ("conflicting-arguments", 2, &["deploy", "--all", "--image", "a/b:1"]),
        ("conflicting-arguments", 2, &["env", "set", "A=1", "A=2", "--app", "tasks"]),
        ("conflicting-arguments", 2, &["deploy", "app", "--label", "x"]),
        ("invalid-argument", 2, &["env", "set", "A", "--app", "tasks"]),
        ("invalid-argument", 2, &["env", "set", "PORT=1", "--app", "tasks"]),
        ("invalid-variable", 3, &["env", "set", "--file", "a.env", "--app", "tasks"]),
        ("empty-env-file", 3, &["env", "set", "--file", "empty.env", "--app", "tasks"]),
        ("variable-not-set", 2, &["env", "unset", "LEVEL", "--app", "tasks"]),
        ("value-as-argument", 2, &["secret", "set", "KEY=value", "--app", "tasks", "--env", "production"]),
        ("value-as-argument", 2, &["secret", "set", "KEY", "value"]),
        ("unknown-secret", 2, &["secret", "unset", "KEY", "--app", "tasks", "--env", "production"]),
        ("name-registered", 3, &["app", "add", "https://git.example.cu/other", "--name", "tasks"]),
        ("repository-registered", 3, &["app", "add", URL, "--name", "second"]),
        ("unknown-recipe", 2, &["new", "empty", "--runtime", "pyton"]),
        ("runtime-not-detected", 2, &["new", "empty"]),
        ("folder-not-found", 2, &["new", "nowhere"]),
        ("already-exists", 2, &["new", "app"]),
    ] {
        ends_with(&world.run(args), code, exit, args);
    }
}

#[test]
fn what_surrounds_a_command_has_its_code_too() {
    let world = World::new(&[("cupaas.yaml", STAGED)]);
    world.sandbox.write("app", &[(".cupaas", APP)]);
    world.sandbox.write("fleet", &[("cupaas.yaml", STAGED)]);
    world.sandbox.write("", &[("home/cupaas/age/keys.txt", "AGE-SECRET-KEY-1\n")]);
    for (code, exit, args) in [
        ("gitops-without-git", 6, &["deploy", "app", "--env", "production", "--gitops", "fleet"][..]),
        ("gitops-required", 2, &["deploy", "app", "--pull-request"]),
        ("invalid-argument", 2, &["init", "new", "--domain", "not a domain"]),
        ("invalid-key-file", 2, &["init", "new"]),
    ] {
        ends_with(&world.sandbox.run(args), code, exit, args);
    }
    let args = ["deploy", "app"];
    let mut command = world.sandbox.cupaas(&args);
    command.env_remove("CUPAAS_HOME").env_remove("HOME");
    ends_with(&crate::sandbox::ran(&command.output().unwrap()), "no-home-folder", 2, &args);
}

#[test]
fn what_stands_in_an_apps_folder_has_its_code() {
    let world = World::new(&[("cupaas.yaml", PLATFORM)]);
    world.sandbox.write(
        "app",
        &[(".cupaas", "runtime: python\nprocesses: {web: {command: serve}}\n"), ("Dockerfile", "FROM a:1\n")],
    );
    let own = world.good(&["dockerfile", "app"]);
    assert!(own.stderr.contains("warning[dockerfile-overrides-runtime]: "), "{}", own.stderr);

    world.sandbox.write("app", &[(".cupaas", APP)]);
    world.sandbox.write("out", &[]);
    std::os::unix::fs::symlink("/nowhere", world.sandbox.path("out/releases")).unwrap();
    let args = ["render", "app", "--out", "out"];
    ends_with(&world.run(&args), "write-failed", 2, &args);

    let sandbox = Sandbox::new();
    sandbox.write("mono/a*b", &[("requirements.txt", "flask\n")]);
    sandbox.commit("mono", 1_700_000_000);
    let args = ["new", "mono/a*b"];
    ends_with(&sandbox.run(&args), "unsupported-folder-name", 2, &args);
}

#[test]
fn an_app_whose_image_nothing_names_is_not_synced() {
    let sandbox = Sandbox::new();
    sandbox.write("shop", &[(".cupaas", APP)]);
    sandbox.commit("shop", 1_700_000_000);
    let repository = sandbox.path("shop").display().to_string();
    let platform = "environments: {production: {cluster: home, domain: apps.example.cu}}\n";
    let registration = format!("repository: {repository}\n");
    let gitops = sandbox.gitops(&[("cupaas.yaml", platform), ("apps/shop.yaml", &registration)]);
    let ran = sandbox.run(&["sync", "--gitops", &gitops, "--format", "json"]);
    let done: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let place = "/apps/0/failure/diagnostics/0/code";
    assert_eq!((ran.code, done.pointer(place)), (Some(3), Some(&"no-image-rule".into())), "{done:#}");
}

#[test]
fn credentials_that_someone_else_made_are_not_rotated() {
    let sandbox = Sandbox::new();
    sandbox.good(&["init", "keys"]);
    let text = std::fs::read_to_string(sandbox.path("keys/cupaas.yaml")).unwrap();
    let at = text.find("age1").unwrap();
    let sops = format!("{PLATFORM}secrets: {{recipients: [{}]}}\n", &text[at..at + 62]);
    let existing = format!("{PLATFORM}secrets: {{provider: existing}}\n");
    sandbox.write("shop", &[(".cupaas", &format!("{APP}services: [mongodb]\n"))]);
    let gitops = sandbox.gitops(&[("cupaas.yaml", &existing)]);
    sandbox.good(&["deploy", "shop", "--gitops", &gitops]);
    sandbox.git("", &["clone", "-q", &gitops, "edited"]);
    sandbox.write("edited", &[("cupaas.yaml", &sops)]);
    sandbox.commit("edited", 1_700_000_900);
    sandbox.git("edited", &["push", "-q", "origin", "main"]);
    let args = ["secret", "rotate", "mongodb", "shop", "--gitops", &gitops];
    ends_with(&sandbox.run(&args), "credentials-not-made", 2, &args);
}
