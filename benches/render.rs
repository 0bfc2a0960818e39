//! Rendering: one app as a whole process against `kustomize build` of the same objects, and many apps in one process
//! against as many processes. docs/benchmarks.md has the command and what was seen.
//!
//! `KUSTOMIZE` names a kustomize; without it that comparison is skipped, loudly.
#![allow(clippy::disallowed_methods, clippy::print_stdout, clippy::unwrap_used, reason = "a measurement")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use cupaas::parts::load::current::Current;
use cupaas::parts::load::gitops::{Backend, Gitops};
use cupaas::parts::load::inputs;
use cupaas::parts::load::query::ReleaseQuery;
use cupaas::parts::plan::{ClusterFacts, compare};
use cupaas::parts::render::Renderer;
use cupaas::parts::resolve;

const CUPAAS: &str = env!("CARGO_BIN_EXE_cupaas");
const IMAGE: &str =
    "registry.example.cu/tasks@sha256:4c1a0d5b0b1e8a5f7a1d6c0f3b2e9d8c7b6a5f4e3d2c1b0a9f8e7d6c5b4a3f2e";
const PLATFORM: &str = "environments: {production: {cluster: home, domain: apps.example.cu}}\n";
/// How many processes stand for a loop of them.
const LOOP: usize = 50;

fn main() {
    let folder = tempfile::tempdir().unwrap();
    whole_process(folder.path());
    many_apps(folder.path());
}

fn whole_process(folder: &Path) {
    let app = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/tasks/app");
    let tree = folder.join("tree");
    let render = |out: bool| {
        let mut command = Command::new(CUPAAS);
        command.args(["render", app, "--image", IMAGE]).env("CUPAAS_HOME", folder.join("home"));
        if out {
            command.arg("--out").arg(&tree);
        }
        command
    };
    assert!(render(true).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().success());
    println!("\none app, whole process: time (median and best of 41, one after the other), peak memory");
    let Some(kustomize) = std::env::var_os("KUSTOMIZE") else {
        println!("!!! SKIPPED: KUSTOMIZE is not set, nothing to compare with !!!");
        show("cupaas render", &mut samples(&mut [&mut || render(false)])[0]);
        return;
    };
    let mut build = || {
        let mut command = Command::new(&kustomize);
        command.arg("build").arg(tree.join("deploy/production/tasks"));
        command
    };
    let mut nothing = || Command::new("true");
    let mut render = || render(false);
    let mut all = samples(&mut [&mut render, &mut build, &mut nothing]);
    let ours = show("cupaas render", &mut all[0]);
    let theirs = show("kustomize build", &mut all[1]);
    show("true", &mut all[2]);
    println!("  cupaas takes {:.2} of kustomize's time", ours.as_secs_f64() / theirs.as_secs_f64());
}

#[derive(Default)]
struct Sample {
    times: Vec<Duration>,
    peak: u64,
}

/// Runs the commands in turns, so that a busy moment meets all of them.
fn samples(commands: &mut [&mut dyn FnMut() -> Command]) -> Vec<Sample> {
    let mut samples: Vec<Sample> = commands.iter().map(|_| Sample::default()).collect();
    for _ in 0..41 {
        for (make, sample) in commands.iter_mut().zip(&mut samples) {
            let mut command = make();
            let began = Instant::now();
            assert!(command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().success());
            sample.times.push(began.elapsed());
        }
    }
    for _ in 0..10 {
        for (make, sample) in commands.iter_mut().zip(&mut samples) {
            sample.peak = sample.peak.max(peak(make()));
        }
    }
    samples
}

/// The most memory that a process held, as the kernel's own high-water mark says while it runs.
fn peak(mut command: Command) -> u64 {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let mark = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = mark.and_then(|mark| mark.trim().strip_suffix(" kB")?.parse().ok());
        peak = peak.max(kilobytes.unwrap_or(0));
    }
    peak
}

