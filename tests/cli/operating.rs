//! `restart`, `scale`, `stop`, `start` and `maintenance`.

use serde_json::Value;

use super::world::World;
use crate::sandbox::PLATFORM;

const APP: &str = "runtime: image\nprocesses:\n  web: {command: serve, scale: 2}\n  worker: {command: work, scale: {min: 2, max: 4}}\n\
    \x20 nightly: {command: report, schedule: '0 3 * * *'}\nvolumes: {files: {path: /app/files, storage: 1Gi}}\n";
const REGISTERED: &str = "# ours\nrepository: https://git.example.cu/me/shop.git # theirs\n";

fn deployed() -> World {
    let world = World::new(&[("cupaas.yaml", PLATFORM), ("apps/shop.yaml", REGISTERED)]);
    world.sandbox.write("shop", &[(".cupaas", APP)]);
    world.deploy("shop", &["--image", "registry.example.cu/x:1"]);
    world
}

fn manifest(world: &World, name: &str) -> String {
    world.show(&format!("deploy/production/shop/app/{name}.yaml"))
}

fn status(world: &World) -> Value {
    world.json(&["status"])["releases"][0].clone()
}

fn paths(world: &World) -> String {
    world.sandbox.paths(&world.gitops).join("\n")
}

/// All that is rendered, by git's own hash of it.
fn rendered(world: &World) -> String {
    world.sandbox.git("", &["-C", &world.gitops, "rev-parse", "main:deploy"])
}

#[test]
fn a_scale_stands_over_the_apps_until_it_is_taken_out() {
    let world = deployed();
    let before = (manifest(&world, "deployment-web"), manifest(&world, "horizontalpodautoscaler-worker"));
    let looked = world.json(&["scale", "web=5", "--app", "shop", "--dry-run"]);
    assert_eq!(
        (looked["status"].as_str(), manifest(&world, "deployment-web")),
        (Some("differs"), before.0.clone())
    );
    let done = world.json(&["scale", "web=5", "worker=0", "--app", "shop"]);
    assert_eq!(done["status"], "edited", "{done:#}");
    assert!(done["notes"].to_string().contains("worker no longer follows its load"), "{done:#}");
    // What people wrote stays, and numbers are numbers.
    let file = world.show("apps/shop.yaml");
    assert_eq!(
        file,
        format!("{REGISTERED}environments:\n  production:\n    scale:\n      web: 5\n      worker: 0\n")
    );
    assert!(manifest(&world, "deployment-web").contains("replicas: 5\n"));
    assert!(manifest(&world, "deployment-worker").contains("replicas: 0\n"));
    assert!(!paths(&world).contains("horizontalpodautoscaler-worker"));
    assert_eq!(status(&world)["scale"], serde_json::json!({"web": "5", "worker": "0"}));
    let said = world.good(&["status"]).stdout;
    assert!(said.contains("  web=5  worker=0"), "{said}");
    let why = world.good(&["explain", "--app", "shop"]).stdout;
    assert!(why.contains("apps/shop.yaml:6:12") && why.contains("processes.web.scale"), "{why}");
    // A deploy does not undo it.
    world.deploy("shop", &["--image", "registry.example.cu/x:2"]);
    assert!(manifest(&world, "deployment-web").contains("replicas: 5\n"));
    assert_eq!(world.json(&["scale", "web=5", "--app", "shop"])["status"], "unchanged");
    world.json(&["scale", "worker=-", "--app", "shop"]);
    assert_eq!(manifest(&world, "horizontalpodautoscaler-worker"), before.1);
    world.json(&["scale", "--reset", "--app", "shop"]);
    assert_eq!(world.show("apps/shop.yaml"), REGISTERED);
    assert_eq!(manifest(&world, "deployment-web").replace("x:2", "x:1"), before.0);
}

#[test]
fn what_scales_nothing_is_refused_when_it_is_typed_and_warned_of_later() {
    let world = deployed();
    for (args, words) in [
        (&["wob=2"][..], "did you mean \"web\"?"),
        (&["nightly=2"], "runs by its schedule"),
        (&["web=1001"], "is no number from 0 to 1000"),
        (&["web=-1"], "is no number"),
        (&["web"], "is not PROCESS=N"),
        (&[], "required"),
    ] {
        let ran = world.run(&[&["scale", "--app", "shop"], args].concat());
        assert!(ran.code == Some(2) && ran.stderr.contains(words), "{args:?}: {}", ran.stderr);
    }
    world.json(&["scale", "worker=3", "--app", "shop"]);
    let without = APP.replace("  worker: {command: work, scale: {min: 2, max: 4}}\n", "");
    world.sandbox.write("shop", &[(".cupaas", &without)]);
    let done = world.deploy("shop", &["--image", "registry.example.cu/x:2"]);
    assert_eq!(
        (done["status"].as_str(), done["warnings"][0]["code"].as_str()),
        (Some("deployed"), Some("setting-unused"))
    );
    assert_eq!(done["warnings"][0]["file"], "apps/shop.yaml");
    assert_eq!(world.json(&["scale", "worker=-", "--app", "shop"])["status"], "edited");
    assert_eq!(world.show("apps/shop.yaml"), REGISTERED);
}

