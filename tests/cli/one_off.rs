//! `run --via git`: a command that runs once, as a Job.

use serde_json::Value;

use super::world::World;
use crate::sandbox::PLATFORM;

const APP: &str = "runtime: image\nprocesses:\n  web: {command: serve}\n  worker: {command: work, size: large}\n\
    env: {COLOUR: blue, ODD: \"tab\\there \\n  last\\t\\n\\n\", LONG: '  - a: \"é\" # no'}\nrelease: migrate\n";
const ARGOCD: &str = "delivery: argocd\nsecrets: {provider: existing}\nargocd: {source: {url: 'https://git.example.cu/me/g.git'}}\n";
const RUN: [&str; 5] = ["run", "--via", "git", "--app", "shop"];

fn deployed(more: &str) -> World {
    let world = World::new(&[("cupaas.yaml", &format!("{PLATFORM}{more}"))]);
    world.sandbox.write("shop", &[(".cupaas", APP)]);
    world.deploy("shop", &["--image", "registry.example.cu/x:1"]);
    world
}

/// Runs a command, and gives the report and the task's id.
fn run(world: &World, flags: &[&str], command: &[&str]) -> (Value, String) {
    let known = ids(world);
    let gitops = ["--gitops", world.gitops.as_str(), "--format", "json", "--"];
    let done = world.sandbox.good(&[&RUN[..], flags, &gitops, command].concat());
    let done: Value = serde_json::from_str(&done.stdout).unwrap();
    let new: Vec<String> = ids(world).into_iter().filter(|id| !known.contains(id)).collect();
    assert_eq!(new.len(), 1, "{done:#}");
    (done, new[0].clone())
}

/// The tasks that are kept.
fn ids(world: &World) -> Vec<String> {
    let paths = world.sandbox.paths(&world.gitops).into_iter();
    let kept = paths.filter_map(|path| {
        Some(path.strip_prefix("releases/production/shop/runs/")?.strip_suffix(".yaml")?.to_owned())
    });
    kept.collect()
}

fn manifests(world: &World, id: &str) -> Vec<(String, String)> {
    let folder = format!("deploy/production/shop/runs/{id}/");
    let paths = world.sandbox.paths(&world.gitops).into_iter();
    paths.filter(|path| path.starts_with(&folder)).map(|path| (path.clone(), world.show(&path))).collect()
}

fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap()
}

fn cluster(world: &World) -> String {
    world.show("clusters/home/production/shop.yaml")
}

/// A person's own commit in the GitOps repository.
fn by_hand(world: &World, path: &str, change: impl Fn(&str) -> String) {
    let sandbox = &world.sandbox;
    if !sandbox.path("person").exists() {
        sandbox.git("", &["clone", "-q", &world.gitops, "person"]);
    }
    sandbox.git("person", &["pull", "-q", "--ff-only", "origin", "main"]);
    let place = sandbox.path("person").join(path);
    std::fs::write(&place, change(&std::fs::read_to_string(&place).unwrap())).unwrap();
    sandbox.commit("person", 1_700_000_001);
    sandbox.git("person", &["push", "-q", "origin", "HEAD:main"]);
}