fn show(name: &str, sample: &mut Sample) -> Duration {
    sample.times.sort();
    let median = sample.times[sample.times.len() / 2];
    let (median_ms, best) = (median.as_secs_f64() * 1e3, sample.times[0].as_secs_f64() * 1e3);
    println!("  {name:<16} {median_ms:>7.1} ms {best:>7.1} ms {:>7.1} MB", sample.peak as f64 / 1024.0);
    median
}

fn many_apps(folder: &Path) {
    let gitops = folder.join("gitops");
    std::fs::create_dir_all(&gitops).unwrap();
    std::fs::write(gitops.join("cupaas.yaml"), PLATFORM).unwrap();
    let apps: Vec<PathBuf> = (0..2000).map(|number| app(folder, number)).collect();
    println!("\nmany apps, each read, decided, rendered, checked and planned");
    let began = Instant::now();
    for app in &apps[..LOOP] {
        let mut command = Command::new(CUPAAS);
        command.arg("diff").arg(app).args(["--image", IMAGE, "--gitops"]).arg(&gitops);
        assert!(command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().success());
    }
    let each = began.elapsed().as_secs_f64() / LOOP as f64;
    println!("  {LOOP} processes, one after the other: {:.2} ms an app", each * 1e3);
    for count in [100, 1000, 2000] {
        let began = Instant::now();
        let stages = in_one_process(&gitops, &apps[..count]);
        let here = began.elapsed().as_secs_f64() / count as f64;
        println!(
            "  {count} apps in one process: {:.3} ms an app, {:.0} times as fast",
            here * 1e3,
            each / here
        );
        let [read, decided, rendered, planned] = stages.map(|stage| stage.as_secs_f64() * 1e3 / count as f64);
        println!("    read {read:.3}, decided {decided:.3}, rendered {rendered:.3}, planned {planned:.3} ms");
    }
}

/// An app of its own name, variables and shape.
fn app(folder: &Path, number: usize) -> PathBuf {
    let app = folder.join(format!("apps/app-{number}"));
    std::fs::create_dir_all(&app).unwrap();
    let worker = if number.is_multiple_of(3) { "  worker: {command: python work.py}\n" } else { "" };
    let text = format!(
        "name: app-{number}\nruntime: python\nservices: [mongodb]\nenv: {{NUMBER: \"{number}\", LOG_LEVEL: info}}\n\
         processes:\n  web: {{command: gunicorn app:app, health: /healthz, scale: {}}}\n{worker}\
         \x20 nightly: {{command: python report.py, schedule: \"{} 3 * * *\"}}\n",
        1 + number % 3,
        number % 60
    );
    std::fs::write(app.join(".cupaas"), text).unwrap();
    std::fs::write(app.join("requirements.txt"), "flask\ngunicorn\npymongo\n").unwrap();
    app
}

/// Time by stage: read, decided, rendered and checked, planned.
fn in_one_process(gitops: &Path, apps: &[PathBuf]) -> [Duration; 4] {
    let mut gitops = Gitops::from(Backend::Folder(gitops.to_owned()));
    let mut renderer = Renderer::default();
    let mut stages = [Duration::ZERO; 4];
    for app in apps {
        let mut mark = Instant::now();
        let mut lap = |stage: usize| {
            stages[stage] += mark.elapsed();
            mark = Instant::now();
        };
        let asked =
            ReleaseQuery { folder: app.clone(), image: Some(IMAGE.to_owned()), ..ReleaseQuery::default() };
        let inputs = inputs::load(&asked, &mut gitops).unwrap();
        let environment = resolve::environment::choose(&inputs).unwrap();
        let state = Current::read(&mut gitops, "home", &environment.0, &inputs.name).unwrap();
        lap(0);
        let release = resolve::resolve(&inputs, environment, state.previous.as_ref()).unwrap();
        lap(1);
        let tree = renderer.render(&release, &inputs, &state.release_files).unwrap();
        lap(2);
        let plan =
            compare(&state.manifests, &tree.applied(), &BTreeSet::new(), ClusterFacts { expandable: true });
        lap(3);
        assert!(plan.changes.len() > 10);
    }
    stages
}