#[test]
fn a_restart_is_a_stamp_that_stays() {
    let world = deployed();
    let before = manifest(&world, "deployment-web");
    let done = world.json(&["restart", "shop"]);
    let restarts = serde_json::json!(["web", "worker"]);
    assert_eq!(
        (done["status"].as_str(), &done["summary"]["restarts"]),
        (Some("edited"), &restarts),
        "{done:#}"
    );
    let stamp = status(&world)["restarted"].as_str().unwrap().to_owned();
    assert!(stamp.ends_with('Z') && stamp.len() == 20, "{stamp}");
    let after = manifest(&world, "deployment-web");
    assert!(after.contains(&format!("cupaas.dev/restart: \"{stamp}\"")), "{after}");
    assert_ne!(before, after);
    // What renders again starts nothing anew.
    assert_eq!(world.json(&["deploy", "--all"])["status"], "unchanged");
    let subject = world.sandbox.git("", &["-C", &world.gitops, "log", "-1", "--format=%s", "main"]);
    assert_eq!(subject.trim(), format!("restart(shop/production): {stamp}"));
}

#[test]
fn what_is_stopped_keeps_its_data_and_starts_as_it_was() {
    let world = deployed();
    let before = rendered(&world);
    let done = world.json(&["stop", "shop", "--env", "production"]);
    assert_eq!(done["status"], "edited", "{done:#}");
    for name in ["deployment-web", "deployment-worker"] {
        assert!(manifest(&world, name).contains("replicas: 0\n"), "{name}");
    }
    assert!(manifest(&world, "cronjob-nightly").contains("suspend: true\n"));
    let stands = paths(&world);
    assert!(
        stands.contains("persistentvolumeclaim-files") && !stands.contains("horizontalpodautoscaler"),
        "{stands}"
    );
    assert_eq!(status(&world)["stopped"], true);
    assert!(world.good(&["status"]).stdout.contains("  stopped"));
    assert_eq!(world.json(&["stop", "shop"])["status"], "unchanged");
    // A deploy brings its version, and starts nothing.
    world.deploy("shop", &["--image", "registry.example.cu/x:2"]);
    assert!(manifest(&world, "deployment-web").contains("replicas: 0\n"));
    assert!(world.json(&["scale", "web=3", "--app", "shop"])["notes"].to_string().contains("it is stopped"));
    world.json(&["scale", "web=-", "--app", "shop"]);
    world.deploy("shop", &["--image", "registry.example.cu/x:1"]);
    assert_eq!(world.json(&["start", "shop"])["status"], "edited");
    assert_eq!(rendered(&world), before);
    assert_eq!(world.show("apps/shop.yaml"), REGISTERED);
    assert_eq!(world.json(&["start", "shop"])["status"], "unchanged");
    for command in ["stop", "start", "restart"] {
        let ran = world.run(&[command, "nobody"]);
        assert!(ran.code == Some(2) && ran.stderr.contains("[unknown-app]"), "{command}: {}", ran.stderr);
    }
}

const OF_SHOP: [&str; 3] = ["shop", "--env", "production"];

fn maintenance(world: &World, on: &str, more: &[&str]) -> Value {
    world.json(&[&["maintenance", on], &OF_SHOP[..], more].concat())
}