#[test]
fn a_command_is_a_job_of_its_own_with_what_a_release_command_has() {
    let world = deployed("");
    let halves = |world: &World| {
        let paths = world.sandbox.paths(&world.gitops).into_iter();
        let of_halves = paths.filter(|path| path.contains("/shop/app/") || path.contains("/shop/base/"));
        of_halves.map(|path| world.show(&path)).collect::<Vec<_>>()
    };
    let before = (halves(&world), world.show("apps/shop.yaml"));
    let (done, id) = run(&world, &[], &["rake", "db:seed", "$(HOME)", "a b"]);
    assert_eq!(done["status"], "edited", "{done:#}");
    assert_eq!(done["summary"]["jobs"], serde_json::json!([format!("run-{id}")]), "{done:#}");
    assert_eq!(done["summary"]["restarts"], serde_json::json!([]), "{done:#}");
    let notes = done["notes"].to_string();
    assert!(notes.contains(&format!("kubectl -n shop-production logs job/run-{id}")), "{notes}");
    assert!(notes.contains("for 15m at the most") && notes.contains("`flux.status`"), "{notes}");
    let folder = format!("deploy/production/shop/runs/{id}");
    let job = yaml(&world.show(&format!("{folder}/job-run-{id}.yaml")));
    let pod = &job["spec"]["template"]["spec"];
    let container = &pod["containers"][0];
    // The kubelet gives the words as they were typed.
    assert_eq!(container["command"], serde_json::json!(["rake", "db:seed", "$$(HOME)", "a b"]));
    assert_eq!(container["image"], "registry.example.cu/x:1");
    assert_eq!(
        (&job["spec"]["backoffLimit"], &job["spec"]["activeDeadlineSeconds"], &pod["restartPolicy"]),
        (&serde_json::json!(0), &serde_json::json!(900), &serde_json::json!("Never"))
    );
    assert!(job["spec"].get("ttlSecondsAfterFinished").is_none(), "whoever reconciles would make it anew");
    let paths = world.sandbox.paths(&world.gitops);
    let release = paths.iter().find(|path| path.contains("base/job-release-")).unwrap();
    let release = yaml(&world.show(release));
    let other = &release["spec"]["template"]["spec"]["containers"][0];
    for same in ["securityContext", "resources", "volumeMounts"] {
        assert_eq!(container[same], other[same], "{same}");
    }
    let config = yaml(&world.show(&format!("{folder}/configmap-run-{id}.yaml")));
    assert_eq!(container["envFrom"][0]["configMapRef"]["name"], config["metadata"]["name"]);
    assert_eq!(config["data"]["COLOUR"], "blue");
    // Neither half of the app knows of it, and its own Kustomization waits for the base.
    assert_eq!((halves(&world), world.show("apps/shop.yaml")), before);
    assert!(!world.show("deploy/production/shop/kustomization.yaml").contains("run"));
    let cluster = cluster(&world);
    let own = cluster.split("---\n").find(|text| text.contains(&folder)).unwrap();
    let own = yaml(own);
    assert_eq!(own["metadata"]["name"], format!("shop-production-run-{id}"));
    assert_eq!(own["spec"]["dependsOn"], serde_json::json!([{"name": "shop-production-base"}]));
    assert_eq!((&own["spec"]["timeout"], &own["spec"]["wait"]), (&"960s".into(), &true.into()));
    let subject = world.sandbox.git("", &["-C", &world.gitops, "log", "-1", "--format=%s", "main"]);
    assert_eq!(subject.trim(), "run(shop/production): rake db:seed '$(HOME)' 'a b'");
    let history = world.json(&["history", "shop"]);
    assert_eq!(history["releases"][0]["subject"], subject.trim(), "{history:#}");
}

#[test]
fn whatever_comes_later_leaves_it_as_it_is_and_asking_again_is_another_one() {
    let world = deployed("");
    let (_, first) = run(&world, &[], &["tidy"]);
    let kept = manifests(&world, &first);
    assert_eq!(kept.len(), 3, "{kept:#?}");
    assert_eq!(world.json(&["deploy", "--all"])["status"], "unchanged");
    world.sandbox.write("shop", &[(".cupaas", &APP.replace("blue", "red"))]);
    let done = world.deploy("shop", &["--image", "registry.example.cu/x:2"]);
    let jobs = done["summary"]["jobs"].as_array().unwrap();
    assert!(jobs.iter().all(|job| job.as_str().unwrap().starts_with("release-")), "{done:#}");
    world.json(&["restart", "shop"]);
    assert_eq!(manifests(&world, &first), kept);
    let (_, second) = run(&world, &[], &["tidy"]);
    assert_ne!(first, second);
    assert_eq!((manifests(&world, &first), ids(&world).len()), (kept, 2));
    let job = world.show(&format!("deploy/production/shop/runs/{second}/job-run-{second}.yaml"));
    assert!(job.contains("registry.example.cu/x:2"), "{job}");
    assert!(cluster(&world).contains(&format!("runs/{first}")) && cluster(&world).contains(&second));
    // A rollback is one more commit that leaves it alone.
    world.json(&["rollback", "--app", "shop", "--env", "production"]);
    assert_eq!(ids(&world).len(), 2);
}

