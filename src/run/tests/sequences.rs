//! Random sequences of commands on one app, against a small model of it: what runs is what the model says. As many as fit
//! into five seconds; `CUPAAS_TEST_SEQUENCES=10000` runs so many.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use git2::{Repository, Signature, Time};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use tempfile::TempDir;

use crate::diagnostic::{Failure, Source};
use crate::git::bare::init_bare;
use crate::load::hold::HoldUntil;
use crate::load::release_file::ReleaseFile;
use crate::outcome::Report;
use crate::run::dispatch;
use crate::yaml::document;

/// How many commits the app has.
const COMMITS: usize = 40;
const PLATFORM: &str = "environments: {production: {cluster: home}}\nregistry: {prefix: r.example.cu/me}\n";

/// What is done.
#[derive(Debug, Clone)]
enum Step {
    /// So many commits after the newest that was deployed; or before it.
    Deploy(isize),
    Rollback {
        back: usize,
        stay: bool,
    },
    Resume,
    /// To the image of a commit, else to what runs.
    Pin(Option<usize>),
    Unpin,
    Remove,
    Restart,
    Scale(u32),
    Unscale,
    Stop,
    Start,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => prop_oneof![6 => Just(1), 2 => Just(2), 2 => Just(0), 1 => Just(-1)].prop_map(Step::Deploy),
        8 => (1..3_usize, any::<bool>()).prop_map(|(back, stay)| Step::Rollback { back, stay }),
        2 => Just(Step::Resume),
        1 => proptest::option::of(0..4_usize).prop_map(Step::Pin),
        1 => Just(Step::Unpin),
        1 => Just(Step::Remove),
        1 => Just(Step::Restart),
        1 => (1..4_u32).prop_map(Step::Scale),
        1 => Just(Step::Unscale),
        1 => Just(Step::Stop),
        1 => Just(Step::Start),
    ]
}

/// How a step ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Done,
    Pinned,
    Held,
    Superseded,
    Refused,
}

/// A release: the commit that it is of, the image of which commit it runs, and the one that ran before it.
#[derive(Debug, Clone, Copy)]
struct Node {
    is: (usize, usize),
    before: Option<usize>,
}

/// What there should be.
#[derive(Debug, Default)]
struct Model {
    nodes: Vec<Node>,
    /// What runs, or ran last.
    top: Option<usize>,
    deployed: bool,
    /// The commit that was rolled back, and whether only `resume` ends it.
    hold: Option<(usize, bool)>,
    pin: Option<usize>,
    scale: Option<u32>,
    stopped: bool,
    restarted: bool,
}

impl Model {
    fn now(&self) -> (usize, usize) {
        self.nodes[self.top.unwrap()].is
    }

    /// The commit that a deploy means.
    fn meant(&self, after: isize) -> usize {
        let newest = self.nodes.iter().map(|node| node.is.0).max();
        newest.map_or(0, |newest| newest.saturating_add_signed(after)).min(COMMITS - 1)
    }

    fn run(&mut self, is: (usize, usize)) {
        if self.top.is_none_or(|top| self.nodes[top].is != is) {
            self.nodes.push(Node { is, before: self.top });
            self.top = Some(self.nodes.len() - 1);
        }
    }

    /// What runs, rendered again: an image by rule follows its commit, unless something keeps it.
    fn again(&mut self) -> End {
        let (commit, image) = self.now();
        self.run((commit, self.pin.unwrap_or(if self.hold.is_some() { image } else { commit })));
        End::Done
    }

    fn deploy(&mut self, commit: usize) -> End {
        if self.deployed {
            match (self.pin, self.hold) {
                (Some(_), _) => return End::Pinned,
                (_, Some((_, true))) => return End::Held,
                (_, Some((back, false))) if commit <= back => return End::Held,
                (_, Some(_)) => {}
                (_, None) if commit < self.now().0 => return End::Superseded,
                (_, None) => {}
            }
        }
        (self.deployed, self.hold) = (true, None);
        self.run((commit, self.pin.unwrap_or(commit)));
        End::Done
    }

