//! What `status` costs over ten thousand apps in two environments each, from nothing at hand, over HTTP and from the disk, beside
//! a shallow clone of the same repository (`cargo bench --bench status`; `APPS=1000` for fewer). Needs Python.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]
#![allow(clippy::print_stdout, dead_code)] // it is a bench, and borrows the tests' server

#[path = "../tests/publish/http.rs"]
mod http;
#[path = "../tests/support/scratch.rs"]
mod scratch;
#[path = "../tests/publish/support.rs"]
mod support;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use http::{Answer, Server};

const RUNS: usize = 5;

type Make<'a> = Box<dyn Fn() -> Command + 'a>;

fn main() {
    let apps = std::env::var("APPS").unwrap_or_else(|_| "10000".to_owned());
    let folder = scratch::scratch();
    let here = folder.path();
    let repository = here.join("repo.git");
    let maker = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/e2e/page/many.py");
    assert!(Command::new("python3").args([maker, &apps]).arg(&repository).status().unwrap().success());
    let server = Server::start(here, |_| Answer::Pass);
    let (remote, local) = (format!("{}/repo.git", server.url), repository.to_str().unwrap().to_owned());
    let status = |address: &str, more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cupaas"));
        command.args(["status", "--gitops", address]).args(more);
        command
    };
    let clone = || {
        let mut command = Command::new("git");
        let place = here.join("clone");
        let _ = std::fs::remove_dir_all(&place);
        command.args(["clone", "-q", "--depth=1", &remote]).arg(place);
        command
    };
    println!("{apps} apps in two environments each; the median of {RUNS} runs, in turns");
    let page = here.join("page.html");
    let mut rows: Vec<(&str, Make<'_>)> = vec![
        ("status, over http", Box::new(|| status(&remote, &[]))),
        ("status, on this disk", Box::new(|| status(&local, &[]))),
        (
            "status --format html",
            Box::new(|| status(&remote, &["--format", "html", "--out", page.to_str().unwrap()])),
        ),
        ("git clone --depth=1", Box::new(clone)),
    ];
    let mut samples: Vec<Vec<f64>> = vec![Vec::new(); rows.len()];
    for _ in 0..RUNS {
        for ((_, make), samples) in rows.iter_mut().zip(&mut samples) {
            samples.push(seconds(make(), here));
        }
    }
    for ((name, _), samples) in rows.iter().zip(&mut samples) {
        samples.sort_by(f64::total_cmp);
        println!("  {name:<22} {:.2} s (best {:.2} s)", samples[RUNS / 2], samples[0]);
    }
}

fn seconds(mut command: Command, home: &Path) -> f64 {
    command.env("HOME", home).env("CUPAAS_HOME", home.join("home")).env("GIT_CONFIG_NOSYSTEM", "1");
    let began = Instant::now();
    assert!(command.stdout(Stdio::null()).status().unwrap().success());
    began.elapsed().as_secs_f64()
}
