//! What a deploy costs in a small and in a big GitOps repository, over HTTP, beside what a script does
//! (`cargo bench --bench publish`); and what racing costs with different waits (`… -- race`).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]
#![allow(clippy::print_stdout, dead_code)] // it is a bench, and borrows the tests' server

#[path = "../tests/publish/http.rs"]
mod http;
#[path = "../tests/support/scratch.rs"]
mod scratch;
#[path = "../tests/publish/support.rs"]
mod support;

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use cupaas::parts::backoff::Backoff;
use cupaas::parts::git::{Pushed, RepositoryUrl, Snapshot};
use http::{Answer, Server};
use support::{Remote, folder, git, import, path};

/// What is rendered for an app.
const FILES: &[&str] =
    &["kustomization", "base/kustomization", "base/policy", "app/kustomization", "app/web", "app/service"];

fn main() {
    if std::env::args().any(|argument| argument == "race") {
        return races();
    }
    let small = measure(10);
    let big = measure(10_000);
    println!("100,000 files against 100: {:.2} × (goal: at most 1.5)", big.0 / small.0);
    println!("clone, edit, commit, push against a deploy, 100 files: {:.1} ×", small.1 / small.0);
    println!(
        "clone, edit, commit, push against a deploy, 100,000 files: {:.1} × (goal: at least 20)",
        big.1 / big.0
    );
}

/// A repository of apps with ten files each, packed as a server would have it.
fn repository(apps: usize) -> Remote {
    let remote = Remote::empty();
    let mut stream =
        String::from("commit refs/heads/main\ncommitter a <a@b> 1700000000 +0000\ndata 5\nfirst\n");
    let mut blob = |path: String, text: &str| {
        write!(stream, "M 100644 inline {path}\ndata {}\n{text}\n", text.len()).unwrap();
    };
    blob("cupaas.yaml".to_owned(), "format: 1\n");
    for number in 0..apps {
        let app = format!("app-{number:05}");
        blob(format!("apps/{app}.yaml"), &format!("repository: https://git.example/{app}\n"));
        blob(format!("releases/production/{app}/release.yaml"), &format!("image: {app}:1\n"));
        blob(format!("clusters/main/production/{app}.yaml"), &format!("kind: Kustomization # {app}\n"));
        blob(format!("hosts/{app}.example"), &format!("{app}\n"));
        for file in FILES {
            let text = format!("kind: {file}\nname: {app}\n").repeat(10);
            blob(format!("deploy/production/{app}/{file}.yaml"), &text);
        }
    }
    import(&remote.path(), &stream);
    git(&remote.path(), &["repack", "-adq", "--write-bitmap-index"]);
    remote
}

/// Median seconds of a deploy, and of the way over a clone.
fn measure(apps: usize) -> (f64, f64) {
    let remote = repository(apps);
    let server = Server::start(remote.folder.path(), |_| Answer::Pass);
    let address = server.address();
    let deploys = median((0..15).map(|number| seconds(|| deploy(&address, &number.to_string()))));
    let (before, mut parts) = (server.count(), Vec::new());
    deploy_in_parts(&address, "parts", &mut parts);
    let requests = server.count() - before;
    let clones = median((0..3).map(|number| seconds(|| clone(&server.url, remote.folder.path(), number))));
    println!(
        "{} files: deploy {:.0} ms in {} requests, clone + edit + commit + push {:.0} ms",
        apps * 10,
        deploys * 1e3,
        requests,
        clones * 1e3
    );
    for (what, time) in parts {
        println!("    {what}: {:.0} ms", time * 1e3);
    }
    (deploys, clones)
}

