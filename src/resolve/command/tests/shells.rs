//! Lines as they stand in the Procfiles of public projects, run by the shells of real images, with programs that say
//! what reaches them.
#![allow(clippy::disallowed_methods)] // it runs shells

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command as Program, Stdio};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::load::scalars::Command;
use crate::resolve::command::{stays, words};
use crate::resolve::shell::started;

/// Longer than any start takes; reached only where a test fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// What images have as `/bin/sh`, and a shell that nobody asked for is no failure.
fn shells() -> Vec<Vec<&'static str>> {
    let known = [vec!["sh"], vec!["dash"], vec!["bash", "--posix"], vec!["bash"], vec!["busybox", "sh"]];
    let runs = |shell: &Vec<&str>| {
        let output = Program::new(shell[0]).args(&shell[1..]).args(["-c", "true"]).output();
        output.is_ok_and(|output| output.status.success())
    };
    known.into_iter().filter(runs).collect()
}

/// Programs that end well on SIGTERM, and only then, and say so in the file `got`.
const SERVER: &str = "#!/bin/sh\ntrap 'kill $!; echo \"$0 $*\" > \"$HERE/got\"; exit 0' TERM\n\
    echo $$ > \"$HERE/up.new\"; mv \"$HERE/up.new\" \"$HERE/up\"\nwhile :; do sleep 60 & wait $!; done\n";
/// A program that ends by itself.
const TASK: &str = "#!/bin/sh\nexit 0\n";

