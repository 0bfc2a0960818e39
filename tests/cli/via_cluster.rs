//! `wait --via cluster`: what a person's own kubectl prints, and what is made of it. What objects say, each kind of them, is
//! tried in `src/run/wait/cluster/tests.rs`.

use std::os::unix::fs::PermissionsExt;
use std::time::Instant;

use serde_json::{Value, json};

use super::world::{STAGED, World};
use crate::sandbox::{Ran, ran};

/// Prints the file that is named as what it is asked for, and writes down how it was asked.
const KUBECTL: &str = "#!/bin/sh\nhere=${0%/*}\nprintf '%s\\n' \"$*\" >>\"$here/asked\"\n\
    if [ -e \"$here/says\" ]; then cat \"$here/says\" >&2; exit 1; fi\n\
    if [ -e \"$here/hangs\" ]; then sleep 60; fi\n\
    case \"$*\" in *\" pods \"*) file=pods ;; *) file=objects ;; esac\n\
    [ ! -e \"$here/$file\" ] || cat \"$here/$file\"\n";
const LONG_AGO: &str = "2020-01-01T00:00:00Z";

fn world(more: &str) -> World {
    let world = World::new(&[("cupaas.yaml", &format!("{STAGED}{more}"))]);
    world
        .sandbox
        .write("shop", &[(".cupaas", "name: shop\nruntime: image\nprocesses: {web: {command: serve}}\n")]);
    world.deploy("shop", &["--image", "registry.example.cu/team/shop:1", "--source-commit", COMMIT]);
    world
}

const COMMIT: &str = "1a2b3c4d5e6f70819293a4b5c6d7e8f901234567";

/// `wait` with a kubectl that finds these files beside it.
fn waits(world: &World, files: &[(&str, &str)], more: &[&str]) -> Ran {
    let _ = std::fs::remove_dir_all(world.sandbox.path("bin"));
    let folder = world.sandbox.write("bin", files);
    let program = folder.join("kubectl");
    std::fs::write(&program, KUBECTL).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    run(world, &path, more)
}

fn run(world: &World, path: &str, more: &[&str]) -> Ran {
    let about = ["wait", "--app", "shop", "--env", "production", "--via", "cluster", "--timeout", "0"];
    let args = [&about[..], &["--gitops", &world.gitops], more].concat();
    ran(&world.sandbox.cupaas(&args).env("PATH", path).env("CUPAAS_FORGE_TIMEOUT", "1").output().unwrap())
}

fn asked(world: &World) -> String {
    std::fs::read_to_string(world.sandbox.path("bin").join("asked")).unwrap()
}

fn kustomization(half: &str, at: &str, ready: &str, reason: &str, message: &str) -> Value {
    json!({
        "kind": "Kustomization", "metadata": {"name": format!("shop-production-{half}"), "generation": 1},
        "status": {
            "observedGeneration": 1, "lastAppliedRevision": format!("main@sha1:{at}"),
            "lastAttemptedRevision": format!("main@sha1:{at}"),
            "conditions": [{"type": "Ready", "status": ready, "reason": reason, "message": message,
                "observedGeneration": 1, "lastTransitionTime": LONG_AGO}],
        },
    })
}

fn list(items: &[Value]) -> String {
    json!({"kind": "List", "items": items}).to_string()
}

fn good(half: &str, at: &str) -> Value {
    kustomization(half, at, "True", "ReconciliationSucceeded", "Applied revision")
}

#[test]
fn the_cluster_says_that_it_is_healthy() {
    let world = world("");
    let head = world.head().trim().to_owned();
    let ran = waits(&world, &[("objects", &list(&[good("base", &head), good("app", &head)]))], &[]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.stdout, format!("healthy shop in production: {}\n", &COMMIT[..10]));
    let kind = "kustomizations.kustomize.toolkit.fluxcd.io";
    let names = "shop-production-base shop-production-app";
    let line = format!(
        "--namespace=flux-system --request-timeout=1s get {kind} {names} --ignore-not-found --output=json\n"
    );
    assert_eq!(asked(&world), line);
    // A later commit of the repository holds the release; one before it does not.
    let before = world.sandbox.git("", &["-C", &world.gitops, "rev-parse", "main~1"]).trim().to_owned();
    let ran = waits(
        &world,
        &[("objects", &list(&[good("base", &before), good("app", &head)]))],
        &["--context", "home"],
    );
    ran.failed(9, "rollout-unreported", &["Kustomization shop-production-base says", &before[..10]]);
    assert!(
        asked(&world).contains("--namespace=flux-system --context=home --request-timeout"),
        "{}",
        asked(&world)
    );
    world.deploy("shop", &["--image", "registry.example.cu/team/shop:2", "--source-commit", COMMIT]);
    let both = list(&[good("base", &head), good("app", &head)]);
    waits(&world, &[("objects", &both)], &[]).failed(9, "rollout-unreported", &[]);
}

