//! The real program many times at once, and killed at any moment: no deploy is lost, no old one wins, and the
//! repository stays whole.

use std::process::{Child, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::http::{Answer, Server};
use super::killed::kill_many;
use crate::sandbox::{APP, PLATFORM, Ran, Sandbox, ran};

/// Programs that deploy at once; what more writers do to each other is tried without programs, in `writers`.
const APPS: usize = 12;

/// One crowd at a time: two would take the other's patience for a busy server.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn start(sandbox: &Sandbox, folder: &str, address: &str) -> Child {
    let mut command = sandbox.cupaas(&["deploy", folder, "--gitops", address, "--format", "json"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn end(child: Child) -> Ran {
    ran(&child.wait_with_output().unwrap())
}

fn status(ran: &Ran) -> String {
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    let value: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    value["status"].as_str().unwrap().to_owned()
}

/// What a server that others push to would have.
fn repository(sandbox: &Sandbox) -> String {
    let bare = sandbox.gitops(&[("cupaas.yaml", PLATFORM)]);
    for setting in ["uploadpack.allowFilter", "http.receivepack"] {
        sandbox.git("", &["-C", &bare, "config", setting, "true"]);
    }
    std::fs::rename(&bare, sandbox.path("repo.git")).unwrap();
    sandbox.path("repo.git").display().to_string()
}

fn is_whole(sandbox: &Sandbox, bare: &str) {
    let said = sandbox.git("", &["-C", bare, "fsck", "--strict", "--no-dangling", "--no-progress"]);
    assert_eq!(said, "");
    assert_eq!(sandbox.git("", &["-C", bare, "rev-list", "--count", "--merges", "main"]).trim(), "0");
}

/// All apps at once to one repository: each lands, in a commit of its own.
fn all_land(sandbox: &Sandbox, bare: &str, address: &str) {
    let before = sandbox.commits(bare);
    let children: Vec<Child> = (0..APPS)
        .map(|number| {
            let folder = format!("app-{number}");
            sandbox.write(&folder, &[(".cupaas", APP)]);
            start(sandbox, &folder, address)
        })
        .collect();
    for child in children {
        assert_eq!(status(&end(child)), "deployed");
    }
    assert_eq!(sandbox.commits(bare), before + APPS);
    let paths = sandbox.paths(bare);
    for number in 0..APPS {
        for path in [
            format!("hosts/app-{number}.apps.example.cu"),
            format!("deploy/production/app-{number}/app/deployment-web.yaml"),
        ] {
            assert!(paths.contains(&path), "{path} is missing");
        }
    }
    is_whole(sandbox, bare);
    assert_eq!(status(&end(start(sandbox, "app-0", address))), "unchanged");
}

#[test]
fn many_apps_at_once_to_a_folder() {
    let _turn = alone();
    let sandbox = Sandbox::new();
    let bare = repository(&sandbox);
    all_land(&sandbox, &bare, &bare);
}

#[test]
fn many_apps_at_once_over_http() {
    let _turn = alone();
    let sandbox = Sandbox::new();
    let bare = repository(&sandbox);
    let server = Server::start(&sandbox.path(""), |_| Answer::Pass);
    all_land(&sandbox, &bare, &format!("{}/repo.git", server.url));
}

/// Jobs of one app's commits at once: the newest stands.
#[test]
fn of_one_apps_versions_the_newest_stands() {
    let sandbox = Sandbox::new();
    let bare = repository(&sandbox);
    let versions = 8;
    for number in 0..versions {
        sandbox.write("shop", &[(".cupaas", &format!("name: shop\n{APP}env: {{VERSION: '{number}'}}\n"))]);
        sandbox.commit("shop", 1_700_000_000 + number);
        // What a CI job has: a clone of the newest commit alone.
        let source = format!("file://{}", sandbox.path("shop").display());
        let clone = format!("job-{number}");
        sandbox.git("", &["clone", "-q", "--depth=1", &source, &clone]);
        sandbox.git(&clone, &["remote", "set-url", "origin", "https://git.example.cu/me/shop.git"]);
    }
    let config = "deploy/production/shop/app/configmap-shop.yaml";
    for round in 0..3 {
        // Another order each time; the newest is never the last to start.
        let order = (0..versions).map(|number| (number * 3 + versions - 1 - round) % versions);
        let children: Vec<Child> =
            order.map(|number| start(&sandbox, &format!("job-{number}"), &bare)).collect();
        let ends: Vec<String> = children.into_iter().map(|child| status(&end(child))).collect();
        let known = |end: &String| ["deployed", "superseded", "unchanged"].contains(&end.as_str());
        assert!(ends.iter().all(known), "{ends:?}");
        let stands = sandbox.show(&bare, config);
        assert!(stands.contains(&format!("VERSION: \"{}\"", versions - 1)), "{ends:?}\n{stands}");
    }
    is_whole(&sandbox, &bare);
}

#[test]
fn a_deploy_may_be_killed_at_any_moment() {
    let sandbox = Sandbox::new();
    let bare = repository(&sandbox);
    let address = format!("file://{bare}");
    let write = |number: usize| {
        let text = format!("name: shop\n{APP}env: {{VERSION: '{number}'}}\n");
        sandbox.write("shop", &[(".cupaas", &text)]);
    };
    let timed = |number| {
        write(number);
        let began = Instant::now();
        assert_eq!(status(&end(start(&sandbox, "shop", &address))), "deployed");
        began.elapsed()
    };
    let whole = (2..5).map(timed).min().unwrap_or_default();
    kill_many(whole, |number| {
        // Each deploy has something to say, also one that comes after a deploy that was not killed in time.
        write(10 + number);
        start(&sandbox, "shop", &address)
    });
    write(1);
    // Programs of git that a killed deploy began may still be at work; nothing has to be repaired for the next.
    assert_eq!(status(&end(start(&sandbox, "shop", &address))), "deployed");
    let stands = sandbox.show(&bare, "deploy/production/shop/app/configmap-shop.yaml");
    assert!(stands.contains("VERSION: \"1\""), "{stands}");
    assert_eq!(status(&end(start(&sandbox, "shop", &address))), "unchanged");
    is_whole(&sandbox, &bare);
}