fn program(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn image() -> TempDir {
    let image = tempfile::tempdir().unwrap();
    for name in [
        "gunicorn",
        "uvicorn",
        "celery",
        "node",
        "npm",
        "java",
        "bundle",
        "rails",
        "puma",
        "python",
        "daphne",
        "flask",
        "streamlit",
        "newrelic-admin",
        "server",
        "dotnet",
        "php",
    ] {
        program(&image.path().join("bin"), name, SERVER);
    }
    for name in ["./start.sh", "app/bin/server", "app/run.sh", "bin/rails", "vendor/bin/heroku-php-apache2"] {
        program(image.path(), name, SERVER);
    }
    program(&image.path().join("bin"), "migrate", TASK);
    fs::create_dir_all(image.path().join("backend")).unwrap();
    fs::write(image.path().join("env.sh"), "export A=1\n").unwrap();
    fs::write(image.path().join("lib.sh"), "run_web() { gunicorn \"$@\"; }\n").unwrap();
    image
}

fn started_by(shell: &[&str], line: &str, image: &Path) -> Child {
    let words = words(&Command::Line(line.to_owned()));
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let words = match words.as_slice() {
        ["/bin/sh", rest @ ..] => [shell, rest].concat(),
        words => words.to_vec(),
    };
    let path = format!("{0}/bin:{0}:{1}", image.display(), std::env::var("PATH").unwrap());
    let mut program = Program::new("/usr/bin/env");
    program.args(words).current_dir(image).env("PATH", path).env("HERE", image).env("PORT", "8000");
    program.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// What the program says that SIGTERM reached, sent to what the kubelet has started.
fn got(shell: &[&str], line: &str, image: &Path) -> Option<String> {
    let (up, got) = (image.join("up"), image.join("got"));
    for old in [&up, &got] {
        let _ = fs::remove_file(old);
    }
    let mut child = started_by(shell, line, image);
    let begun = Instant::now();
    while !up.exists() {
        if child.try_wait().unwrap().is_some() || begun.elapsed() > PATIENCE {
            let _ = child.kill();
            panic!("{shell:?} did not start {line:?}");
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    let status = child.wait().unwrap();
    let said = fs::read_to_string(&got).ok();
    if said.is_none() {
        // Its shell has ended, and it runs on.
        let id: i32 = fs::read_to_string(&up).unwrap().trim().parse().unwrap();
        let _ = kill_process(Pid::from_raw(id).unwrap(), Signal::TERM);
    } else {
        assert!(status.success(), "{shell:?}: {line:?}: {status}");
    }
    said
}

#[test]
fn sigterm_reaches_the_program_of_a_procfiles_line() {
    let (image, shells) = (image(), shells());
    for line in include_str!("procfile_lines.txt").split("\n%\n").filter(|line| !line.trim().is_empty()) {
        assert_eq!(stays(&Command::Line(line.to_owned())), None, "{line:?}");
        for shell in &shells {
            let said = got(shell, line, image.path());
            assert!(said.is_some(), "{shell:?} kept SIGTERM from {line:?}: {}", started(line.trim()).line);
        }
    }
}

#[test]
fn a_function_of_a_sourced_file_still_runs() {
    let image = image();
    for shell in &shells() {
        let mut child = started_by(shell, ". ./lib.sh && run_web --x", image.path());
        let begun = Instant::now();
        while !image.path().join("up").exists() && begun.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(2));
        }
        let id: i32 = fs::read_to_string(image.path().join("up")).unwrap().trim().parse().unwrap();
        kill_process(Pid::from_raw(id).unwrap(), Signal::TERM).unwrap();
        assert!(child.wait().unwrap().success(), "{shell:?}");
        assert_eq!(
            fs::read_to_string(image.path().join("got")).unwrap().trim().rsplit('/').next(),
            Some("gunicorn --x")
        );
        fs::remove_file(image.path().join("up")).unwrap();
    }
}

/// Pieces of lines, and what joins them.
const PIECES: [&str; 48] = [
    "say",
    "say a",
    "fail",
    "A=1",
    "B='x y'",
    "'a b'",
    "\"$A\"",
    "$A",
    "${A:-x}",
    "${B:-'y z'}",
    "\"${A:-$B}\"",
    "(",
    ")",
    "{ ",
    "}",
    ";",
    "&&",
    "||",
    "|",
    "!",
    "#",
    " ",
    " ",
    "\n",
    "if",
    "then",
    "else",
    "fi",
    "while",
    "do",
    "done",
    "case a in",
    "a)",
    "*)",
    ";;",
    "esac",
    "\\(",
    "\\\n",
    "\"",
    "'",
    "`say b`",
    "$(say c)",
    "$((1+1))",
    "2>/dev/null",
    ">/dev/null",
    "cd .",
    "exit 3",
    "f()",
];

/// Output and status of a line.
fn outcome(shell: &[&str], line: &str, image: &Path) -> (String, Option<i32>) {
    let path = format!("{}/bin:{}", image.display(), std::env::var("PATH").unwrap());
    let mut program = Program::new(shell[0]);
    program.args(&shell[1..]).args(["-c", line]).current_dir(image).env("PATH", path).stdin(Stdio::null());
    let output = program.output().unwrap();
    // That there is no such program is said in two ways.
    let status = output.status.code().map(|status| if status == 126 { 127 } else { status });
    (String::from_utf8_lossy(&output.stdout).into_owned(), status)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Nothing that a line does is changed by the program's being the shell's last.
    #[test]
    fn a_line_does_what_it_did(pieces in proptest::collection::vec(proptest::sample::select(&PIECES[..]), 1..14)) {
        let line = pieces.join(" ");
        let new = started(line.trim()).line;
        // A loop of chance may have no end.
        if new == line.trim() || line.contains("while") {
            return Ok(());
        }
        let image = tempfile::tempdir().unwrap();
        program(&image.path().join("bin"), "say", "#!/bin/sh\necho \"[$*]$A$B\"\n");
        program(&image.path().join("bin"), "fail", "#!/bin/sh\necho \"failed $*\"; exit 4\n");
        for shell in shells() {
            let (was, is) = (outcome(&shell, line.trim(), image.path()), outcome(&shell, &new, image.path()));
            prop_assert_eq!(was, is, "{:?}: {:?} -> {:?}", shell, line, new);
        }
    }

    #[test]
    fn any_text_is_read_to_its_end(line in "[a$(){}\"'`\\\\;&|<>#! \n=-]{0,40}") {
        started(&line);
    }
}