#[test]
fn what_failed_is_said_in_the_engines_own_words_with_its_newest_pods() {
    let world = world("");
    let head = world.head().trim().to_owned();
    let message = "timeout waiting for: [Deployment/shop-production/web status: 'InProgress']";
    let app = kustomization("app", &head, "False", "HealthCheckFailed", message);
    let pod = json!({
        "metadata": {"name": "web-7d4b", "creationTimestamp": LONG_AGO},
        "status": {"containerStatuses": [{"name": "web", "ready": false, "state": {"waiting": {
            "reason": "ImagePullBackOff", "message": "Back-off pulling image"}}}]},
    });
    let files = [("objects", &*list(&[good("base", &head), app])), ("pods", &*list(&[pod]))];
    let ran = waits(&world, &files, &[]);
    let pods = "pod web-7d4b: web: ImagePullBackOff: Back-off pulling image";
    ran.failed(8, "rollout-failed", &["HealthCheckFailed: timeout waiting for: [Deployment/", pods]);
    let asked = asked(&world);
    let line = "--namespace=shop-production --request-timeout=1s get pods --selector=cupaas.dev/app=shop";
    assert!(asked.contains(line), "{asked}");
    // Nothing is there: nothing is said.
    waits(&world, &[], &[]).failed(9, "rollout-unreported", &["it is not there"]);
}

#[test]
fn without_kustomizations_each_workload_is_asked() {
    let world = world(
        "delivery: argocd\nargocd: {source: {url: 'https://git.example.cu/me/gitops'}}\nsecrets: {provider: existing}\n",
    );
    let text = world.show("deploy/production/shop/app/deployment-web.yaml");
    let mut web: Value = serde_saphyr::from_str(&text).unwrap();
    web["metadata"]["generation"] = json!(1);
    web["status"] =
        json!({"observedGeneration": 1, "replicas": 1, "updatedReplicas": 1, "availableReplicas": 1});
    let ran = waits(&world, &[("objects", &list(std::slice::from_ref(&web)))], &[]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    let line = "get deployment,statefulset,job --selector=cupaas.dev/app=shop";
    assert!(asked(&world).contains(line), "{}", asked(&world));
    // A command that somebody has run says nothing of the release.
    let run = ["run", "--via", "git", "--app", "shop", "--env", "production", "--gitops", &world.gitops];
    world.sandbox.good(&[&run[..], &["--", "tidy"]].concat());
    let ran = waits(&world, &[("objects", &list(std::slice::from_ref(&web)))], &[]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    web["status"]["availableReplicas"] = json!(0);
    let ran = waits(&world, &[("objects", &list(std::slice::from_ref(&web)))], &[]);
    ran.failed(9, "rollout-unreported", &["Deployment web says", "1 pods 1 are new, and 0 are ready"]);
    web["status"]["conditions"] = json!([{"type": "Progressing", "status": "False",
        "reason": "ProgressDeadlineExceeded", "message": "has timed out progressing",
        "lastTransitionTime": "2026-01-01T00:00:00Z"}]);
    let ran = waits(&world, &[("objects", &list(&[web]))], &[]);
    ran.failed(8, "rollout-failed", &["Deployment web says", "has timed out progressing"]);
}

#[test]
fn a_kubectl_that_does_not_answer_is_said_as_what_it_is() {
    let world = world("");
    let says = |words: &str| waits(&world, &[("says", words)], &[]);
    let forbidden = "Error from server (Forbidden): kustomizations.kustomize.toolkit.fluxcd.io is forbidden";
    says(forbidden).failed(6, "cluster-refused", &[forbidden, "kubectl auth can-i"]);
    let refused =
        "The connection to the server 10.0.0.1:6443 was refused - did you specify the right host or port?";
    says(refused).failed(5, "cluster-unavailable", &[refused, "--context"]);
    waits(&world, &[("objects", "no JSON")], &[]).failed(6, "cluster-refused", &["what is no JSON"]);
    for odd in ["[]", "5", "[1, 2]", r#"{"items": [1]}"#] {
        waits(&world, &[("objects", odd)], &[]).failed(6, "cluster-refused", &["no object of Kubernetes"]);
    }
    let began = Instant::now();
    waits(&world, &[("hangs", "")], &[]).failed(5, "cluster-unavailable", &["did not end within 3 s"]);
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
}

#[test]
fn without_kubectl_it_says_what_to_do() {
    let world = world("");
    let git =
        String::from_utf8(std::process::Command::new("which").arg("git").output().unwrap().stdout).unwrap();
    let folder = world.sandbox.write("none", &[]);
    std::os::unix::fs::symlink(git.trim(), folder.join("git")).unwrap();
    let ran = run(&world, &folder.display().to_string(), &[]);
    ran.failed(2, "program-not-installed", &["cannot run kubectl", "without --via"]);
}

#[test]
fn the_forge_is_asked_unless_one_says_otherwise() {
    let world = world("");
    let about = ["wait", "--app", "shop", "--env", "production", "--timeout", "0", "--gitops", &world.gitops];
    world.sandbox.run(&about).failed(2, "rollout-not-reported", &[]);
    let context = [&about[..], &["--context", "home"]].concat();
    world.sandbox.run(&context).failed(2, "conflicting-arguments", &["--via cluster --context"]);
}