#[test]
fn a_page_answers_in_an_apps_place_until_it_is_told_not_to() {
    let world = deployed();
    let before = rendered(&world);
    let looked = world.good(&["maintenance", "on", "shop", "--dry-run"]).stdout;
    assert!(looked.contains("requests go to maintenance-page, no longer to web"), "{looked}");
    assert!(looked.contains("nightly runs: 0 3 * * * -> 0 3 * * * (suspended)"), "{looked}");
    assert_eq!(rendered(&world), before);
    let commits = world.head();
    let done = maintenance(&world, "on", &[]);
    assert_eq!(done["status"], "edited", "{done:#}");
    let note = "its processes run on, its schedules are suspended; `cupaas maintenance off shop --env production` undoes it";
    assert_eq!(done["notes"], serde_json::json!([note]));
    assert_eq!(done["summary"]["restarts"], serde_json::json!([]));
    let parent = world.sandbox.git("", &["-C", &world.gitops, "rev-parse", "main~1"]);
    assert_eq!(parent, commits, "one commit");
    assert!(manifest(&world, "ingress-shop").contains("            name: maintenance-page\n"));
    assert!(manifest(&world, "cronjob-nightly").contains("suspend: true\n"));
    assert!(manifest(&world, "deployment-web").contains("replicas: 2\n"));
    let page = manifest(&world, "configmap-maintenance-page-config");
    assert!(page.contains("add_header Retry-After 120 always;") && page.contains("return 503;"), "{page}");
    // Who and when, where people look.
    let set = status(&world)["maintenance"].clone();
    let since = set["since"].as_str().unwrap().to_owned();
    assert_eq!((set["by"].as_str(), since.len()), (Some("tester"), 20), "{set}");
    let said = world.good(&["status"]).stdout;
    assert!(said.contains(&format!("  in maintenance (tester, {since})")), "{said}");
    let html = world.good(&["status", "--format", "html"]).stdout;
    assert!(html.contains("a page answers until `cupaas maintenance off` (tester, "), "{html}");
    assert!(world.good(&["history", "--app", "shop"]).stdout.contains("maintenance(shop/production): on"));
    assert!(world.good(&["explain", "--app", "shop"]).stdout.contains("apps/shop.yaml:6:7"));
    // Who set it first has set it.
    assert_eq!(maintenance(&world, "on", &[])["status"], "unchanged");
    // A deploy and `stop` leave it on.
    world.deploy("shop", &["--image", "registry.example.cu/x:2"]);
    world.good(&["stop", "shop"]);
    world.good(&["start", "shop"]);
    assert!(manifest(&world, "ingress-shop").contains("            name: maintenance-page\n"));
    assert!(manifest(&world, "cronjob-nightly").contains("suspend: true\n"));
    world.deploy("shop", &["--image", "registry.example.cu/x:1"]);
    assert_eq!(maintenance(&world, "off", &[])["status"], "edited");
    assert_eq!((rendered(&world), world.show("apps/shop.yaml")), (before, REGISTERED.to_owned()));
    assert_eq!(
        (status(&world)["maintenance"].clone(), maintenance(&world, "off", &[])["status"].clone()),
        (Value::Null, "unchanged".into())
    );
}

#[test]
fn maintenance_may_be_written_by_a_person() {
    let world = deployed();
    let written = |value: &str| format!("environments: {{production: {{maintenance: {value}}}}}\n");
    let edit = |value: &str| {
        world.sandbox.git("", &["clone", "-q", &world.gitops, value]);
        world.sandbox.write(value, &[("apps/shop.yaml", &written(value))]);
        world.sandbox.commit(value, 1_900_000_000);
        world.sandbox.git(value, &["push", "-q", "origin", "HEAD:main"]);
    };
    edit("true");
    assert_eq!(status(&world)["maintenance"], serde_json::json!({"since": null, "by": null}));
    let said = world.good(&["status"]).stdout;
    assert!(said.contains("  in maintenance\n"), "{said}");
    edit("false");
    let said = world.run(&["maintenance", "on", "shop", "--dry-run"]);
    assert!(said.code == Some(0) && said.stdout.contains("since:"), "{}{}", said.stdout, said.stderr);
    edit("on");
    let ran = world.run(&["status"]);
    assert!(
        ran.code == Some(3) && ran.stdout.contains("apps/shop.yaml:1:42"),
        "{}{}",
        ran.stdout,
        ran.stderr
    );
    assert!(ran.stdout.contains("true or false"), "{}", ran.stdout);
}

#[test]
fn what_no_route_leads_to_has_no_page() {
    let world = World::new(&[("cupaas.yaml", PLATFORM), ("apps/shop.yaml", REGISTERED)]);
    let without = APP.replace("  web: {command: serve, scale: 2}\n", "");
    world.sandbox.write("shop", &[(".cupaas", &without)]);
    world.deploy("shop", &["--image", "registry.example.cu/x:1"]);
    let ran = world.run(&["maintenance", "on", "shop"]);
    ran.failed(2, "nothing-runs", &["shop has no address in production", "a process `web`"]);
    let ran = world.run(&["maintenance", "on", "nobody"]);
    assert!(ran.code == Some(2) && ran.stderr.contains("[unknown-app]"), "{}", ran.stderr);
    // One that loses its address later is deployed all the same.
    world.sandbox.write("shop", &[(".cupaas", APP)]);
    world.deploy("shop", &["--image", "registry.example.cu/x:2"]);
    maintenance(&world, "on", &[]);
    world.sandbox.write("shop", &[(".cupaas", &without)]);
    let done = world.deploy("shop", &["--image", "registry.example.cu/x:3"]);
    assert_eq!(done["warnings"][0]["code"], "setting-unused", "{done:#}");
    assert!(manifest(&world, "cronjob-nightly").contains("suspend: true\n"));
    assert!(!paths(&world).contains("maintenance-page"));
}

#[test]
fn the_pages_name_is_no_process_and_no_service() {
    let world = World::new(&[("cupaas.yaml", PLATFORM)]);
    let process = APP.replace("worker:", "maintenance-page:");
    let service = format!("{APP}services: [redis: {{name: maintenance-page}}]\n");
    for (app, what) in [(process, "process"), (service, "service")] {
        world.sandbox.write("shop", &[(".cupaas", &app)]);
        let ran = world.run(&["check", "shop", "--env", "production"]);
        let said = format!("the {what} name \"maintenance-page\" is reserved");
        assert!(ran.stderr.contains(&said), "{}", ran.stderr);
    }
}
