//! `open`, `logs`, `run`, `console` and `ps`: the line that a person's own program gets, exactly.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use super::world::{STAGED, URL, World};
use crate::sandbox::{Ran, ran};

const APP: &str = "name: shop\nruntime: image\nprocesses: {web: {command: serve}, worker: {command: work}, \
    nightly: {command: tidy, schedule: '0 3 * * *'}}\nservices: [mongodb, cache, {mongodb: {name: second}}]\n";
/// A service without a shell of its own.
const CACHE: &str = "format: 1\nsummary: a cache\nversions: {default: '1', supported: ['1']}\n\
    image: docker.io/library/memcached:{{ version }}\nport: 11211\nworkload: workload.yaml.j2\nfiles:\n\
    \x20 - {template: shared/service/service.yaml.j2}\n  - {template: shared/service/network-policy.yaml.j2}\n  - {template: shared/service/deployment.yaml.j2}\n";

/// A program that writes down its arguments, one a line, and ends with a code of its own.
const PROGRAM: &str = "#!/bin/sh\nprintf '%s\\n' \"${0##*/}\" \"$@\"\nexit 7\n";

fn world() -> World {
    let world = World::new(&[
        (
            "cupaas.yaml",
            &format!(
                "{STAGED}secrets: {{recipients: [age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p]}}\n"
            ),
        ),
        ("catalog/services/cache/recipe.yaml", CACHE),
        ("catalog/services/cache/workload.yaml.j2", "user: 11211\ncpu: 50m\nmemory: 64Mi\n"),
    ]);
    world.sandbox.write("shop", &[(".cupaas", APP)]);
    world.deploy("shop", &["--image", "registry.example.cu/team/shop:1"]);
    world
}

