//! Runs that are stopped while a server hangs: nothing goes on without them, and nothing of them stays.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use crate::sandbox::{APP, PLATFORM, Sandbox};

const PATIENCE: Duration = Duration::from_secs(30);

/// An executable shell script. By a shell: a file that is open for writing in a process that forks cannot be executed.
fn script(path: &Path, text: &str) {
    let mut shell = Command::new("sh");
    shell.args(["-c", "printf '#!/bin/sh\\n%s\\n' \"$1\" >\"$2\" && chmod +x \"$2\"", "sh", text]).arg(path);
    assert!(shell.status().unwrap().success());
}

fn until(what: &str, mut is: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !is() {
        assert!(Instant::now() < end, "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A process that has ended and that nobody has waited for is none.
fn lives(pid: i32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat.rsplit(')').next().unwrap_or_default().trim_start().chars().next();
    test_kill_process(Pid::from_raw(pid).unwrap()).is_ok() && !matches!(state, Some('Z' | 'X'))
}

/// A deploy over an ssh that never answers, and the processes that it has started.
struct Hanging {
    sandbox: Sandbox,
    child: Child,
    pids: Vec<i32>,
}

impl Hanging {
    /// `ssh` is what the ssh program does before it hangs.
    fn begin(ssh: &str) -> Self {
        let sandbox = Sandbox::new();
        sandbox.write("app", &[(".cupaas", &format!("name: shop\n{APP}"))]);
        let (program, pids) = (sandbox.path("ssh"), sandbox.path("pids"));
        // Its own number and git's, whose child it is.
        let hang = format!(
            "{ssh}\necho $$ $PPID >{0}.new; mv {0}.new {0}\nwhile :; do sleep 1; done",
            pids.display()
        );
        script(&program, &hang);
        let mut command = sandbox.cupaas(&["deploy", "app", "--gitops", "git@git.example.cu:me/gitops.git"]);
        command.env("GIT_SSH_COMMAND", &program).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().unwrap();
        until("ssh is started", || pids.exists());
        let pids = fs::read_to_string(pids).unwrap();
        let pids: Vec<i32> = pids.split_whitespace().map(|pid| pid.parse().unwrap()).collect();
        assert!(pids.len() == 2 && pids.iter().all(|pid| lives(*pid)), "{pids:?}");
        assert_eq!(fs::read_dir(sandbox.path("tmp")).unwrap().count(), 1, "there is a temporary folder");
        Self { sandbox, child, pids }
    }

    fn send(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    fn nothing_is_left(&self) {
        let tmp = self.sandbox.path("tmp");
        until("git and ssh have ended", || self.pids.iter().all(|pid| !lives(*pid)));
        until("the temporary folder is gone", || fs::read_dir(&tmp).unwrap().count() == 0);
    }
}

#[test]
fn a_signal_ends_git_and_removes_the_folder() {
    for (signal, code, name) in [
        (Signal::INT, 130, "SIGINT"),
        (Signal::TERM, 143, "SIGTERM"),
        (Signal::HUP, 129, "SIGHUP"),
        (Signal::QUIT, 131, "SIGQUIT"),
    ] {
        let mut run = Hanging::begin(":");
        run.send(signal);
        let status = run.child.wait().unwrap();
        assert_eq!((status.code(), status.signal()), (Some(code), None), "{name}");
        assert!(run.pids.iter().all(|pid| !lives(*pid)), "{name}: git or ssh outlives the run");
        assert_eq!(fs::read_dir(run.sandbox.path("tmp")).unwrap().count(), 0, "{name}: a folder stays");
        let said = std::io::read_to_string(run.child.stderr.take().unwrap()).unwrap();
        assert!(said.starts_with(&format!("error: stopped by {name}\n")), "{said}");
        assert!(!said.contains("cannot read"), "no word of git's about its own end: {said}");
    }
}

#[test]
fn a_program_that_does_not_want_to_end_is_made_to() {
    let mut run = Hanging::begin("trap '' TERM INT HUP");
    run.send(Signal::TERM);
    assert_eq!(run.child.wait().unwrap().code(), Some(143));
    run.nothing_is_left();
}

#[test]
fn a_killed_run_leaves_no_program_and_no_folder() {
    for ssh in [":", "trap '' TERM INT HUP"] {
        let mut run = Hanging::begin(ssh);
        run.child.kill().unwrap();
        assert_eq!(run.child.wait().unwrap().signal(), Some(9));
        run.nothing_is_left();
    }
}

/// Processes that watch the process `pid`.
fn watching(pid: u32) -> Vec<String> {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let lines = processes.filter_map(|process| fs::read(process.path().join("cmdline")).ok());
    let lines = lines.map(|line| String::from_utf8_lossy(&line).replace('\0', " "));
    lines.filter(|line| line.contains(&format!("__watch {pid} "))).collect()
}

#[test]
fn one_watchdog_is_there_as_long_as_the_run() {
    let mut run = Hanging::begin(":");
    assert_eq!(watching(run.child.id()).len(), 1);
    run.send(Signal::TERM);
    run.child.wait().unwrap();
    assert_eq!(watching(run.child.id()), [""; 0]);
    let sandbox = Sandbox::new();
    let gitops = sandbox.gitops(&[("cupaas.yaml", PLATFORM)]);
    sandbox.write("app", &[(".cupaas", &format!("name: shop\n{APP}"))]);
    let words = ["deploy", "app", "--gitops", &gitops, "--env", "production", "--image", "nginx:1"];
    let mut well = sandbox.cupaas(&words).stdout(Stdio::null()).spawn().unwrap();
    assert!(well.wait().unwrap().success());
    assert_eq!(watching(well.id()), [""; 0]);
}
