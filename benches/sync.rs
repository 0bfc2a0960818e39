//! What `sync` costs where nothing is new, beside the same number of bare `git ls-remote` at the same parallelism
//! (`cargo bench --bench sync`; `… -- 200` for another number of repositories).
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
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use http::{Answer, Server};
use support::{Remote, git, import};

/// As many at once as `sync` has by itself.
const AT_ONCE: usize = 16;
/// Each way in turns, because the machine is never quiet.
const ROUNDS: usize = 3;

fn main() {
    let number: usize = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(1_000);
    let apps = Remote::with(&[(".cupaas", "runtime: image\nprocesses: {web: {command: serve}}\n")]);
    let commit = apps.head();
    // So many repositories: each is a name of its own, as the server sees it.
    let seed = apps.folder.path().join("repo.git");
    for index in 0..number {
        std::os::unix::fs::symlink(&seed, apps.folder.path().join(name(index))).unwrap();
    }
    let over_http = Server::start(apps.folder.path(), |_| Answer::Pass);
    let local = format!("file://{}", apps.folder.path().display());
    for (what, base) in [("http", over_http.url.clone()), ("file", local)] {
        let gitops = gitops(number, &base, &commit);
        let (mut syncs, mut bare) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            bare.push(seconds(|| ls_remotes(number, &base)));
            syncs.push(seconds(|| sync(&gitops, number)));
        }
        let (sync, bare) = (median(syncs), median(bare));
        println!(
            "{what}: {number} repositories, nothing new: sync {sync:.2} s, bare git ls-remote {bare:.2} s, ratio {:.2}",
            sync / bare
        );
    }
}

fn name(index: usize) -> String {
    format!("app-{index:05}.git")
}

/// A GitOps repository in which every app is registered, and its newest commit deployed.
fn gitops(number: usize, base: &str, commit: &str) -> Remote {
    let remote = Remote::empty();
    let mut stream =
        String::from("commit refs/heads/main\ncommitter a <a@b> 1700000000 +0000\ndata 5\nfirst\n");
    let mut blob = |path: String, text: &str| {
        write!(stream, "M 100644 inline {path}\ndata {}\n{text}\n", text.len()).unwrap();
    };
    blob("cupaas.yaml".to_owned(), "environments:\n  production: {cluster: home}\n");
    for index in 0..number {
        let app = format!("app-{index:05}");
        let url = format!("{base}/{}", name(index));
        blob(format!("apps/{app}.yaml"), &format!("repository: {url}\nbranches: {{main: production}}\n"));
        let release = format!(
            "format: 1\napp: {app}\nenvironment: production\ncluster: home\nsource:\n  repository: {url}\n  \
             commit: {commit}\n  branch: main\n  time: 1700000000\nimage: r.example/a:1\nhosts: []\nfiles:\n  .cupaas: \"runtime: image\"\n"
        );
        blob(format!("releases/production/{app}/release.yaml"), &release);
    }
    import(&remote.path(), &stream);
    git(&remote.path(), &["repack", "-adq"]);
    remote
}

fn seconds(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn quiet(program: impl AsRef<Path>) -> Command {
    let mut command = Command::new(program.as_ref());
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").stdin(Stdio::null());
    command
}

/// The whole program: the GitOps repository is fetched too.
fn sync(gitops: &Remote, number: usize) {
    let mut command = quiet(env!("CARGO_BIN_EXE_cupaas"));
    command.args(["sync", "--gitops", &format!("file://{}", gitops.path().display())]);
    command.args(["--at-once", &AT_ONCE.to_string(), "--timeout", "600"]);
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        text.contains(&format!("{number} up-to-date")),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// What a script with `xargs -P` does.
fn ls_remotes(number: usize, base: &str) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= number {
                        break;
                    }
                    let url = format!("{base}/{}", name(index));
                    let output =
                        quiet("git").args(["ls-remote", "--", &url, "refs/heads/main"]).output().unwrap();
                    assert!(output.status.success() && !output.stdout.is_empty());
                }
            });
        }
    });
}
