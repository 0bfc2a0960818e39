//! Random sequences of commands on one app, against a small model of it: what runs is what the model says. As many as fit
//! into five seconds; `CUPAAS_TEST_SEQUENCES=10000` runs so many, side by side. `CARGO_PROFILE_DEV_OPT_LEVEL=1`, and
//! `TMPDIR` in memory, make them faster.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use git2::{Repository, Signature, Time};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, TestRunner};
use tempfile::TempDir;

use crate::diagnostic::{Failure, Source};
use crate::git::bare::init_bare;
use crate::git::in_process;
use crate::load::hold::HoldUntil;
use crate::load::release_file::ReleaseFile;
use crate::outcome::Report;
use crate::run::dispatch;
use crate::run::tests::model::{COMMITS, End, Image, Model, Step, step};
use crate::yaml::document;

const PLATFORM: &str = "environments: {production: {cluster: home, domain: a.cu}, staging: {cluster: home}}\nregistry: {prefix: r.example.cu/me}\n";

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

    fn image(&self, image: Image) -> String {
        let commit = &self.commits[image.of];
        match image.by_digest {
            true => format!("r.example.cu/me/shop@sha256:{commit:0>64}"),
            false => format!("r.example.cu/me/shop:{commit}"),
        }
    }

    fn words(&self, step: &Step, model: &Model) -> Vec<String> {
        let folder = self.folder.display().to_string();
        let words: Vec<String> = match step {
            Step::Promote => {
                return ["promote", "shop", "--from=staging", "--to=production"].map(str::to_owned).to_vec();
            }
            Step::Deploy(after) | Step::Stage(after) => {
                let is_staging = matches!(step, Step::Stage(_));
                let of = model.meant(*after, is_staging);
                let source = "--source-repository=https://git.example.cu/me/shop.git".to_owned();
                let commit = format!("--source-commit={}", self.commits[of]);
                let mut words = vec!["deploy".to_owned(), folder, source, commit];
                if is_staging {
                    let image = self.image(Image { of, by_digest: true });
                    words.extend([
                        format!("--image={image}"),
                        "--app=shop".to_owned(),
                        "--env=staging".to_owned(),
                    ]);
                    return words;
                }
                words
            }
            Step::Rollback { back, stay } => {
                let mut words = vec!["rollback".to_owned(), format!("--to={back}")];
                words.extend(stay.then(|| "--hold".to_owned()));
                words
            }
            Step::Pin(Some(commit)) => {
                let image = self.image(Image { of: *commit, by_digest: false });
                vec!["pin".to_owned(), format!("--image={image}")]
            }
            Step::Scale(count) => vec!["scale".to_owned(), format!("web={count}")],
            Step::Maintenance(on) => {
                vec!["maintenance".to_owned(), if *on { "on" } else { "off" }.to_owned()]
            }
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
    assert!(manifest.contains(&format!("image: {}\n", app.image(image))), "{image:?}: {manifest}");
    let count = if model.stopped { 0 } else { model.scale.unwrap_or(1) };
    assert!(manifest.contains(&format!("replicas: {count}\n")), "{count} replicas: {manifest}");
    assert_eq!(manifest.contains("cupaas.dev/restart"), model.restarted);
    let route = show(bare, "deploy/production/shop/app/ingress-shop.yaml").unwrap();
    let page = show(bare, "deploy/production/shop/app/deployment-maintenance-page.yaml");
    let answers = (route.contains("name: maintenance-page\n"), page.is_some());
    assert_eq!(answers, (model.maintenance, model.maintenance), "whether the page answers");
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
        let needs_none = matches!(
            step,
            Step::Deploy(_) | Step::Stage(_) | Step::Promote | Step::Rollback { .. } | Step::Remove
        );
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

/// One of so many goes through git itself, as every deploy does; for the others the repository is read and written in this
/// process.
const BY_GIT: u32 = 250;

/// Sequences until `wanted` says that it is enough, by the number of the next one.
fn sequences(app: &App, next: &AtomicU32, wanted: impl Fn(u32) -> bool) {
    let config = Config { failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    let mut runner = TestRunner::new(config);
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if !wanted(number) {
            return;
        }
        let tree = proptest::collection::vec(step(), 4..24).new_tree(&mut runner).unwrap();
        let steps = tree.current();
        if let Err(failure) = runner.run_one(tree, |steps| {
            match number % BY_GIT {
                0 => check(&steps, app),
                _ => in_process::with(|| check(&steps, app)),
            }
            Ok(())
        }) {
            panic!("sequence {number} of {steps:#?}: {failure}");
        }
    }
}

#[test]
fn what_runs_is_what_the_model_says() {
    let wanted = std::env::var("CUPAAS_TEST_SEQUENCES").ok().and_then(|text| text.parse::<u32>().ok());
    let (app, next, started) = (App::new(), AtomicU32::new(0), Instant::now());
    let within = Duration::from_secs(5);
    let goes_on = |number| wanted.map_or_else(|| started.elapsed() < within, |wanted| number < wanted);
    // Side by side only where many were asked for: other tests run too.
    let threads = match wanted {
        Some(_) => std::thread::available_parallelism().map_or(1, usize::from),
        None => 1,
    };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| sequences(&app, &next, goes_on));
        }
    });
    assert!(next.into_inner() > 1);
}