/// The words of a command, with flags before what stands behind `--`.
fn placed<'a>(world: &'a World, args: &[&'a str]) -> Vec<&'a str> {
    [&args[..1], &["--app", "shop", "--print", "--gitops", &world.gitops], &args[1..]].concat()
}

/// The line that is shown.
fn shown(world: &World, args: &[&str]) -> String {
    let ran = world.sandbox.good(&placed(world, args));
    assert_eq!(ran.stderr, "", "{args:?}");
    ran.stdout
}

/// The program, with `kubectl` and what opens an address in its `PATH`, or nothing but git.
fn with_programs(world: &World, there: bool, args: &[&str]) -> Ran {
    let folder = world.sandbox.write(if there { "bin" } else { "none" }, &[]);
    let git = String::from_utf8(Command::new("which").arg("git").output().unwrap().stdout).unwrap();
    let _ = std::os::unix::fs::symlink(git.trim(), folder.join("git"));
    for name in ["kubectl", "xdg-open", "open"].iter().filter(|_| there) {
        let path = folder.join(name);
        std::fs::write(&path, PROGRAM).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let args = [args, &["--gitops", &world.gitops, "--app", "shop"]].concat();
    ran(&world.sandbox.cupaas(&args).env("PATH", &folder).output().unwrap())
}

fn failed(world: &World, args: &[&str], code: &str) -> String {
    let ran = world.sandbox.run(&placed(world, args));
    assert_eq!(ran.code, Some(2), "{args:?}: {}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains(&format!("[{code}]")), "{args:?}: {}", ran.stderr);
    ran.stderr
}

#[test]
fn the_line_names_what_was_deployed() {
    let world = world();
    let start = "kubectl --namespace=shop-production ";
    for (args, line) in [
        (
            &["ps"][..],
            "get pods --selector=cupaas.dev/app=shop --label-columns=cupaas.dev/process,cupaas.dev/service",
        ),
        (
            &["logs"],
            "logs --selector=cupaas.dev/app=shop,cupaas.dev/process --prefix --max-log-requests=50 --tail=100",
        ),
        (
            &["logs", "nightly", "--follow", "--since", "2h", "--tail", "-1"],
            "logs --selector=app.kubernetes.io/instance=nightly,app.kubernetes.io/name=shop --container=nightly \
             --prefix --max-log-requests=50 --tail=-1 --since=2h --follow",
        ),
        (
            &["logs", "mongodb", "--previous"],
            "logs --selector=app.kubernetes.io/instance=mongodb,app.kubernetes.io/name=shop --container=mongodb \
             --prefix --max-log-requests=50 --tail=100 --previous",
        ),
        (
            &["run", "--", "sh", "-c", "echo \"$PORT\" 'x'"],
            r#"exec --stdin --tty deployment/web --container=web -- sh -c 'echo "$PORT" '\''x'\'''"#,
        ),
        (
            &["run", "--process", "second", "--", "env"],
            "exec --stdin --tty statefulset/second --container=mongodb -- env",
        ),
    ] {
        assert_eq!(shown(&world, args), format!("{start}{line}\n"));
    }
    let console = shown(&world, &["console", "second"]);
    let begins = format!("{start}exec --stdin --tty statefulset/second --container=mongodb -- sh -c '");
    assert!(console.starts_with(&begins) && console.contains("mongosh"), "{console}");
    assert_eq!(shown(&world, &["open"]), "http://shop.apps.example.cu\n");
    let context = shown(&world, &["ps", "--context", "home"]);
    assert!(context.starts_with("kubectl --namespace=shop-production --context=home get"), "{context}");
    // A shell reads of the line what kubectl would get.
    let line = shown(&world, &["run", "--", "a b", "", "it's", "$HOME", "-x", "*"]);
    let words =
        Command::new("sh").args(["-c", &line.replacen("kubectl", "printf '%s|'", 1)]).output().unwrap();
    assert!(String::from_utf8_lossy(&words.stdout).ends_with("|a b||it's|$HOME|-x|*|"), "{line}");
}

#[test]
fn a_program_takes_over_with_exactly_these_words_and_its_own_exit_code() {
    let world = world();
    for (args, words) in [
        (
            &["ps"][..],
            "get\npods\n--selector=cupaas.dev/app=shop\n--label-columns=cupaas.dev/process,cupaas.dev/service",
        ),
        // Nobody sits at a terminal.
        (
            &["run", "--process", "worker", "--env", "production"],
            "exec\n--stdin\ndeployment/worker\n--container=worker\n--\na b\n$X",
        ),
    ] {
        let tail: &[&str] = if args[0] == "run" { &["--", "a b", "$X"] } else { &[] };
        let all = [args, &["--gitops", &world.gitops, "--app", "shop"], tail].concat();
        with_programs(&world, true, &["ps"]);
        let ran = ran(&world.sandbox.cupaas(&all).env("PATH", world.sandbox.path("bin")).output().unwrap());
        assert_eq!(ran.stdout, format!("kubectl\n--namespace=shop-production\n{words}\n"), "{}", ran.stderr);
        assert_eq!(ran.code, Some(7));
    }
    let opened = with_programs(&world, true, &["open"]);
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    assert_eq!(
        opened.stdout,
        format!("http://shop.apps.example.cu\n{opener}\nhttp://shop.apps.example.cu\n")
    );
    let left: Vec<_> = std::fs::read_dir(world.sandbox.path("tmp")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn without_the_program_it_says_what_to_do_and_an_address_is_shown_all_the_same() {
    let world = world();
    let lacking = with_programs(&world, false, &["ps"]);
    assert_eq!((lacking.code, lacking.stdout.as_str()), (Some(2), ""));
    assert!(lacking.stderr.contains("[program-not-installed]: cannot run kubectl"), "{}", lacking.stderr);
    assert!(lacking.stderr.contains("--print"), "{}", lacking.stderr);
    let address = with_programs(&world, false, &["open"]);
    assert_eq!((address.code, address.stdout.as_str()), (Some(0), "http://shop.apps.example.cu\n"));
    // For machines nothing is run.
    let report = world.json(&["logs", "worker", "--app", "shop"]);
    assert_eq!(report["report"], "hand-over");
    assert_eq!((&report["namespace"], &report["cluster"]), (&"shop-production".into(), &"home".into()));
    assert_eq!(report["command"][2], "logs");
}

#[test]
fn what_does_not_run_is_said_with_what_does() {
    let world = world();
    let unknown = failed(&world, &["logs", "jobs"], "nothing-runs");
    assert!(unknown.contains("nightly, web, worker, cache, mongodb, second"), "{unknown}");
    // A schedule's pod is there only while it works.
    assert!(
        failed(&world, &["run", "--process", "nightly", "--", "x"], "nothing-runs").contains("web, worker")
    );
    for args in [&["logs", "worke"][..], &["run", "--process", "worke", "--", "x"]] {
        let close = failed(&world, args, "nothing-runs");
        assert!(close.contains("did you mean \"worker\"?"), "{args:?}: {close}");
    }
    let close = failed(&world, &["console", "mongo-db"], "nothing-runs");
    assert!(close.contains("did you mean \"mongodb\"?"), "{close}");
    failed(&world, &["console", "web"], "nothing-runs");
    // Not the one that has none.
    let several = failed(&world, &["console"], "nothing-runs");
    assert!(several.contains("there are: mongodb, second"), "{several}");
    let silent = failed(&world, &["console", "cache"], "no-console");
    assert!(silent.contains("cupaas run --process cache -- PROGRAM"), "{silent}");
    world.good(&["scale", "worker=0", "--app", "shop", "--env", "production"]);
    assert!(
        failed(&world, &["run", "--process", "worker", "--", "x"], "nothing-runs").contains("cupaas scale")
    );
    let elsewhere = failed(&world, &["logs", "--env", "staging"], "not-deployed");
    assert!(elsewhere.contains("it is deployed in production: --env production"), "{elsewhere}");
    assert!(!elsewhere.contains("cupaas deploy"), "{elsewhere}");
    let repository = ["--env", "staging", "--source-repository", URL, "--image", "r.example.cu/shop:1"];
    world.json(&[&["deploy", "shop"], &repository[..]].concat());
    let several = failed(&world, &["ps"], "environment-required");
    assert!(several.contains("name one: --env production, or --env staging"), "{several}");
}

#[test]
fn a_manifest_with_a_hostile_name_becomes_no_line() {
    let world = world();
    let sandbox = &world.sandbox;
    sandbox.git("", &["clone", "-q", &world.gitops, "edited"]);
    let file = sandbox.path("edited/deploy/production/shop/app/deployment-web.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replacen("namespace: shop-production", "namespace: \"--as=admin\"", 1))
        .unwrap();
    sandbox.commit("edited", 1_700_000_001);
    sandbox.git("edited", &["push", "-q", "origin", "HEAD:main"]);
    let ran = world.run(&["logs", "--app", "shop", "--print"]);
    assert_ne!(ran.code, Some(0), "{}", ran.stdout);
    assert!(ran.stderr.contains("deployment-web.yaml has a name"), "{}", ran.stderr);
}