    fn rollback(&mut self, back: usize, stay: bool) -> End {
        if !self.deployed {
            return End::Refused;
        }
        let mut target = self.top;
        for _ in 0..back {
            target = target.and_then(|node| self.nodes[node].before);
        }
        let Some(target) = target else { return End::Refused };
        let is_new = self.nodes[target].is != self.now() || self.hold.is_some();
        if !is_new || self.pin.is_some() {
            return End::Refused;
        }
        let (kept, stays) = self.hold.unwrap_or((self.now().0, false));
        self.hold = Some((kept, stays || stay));
        self.top = Some(target);
        End::Done
    }

    fn take(&mut self, step: &Step) -> End {
        match *step {
            Step::Deploy(after) => return self.deploy(self.meant(after)),
            Step::Rollback { back, stay } => return self.rollback(back, stay),
            Step::Remove => {
                (self.deployed, self.hold) = (false, None);
                return End::Done;
            }
            Step::Resume => {
                self.again();
                self.hold = None;
                return End::Done;
            }
            Step::Pin(image) => self.pin = Some(image.unwrap_or_else(|| self.now().1)),
            Step::Unpin => self.pin = None,
            Step::Restart => self.restarted = true,
            Step::Scale(count) => self.scale = Some(count),
            Step::Unscale => self.scale = None,
            Step::Stop => self.stopped = true,
            Step::Start => self.stopped = false,
        }
        self.again()
    }
}

/// An app's repository of empty commits; only which follows which counts.
struct App {
    _scratch: TempDir,
    folder: PathBuf,
    commits: Vec<String>,
}

impl App {
    fn new() -> Self {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join("app");
        let repository = Repository::init(&folder).unwrap();
        std::fs::write(folder.join(".cupaas"), "runtime: image\nprocesses: {web: {command: serve}}\n")
            .unwrap();
        let mut index = repository.index().unwrap();
        index.add_path(Path::new(".cupaas")).unwrap();
        let tree = repository.find_tree(index.write_tree().unwrap()).unwrap();
        index.write().unwrap();
        let mut commits: Vec<String> = Vec::new();
        for number in 0..COMMITS {
            // By their clocks none is newer than another.
            let author = Signature::new("t", "t@example.cu", &Time::new(1_700_000_000, 0)).unwrap();
            let parent = repository.head().ok().map(|head| head.peel_to_commit().unwrap());
            let message = format!("version {number}");
            let parents: Vec<_> = parent.iter().collect();
            let id = repository.commit(Some("HEAD"), &author, &author, &message, &tree, &parents).unwrap();
            commits.push(id.to_string());
        }
        Self { _scratch: scratch, folder, commits }
    }

    fn image(&self, commit: usize) -> String {
        format!("r.example.cu/me/shop:{}", self.commits[commit])
    }

    fn words(&self, step: &Step, model: &Model) -> Vec<String> {
        let folder = self.folder.display().to_string();
        let words: Vec<String> = match step {
            Step::Deploy(after) => {
                let source = "--source-repository=https://git.example.cu/me/shop.git".to_owned();
                let commit = format!("--source-commit={}", self.commits[model.meant(*after)]);
                vec!["deploy".to_owned(), folder, source, commit]
            }
            Step::Rollback { back, stay } => {
                let mut words = vec!["rollback".to_owned(), format!("--to={back}")];
                words.extend(stay.then(|| "--hold".to_owned()));
                words
            }
            Step::Pin(Some(commit)) => vec!["pin".to_owned(), format!("--image={}", self.image(*commit))],
            Step::Scale(count) => vec!["scale".to_owned(), format!("web={count}")],
            Step::Unscale => vec!["scale".to_owned(), "--reset".to_owned()],
            plain => vec![
                match plain {
                    Step::Resume => "resume",
                    Step::Pin(_) => "pin",
                    Step::Unpin => "unpin",
                    Step::Remove => "remove",
                    Step::Restart => "restart",
                    Step::Stop => "stop",
                    _ => "start",
                }
                .to_owned(),
            ],
        };
        let of = ["--app=shop", "--env=production"].map(str::to_owned);
        words.into_iter().chain(of).collect()
    }
}

