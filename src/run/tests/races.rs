//! The branch moves between read and push: what `rollback` and `promote` have decided is decided again, from what stands there
//! then, and lands as that or not at all.

use std::cell::Cell;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{change, commit, request};
use crate::diagnostic::{Code, Failure};
use crate::git::bare::init_bare;
use crate::git::in_process;
use crate::outcome::Outcome;
use crate::run::dispatch;

const PLATFORM: &str = "environments:\n  staging: {cluster: home}\n  production:\n    cluster: home\n";

fn image(digit: &str) -> String {
    format!("r.example.cu/me/shop@sha256:{}", digit.repeat(64))
}

struct World {
    scratch: TempDir,
    bare: PathBuf,
}

impl World {
    fn new() -> Self {
        let scratch = tempfile::tempdir().unwrap();
        let bare = scratch.path().join("gitops.git");
        init_bare(&bare, "main", &change("cupaas.yaml", PLATFORM)).unwrap();
        std::fs::create_dir(scratch.path().join("app")).unwrap();
        let text = "runtime: image\nprocesses: {web: {command: serve}}\n";
        std::fs::write(scratch.path().join("app/.cupaas"), text).unwrap();
        Self { scratch, bare }
    }

    fn run(&self, words: &[&str]) -> Result<Outcome, Failure> {
        dispatch::run(&request(&self.bare, words), &|_| {})
    }

    fn deploy(&self, environment: &str, digit: &str) {
        let folder = self.scratch.path().join("app").display().to_string();
        let image = image(digit);
        self.run(&["deploy", &folder, "--app", "shop", "--env", environment, "--image", &image]).unwrap();
    }

    /// The same, and `meanwhile` happens when it is about to push for the first time; and how often it was about to.
    fn outrun(&self, words: &[&str], meanwhile: impl Fn()) -> (Result<Outcome, Failure>, u32) {
        let pushes = Cell::new(0);
        let done = dispatch::run(&request(&self.bare, words), &|text| {
            if text == "pushing" {
                pushes.set(pushes.get() + 1);
                if pushes.get() == 1 {
                    meanwhile();
                }
            }
        });
        (done, pushes.get())
    }

    fn file(&self, path: &str) -> Option<String> {
        let repository = git2::Repository::open_bare(&self.bare).unwrap();
        let tree = repository.head().unwrap().peel_to_tree().unwrap();
        let blob = tree.get_path(Path::new(path)).ok()?.to_object(&repository).unwrap();
        Some(String::from_utf8(blob.as_blob()?.content().to_vec()).unwrap())
    }

    /// Which image runs in production.
    fn runs(&self, digit: &str) -> bool {
        let found = self.file("deploy/production/shop/app/deployment-web.yaml");
        found.is_some_and(|text| text.contains(&image(digit)))
    }
}

fn code(done: (Result<Outcome, Failure>, u32)) -> Code {
    done.0.unwrap_err().code
}

const BACK: [&str; 5] = ["rollback", "--app", "shop", "--env", "production"];
const ROAD: [&str; 6] = ["promote", "shop", "--from", "staging", "--to", "production"];

fn rolling_back() -> World {
    let world = World::new();
    world.deploy("production", "1");
    world.deploy("production", "2");
    world
}

/// Git decides that a push was late, so these go through it.
#[test]
fn a_rollback_lands_on_what_others_have_pushed() {
    let world = rolling_back();
    let settings = format!("{PLATFORM}env: {{COLOUR: blue}}\n");
    let (done, pushes) = world.outrun(&BACK, || commit(&world.bare, "cupaas.yaml", &settings));
    done.unwrap();
    assert_eq!(pushes, 2);
    assert!(world.runs("1"));
    // By the rules that stand there by then.
    assert!(world.file("deploy/production/shop/app/configmap-shop.yaml").unwrap().contains("COLOUR: blue"));
}