fn seconds(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

fn median(times: impl Iterator<Item = f64>) -> f64 {
    let mut times: Vec<f64> = times.collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn deploy(address: &RepositoryUrl, text: &str) {
    deploy_in_parts(address, text, &mut Vec::new());
}

/// What a deploy of one app reads and writes.
fn deploy_in_parts(address: &RepositoryUrl, text: &str, parts: &mut Vec<(&'static str, f64)>) {
    let mut last = Instant::now();
    let mut part = |what| {
        parts.push((what, last.elapsed().as_secs_f64()));
        last = Instant::now();
    };
    let mut snapshot = Snapshot::open(address, None, None).unwrap();
    part("open");
    let app = "app-00007";
    let cluster = format!("clusters/main/production/{app}.yaml");
    let own = [format!("releases/production/{app}"), format!("deploy/production/{app}")];
    let paths = [
        &own[0],
        &own[1],
        &cluster,
        "cupaas.yaml",
        &format!("apps/{app}.yaml"),
        &format!("hosts/{app}.example"),
    ];
    assert_eq!(snapshot.read(&paths.map(path)).unwrap().len(), 11);
    part("read");
    let new: Vec<(String, &str)> = FILES.iter().map(|file| (format!("{file}.yaml"), text)).collect();
    let new: Vec<(&str, &str)> = new.iter().map(|(file, text)| (file.as_str(), *text)).collect();
    let mut change = folder(&own[1], &new);
    change.folders.extend(folder(&own[0], &[("release.yaml", text)]).folders);
    change.files.insert(path(&cluster), Some(text.as_bytes().to_vec()));
    let commit = snapshot.commit(&change).unwrap().unwrap();
    part("commit");
    assert!(matches!(snapshot.push(&commit).unwrap(), Pushed::Landed { .. }));
    part("push");
    drop(snapshot);
    part("clean up");
}

/// What a script does.
fn clone(url: &str, around: &Path, number: usize) {
    let work = around.join(format!("work-{number}"));
    let url = format!("{url}/repo.git");
    git(around, &["clone", "-q", "--depth=1", &url, work.to_str().unwrap()]);
    for file in
        ["deploy/production/app-00007/kustomization.yaml", "releases/production/app-00007/release.yaml"]
    {
        std::fs::write(work.join(file), format!("clone {number}")).unwrap();
    }
    git(&work, &["add", "-A", "deploy/production/app-00007", "releases/production/app-00007"]);
    git(&work, &["commit", "-q", "-m", "clone"]);
    git(&work, &["push", "-q", "origin", "main"]);
}

/// Many writers at once under several policies of waiting, in turns, because the machine is never quiet.
fn races() {
    let ms = Duration::from_millis;
    let policies = [
        ("from 100 ms to 30 s", Backoff::default()),
        ("from 1 s to 30 s", Backoff::new(ms(1_000), ms(30_000), ms(600_000))),
        ("from 100 ms to 5 s", Backoff::new(ms(100), ms(5_000), ms(600_000))),
    ];
    for writers in [8, 24, 64] {
        let mut sums = [(0.0, 0, 0); 3];
        for _ in 0..3 {
            for ((_, policy), sum) in policies.iter().zip(&mut sums) {
                let (time, pushes, most) = all_race(writers, policy);
                *sum = (sum.0 + time, sum.1 + pushes, most.max(sum.2));
            }
        }
        for ((name, _), (time, pushes, most)) in policies.iter().zip(sums) {
            let (time, pushes) = (time / 3.0, pushes / 3);
            println!("{writers} writers, {name}: {time:.1} s, {pushes} pushes, {most} by one at most");
        }
    }
}

/// Seconds until all have landed, pushes in all, and most pushes of one.
fn all_race(writers: u64, policy: &Backoff) -> (f64, u32, u32) {
    let remote = Remote::with(&[("cupaas.yaml", "x\n")]);
    let address = remote.address();
    let start = Instant::now();
    let pushes: Vec<u32> = std::thread::scope(|scope| {
        let run = |number: u64| {
            let (address, policy) = (&address, policy.clone());
            scope.spawn(move || race(address, number, policy) + 1)
        };
        let threads: Vec<_> = (0..writers).map(run).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(remote.commits() as u64, writers + 1);
    (start.elapsed().as_secs_f64(), pushes.iter().sum(), pushes.iter().copied().max().unwrap_or(0))
}

fn race(address: &RepositoryUrl, number: u64, mut backoff: Backoff) -> u32 {
    let start = Instant::now();
    let mut random = number;
    let mut snapshot = Snapshot::open(address, None, None).unwrap();
    loop {
        let at = format!("deploy/production/app-{number}");
        let commit = snapshot.commit(&folder(&at, &[("x", &at)])).unwrap().unwrap();
        if let Pushed::Landed { .. } = snapshot.push(&commit).unwrap() {
            return backoff.tries();
        }
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let share = (random >> 11) as f64 / (1_u64 << 53) as f64;
        std::thread::sleep(backoff.next(start.elapsed(), share).unwrap());
        snapshot.refresh().unwrap();
    }
}