#[test]
fn it_leaves_a_day_after_its_time_was_up_and_with_its_app() {
    let world = deployed("");
    let (_, id) = run(&world, &["--time-limit", "1h"], &["tidy"]);
    let place = format!("releases/production/shop/runs/{id}.yaml");
    let asked = yaml(&world.show(&place))["asked"].as_str().unwrap().to_owned();
    by_hand(&world, &place, |text| text.replace(&asked, "2026-01-01T00:00:00Z"));
    // Who only looks sees it go too.
    let looked = world.json(&["diff", "--app", "shop", "--env", "production"]);
    assert_eq!(looked["summary"]["deleted"], 3, "{looked:#}");
    let done = world.deploy("shop", &["--image", "registry.example.cu/x:2"]);
    assert_eq!(done["status"], "deployed", "{done:#}");
    assert_eq!((ids(&world), manifests(&world, &id)), (vec![], vec![]));
    assert!(!cluster(&world).contains(&id));
    let (_, id) = run(&world, &[], &["tidy"]);
    world.good(&["remove", "--app", "shop", "--env", "production"]);
    assert_eq!((ids(&world), manifests(&world, &id)), (vec![], vec![]));
    world.deploy("shop", &["--image", "registry.example.cu/x:2"]);
    assert!(!cluster(&world).contains("runs/"), "it would run again");
}

#[test]
fn another_cluster_does_not_run_it_again() {
    let world = deployed("");
    run(&world, &[], &["tidy"]);
    by_hand(&world, "cupaas.yaml", |text| text.replace("cluster: home", "cluster: away"));
    world.json(&["deploy", "--all"]);
    assert_eq!(ids(&world), Vec::<String>::new());
    assert!(!world.show("clusters/away/production/shop.yaml").contains("runs/"));
}

#[test]
fn with_argo_cd_it_has_an_application_of_its_own() {
    let world = deployed(ARGOCD);
    let (_, id) = run(&world, &["--process", "worker", "--time-limit", "2h30m"], &["tidy"]);
    let cluster = cluster(&world);
    let own = yaml(cluster.split("---\n").find(|text| text.contains(&format!("runs/{id}"))).unwrap());
    assert_eq!(
        (&own["kind"], &own["spec"]["syncPolicy"]["automated"]["selfHeal"]),
        (&"Application".into(), &false.into())
    );
    let job = yaml(&world.show(&format!("deploy/production/shop/runs/{id}/job-run-{id}.yaml")));
    assert_eq!(job["spec"]["activeDeadlineSeconds"], 9_000);
    let resources = &job["spec"]["template"]["spec"]["containers"][0]["resources"];
    assert_eq!(resources["requests"]["memory"], "1Gi", "what `worker` gets");
}

#[test]
fn what_cannot_be_run_is_refused_and_nothing_is_written() {
    let world = deployed("");
    let head = world.head();
    for (flags, code, words) in [
        (
            &["--via", "git", "--app", "shop", "--process", "wob"][..],
            "invalid-argument",
            "did you mean \"web\"?",
        ),
        (&["--via", "git", "--app", "shop", "--time-limit", "2d"], "invalid-argument", "a day at the most"),
        (&["--via", "git", "--app", "shop", "--time-limit", "0s"], "invalid-argument", "such as 90s"),
        (&["--via", "git", "--app", "shop", "--print"], "conflicting-arguments", "--dry-run"),
        (
            &["--via", "git", "--app", "shop", "--context", "home"],
            "conflicting-arguments",
            "leave out --via git",
        ),
        (
            &["--via", "git", "--app", "shop", "--wait", "--dry-run"],
            "conflicting-arguments",
            "nothing runs yet",
        ),
        (&["--via", "git", "--app", "shop", "--wait"], "rollout-not-reported", "was not run"),
        (&["--app", "shop", "--time-limit", "1h"], "conflicting-arguments", "add --via git"),
        (&["--app", "shop", "--dry-run"], "conflicting-arguments", "--print shows it"),
        (&["--via", "git", "--app", "shot"], "unknown-app", "shop"),
    ] {
        let args = [&["run", "--gitops", &world.gitops], flags, &["--", "tidy"]].concat();
        world.sandbox.run(&args).failed(2, code, &[words]);
    }
    let args = [&RUN[..], &["--gitops", &world.gitops, "--dry-run", "--", "tidy"]].concat();
    let looked = world.sandbox.good(&args);
    assert!(looked.stdout.contains("would do run(shop/production): tidy"), "{}", looked.stdout);
    assert_eq!(world.head(), head);
    // One that is stopped has its services and its image: what runs before `start` runs like this.
    world.json(&["stop", "shop"]);
    run(&world, &[], &["tidy"]);
}

#[test]
fn a_freeze_holds_back_releases_and_no_command() {
    let world = deployed("");
    by_hand(&world, "cupaas.yaml", |text| {
        text.replace("domain: apps.example.cu}", "domain: apps.example.cu, freeze: [{from: 2020-01-01}]}")
    });
    run(&world, &[], &["tidy"]);
}