#[test]
fn a_rollback_leaves_what_was_deployed_meanwhile() {
    in_process::with(|| {
        let world = rolling_back();
        let done = world.outrun(&BACK, || world.deploy("production", "3"));
        assert_eq!(code(done), Code::BranchMoved);
        assert!(world.runs("3"));
        let record = world.file("releases/production/shop/release.yaml").unwrap();
        assert!(!record.contains("hold:"), "{record}");
    });
}

#[test]
fn a_rollback_is_refused_where_it_was_pinned_or_removed_meanwhile() {
    in_process::with(|| {
        let of = ["--app", "shop", "--env", "production"];
        let world = rolling_back();
        let pin = || drop(world.run(&[&["pin"], &of[..]].concat()).unwrap());
        assert_eq!(code(world.outrun(&BACK, pin)), Code::AppPinned);
        assert!(world.runs("2"));
        let world = rolling_back();
        let remove = || drop(world.run(&[&["remove"], &of[..]].concat()).unwrap());
        assert_eq!(code(world.outrun(&BACK, remove)), Code::NotDeployed);
    });
}

#[test]
fn of_two_rollbacks_at_once_one_lands() {
    in_process::with(|| {
        let world = rolling_back();
        world.deploy("production", "3");
        let second = || drop(world.run(&[&BACK[..], &["--to", "2"]].concat()).unwrap());
        assert_eq!(code(world.outrun(&BACK, second)), Code::BranchMoved);
        assert!(world.runs("1"));
    });
}

#[test]
fn a_promotion_takes_what_stands_there_when_it_lands() {
    in_process::with(|| {
        let world = World::new();
        world.deploy("staging", "1");
        let (done, pushes) = world.outrun(&ROAD, || world.deploy("staging", "2"));
        done.unwrap();
        assert_eq!(pushes, 2);
        assert!(world.runs("2"));
    });
}

/// What has passed the gates is what lands: another release has to pass them itself.
#[test]
fn a_promotion_asks_its_gates_again() {
    in_process::with(|| {
        let world = World::new();
        let soaked = format!("{PLATFORM}    promotion: {{soak: 1s}}\n");
        commit(&world.bare, "cupaas.yaml", &soaked);
        world.deploy("staging", "1");
        std::thread::sleep(std::time::Duration::from_millis(2_100));
        let hours = soaked.replace("1s", "2h");
        let done = world.outrun(&ROAD, || {
            commit(&world.bare, "cupaas.yaml", &hours);
            world.deploy("staging", "2");
        });
        assert_eq!(code(done), Code::SoakUnfinished);
        let frozen = format!("{PLATFORM}    freeze: [{{from: 2020-01-01}}]\n");
        commit(&world.bare, "cupaas.yaml", PLATFORM);
        let done = world.outrun(&ROAD, || commit(&world.bare, "cupaas.yaml", &frozen));
        assert_eq!(code(done), Code::EnvironmentFrozen);
        assert!(!world.runs("1") && !world.runs("2"));
        commit(&world.bare, "cupaas.yaml", PLATFORM);
        let done = world.outrun(&ROAD, || {
            commit(
                &world.bare,
                "cupaas.yaml",
                &format!("{PLATFORM}    promotion: {{from: [production2]}}\n"),
            );
        });
        assert_eq!(code(done), Code::InvalidFiles);
    });
}

/// What a freeze would keep out passes with a reason, which is asked for in each round.
#[test]
fn a_freeze_that_begins_meanwhile_is_passed_with_a_reason() {
    in_process::with(|| {
        let world = World::new();
        world.deploy("staging", "1");
        let frozen = format!("{PLATFORM}    freeze: [{{from: 2020-01-01}}]\n");
        let words = [&ROAD[..], &["--override", "the till is down"]].concat();
        world.outrun(&words, || commit(&world.bare, "cupaas.yaml", &frozen)).0.unwrap();
        let repository = git2::Repository::open_bare(&world.bare).unwrap();
        let head = repository.head().unwrap().peel_to_commit().unwrap();
        let message = head.message().unwrap_or_default();
        assert!(message.contains("Cupaas-Override: freeze: the till is down"), "{message}");
    });
}
