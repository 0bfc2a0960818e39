//! What has no image yet is said so that a workflow builds it.

use serde_json::Value;

use super::world::{APP, World};

const PYTHON: &str = "runtime: python\nprocesses: {web: {command: serve}}\n";

fn matrix(world: &World, args: &[&str]) -> (Option<i32>, Value, String) {
    let ran = world.run(&[&["--format", "matrix"], args].concat());
    assert_eq!(ran.stdout.lines().count(), 1, "{}", ran.stdout);
    (ran.code, serde_json::from_str(&ran.stdout).unwrap(), ran.stderr)
}

#[test]
fn a_workflow_builds_what_the_matrix_says_and_deploys_it() {
    let world = World::new(&[
        ("built", "repository: ROOT/built\n"),
        ("lost", "repository: ROOT/lost\n"),
        ("mail", "repository: ROOT/mono\npath: services/mail\n"),
        ("shop", "repository: ROOT/shop\n"),
        ("waits", "repository: ROOT/waits\n"),
        ("wrong", "repository: ROOT/wrong\n"),
    ]);
    world.built("built", 1_700_000_100, &[(".cupaas", APP)]);
    world.source("waits", "main", 1_700_000_100, &[(".cupaas", APP)]);
    world.source("wrong", "main", 1_700_000_100, &[(".cupaas", "runtime: python\nprocess: {}\n")]);
    world.source("shop", "main", 1_700_000_100, &[(".cupaas", PYTHON), ("Dockerfile", "FROM scratch\n")]);
    let files = [("services/mail/.cupaas", PYTHON), ("services/mail/requirements.txt", "flask\n")];
    let commit = world.source("mono", "main", 1_700_000_100, &files);
    let commits = world.commits();
    let (code, found, said) = matrix(&world, &[]);
    assert_eq!(world.commits(), commits, "a matrix changes nothing");
    assert_eq!(code, Some(6));
    assert!(said.contains("lost") && said.contains("wrong"), "{said}");
    let include = found["include"].as_array().unwrap();
    let apps: Vec<&str> = include.iter().map(|entry| entry["app"].as_str().unwrap()).collect();
    assert_eq!(apps, ["mail", "shop"], "{found:#}");
    assert_eq!(include[1]["dockerfile"], "own");
    let mail = &include[0];
    let image = format!("{}/team/mail:{commit}", world.registry.host);
    let want = serde_json::json!({
        "app": "mail", "environment": "production", "repository": format!("{}", world.sandbox.path("mono").display()),
        "path": "services/mail", "branch": "main", "commit": commit, "image": image, "dockerfile": "generated",
    });
    assert_eq!(*mail, want);

    // As the workflow does: the commit is checked out, built and pushed, and deployed by its digest.
    world.sandbox.write("job", &[]);
    world.sandbox.git("job", &["init", "-q"]);
    world.sandbox.git("job", &["fetch", "-q", "--depth=1", mail["repository"].as_str().unwrap(), &commit]);
    world.sandbox.git("job", &["-c", "advice.detachedHead=false", "checkout", "-q", "FETCH_HEAD"]);
    let digest = world.registry.push("team/mail", &commit);
    let name = image.split_once(&format!(":{commit}")).unwrap().0;
    let deploy = |name: &str| {
        let image = format!("{name}@{digest}");
        world.sandbox.json(&[
            "deploy",
            "job/services/mail",
            "--gitops",
            &world.gitops,
            "--app",
            "mail",
            "--env",
            "production",
            "--source-repository",
            mail["repository"].as_str().unwrap(),
            "--source-branch",
            "main",
            "--source-commit",
            &commit,
            "--image",
            &image,
        ])
    };
    let done = deploy(name);
    assert_eq!(done["status"], "deployed", "{done:#}");
    // Both ways lead to the same release.
    let release = world.release("mail");
    assert!(release.contains("path: services/mail") && release.contains(&commit), "{release}");
    assert_eq!(world.sync(&["--app", "mail"]).status("mail"), "up-to-date");
    assert_eq!(deploy(name)["status"], "unchanged");
    let (code, found, _) = matrix(&world, &["--app", "mail"]);
    assert_eq!((code, found), (Some(0), serde_json::json!({"include": []})));
}

#[test]
fn no_other_command_has_a_matrix() {
    let world = World::new(&[]);
    let ran = world.sandbox.run(&["check", "--format", "matrix"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
}