fn end(done: &Result<crate::outcome::Outcome, Failure>) -> End {
    match done.as_ref().map(|outcome| &outcome.report) {
        Ok(Report::Pinned { .. }) => End::Pinned,
        Ok(Report::Held { .. }) => End::Held,
        Ok(Report::Superseded { .. }) => End::Superseded,
        Ok(_) => End::Done,
        Err(_) => End::Refused,
    }
}

/// A file of the repository's newest commit.
fn show(bare: &Path, path: &str) -> Option<String> {
    let repository = Repository::open_bare(bare).unwrap();
    let tree = repository.head().unwrap().peel_to_tree().unwrap();
    let blob = tree.get_path(Path::new(path)).ok()?.to_object(&repository).unwrap();
    Some(String::from_utf8(blob.as_blob()?.content().to_vec()).unwrap())
}

fn compare(bare: &Path, model: &Model, app: &App) {
    let manifest = show(bare, "deploy/production/shop/app/deployment-web.yaml");
    assert_eq!(manifest.is_some(), model.deployed, "whether it is deployed");
    let Some(manifest) = manifest else { return };
    let (commit, image) = model.now();
    assert!(manifest.contains(&format!("image: {}\n", app.image(image))), "image of {image}: {manifest}");
    let count = if model.stopped { 0 } else { model.scale.unwrap_or(1) };
    assert!(manifest.contains(&format!("replicas: {count}\n")), "{count} replicas: {manifest}");
    assert_eq!(manifest.contains("cupaas.dev/restart"), model.restarted);
    let record = show(bare, "releases/production/shop/release.yaml").unwrap();
    let record = document::read::<ReleaseFile>(&Source::new("release.yaml", record)).unwrap().value;
    assert_eq!(record.source.commit.as_ref(), Some(&app.commits[commit]), "the commit that runs");
    let held = record.hold.map(|hold| (hold.commit.unwrap(), hold.until == HoldUntil::Resume));
    assert_eq!(held, model.hold.map(|(commit, stays)| (app.commits[commit].clone(), stays)), "the hold");
}

fn check(steps: &[Step], app: &App) {
    let scratch = tempfile::tempdir().unwrap();
    let bare = scratch.path().join("gitops.git");
    init_bare(&bare, "main", &super::change("cupaas.yaml", PLATFORM)).unwrap();
    let mut model = Model::default();
    for step in steps {
        let needs_none = matches!(step, Step::Deploy(_) | Step::Rollback { .. } | Step::Remove);
        if !model.deployed && !needs_none || model.top.is_none() && matches!(step, Step::Remove) {
            continue;
        }
        let words = app.words(step, &model);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let done = dispatch::run(&super::request(&bare, &words), &|_| {});
        assert_eq!(end(&done), model.take(step), "{step:?}: {done:?}");
        compare(&bare, &model, app);
    }
}

#[test]
fn what_runs_is_what_the_model_says() {
    let wanted = std::env::var("CUPAAS_TEST_SEQUENCES").ok().and_then(|text| text.parse::<u32>().ok());
    let app = App::new();
    let config = Config { failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    let mut runner = TestRunner::new(config);
    let (started, mut done) = (Instant::now(), 0);
    let within = Duration::from_secs(5);
    while wanted.map_or_else(|| started.elapsed() < within, |wanted| done < wanted) {
        let tree = proptest::collection::vec(step(), 4..24).new_tree(&mut runner).unwrap();
        let steps = tree.current();
        if let Err(failure) = runner.run_one(tree, |steps| {
            check(&steps, &app);
            Ok(())
        }) {
            panic!("sequence {done} of {steps:#?}: {failure}");
        }
        done += 1;
    }
    assert!(done > 0);
}
