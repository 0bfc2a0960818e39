//! The READMEs' first commands, and the picture of the first one: the program's real output on a terminal, as an SVG.

#[path = "recording/svg.rs"]
mod svg;
#[path = "recording/terminal.rs"]
mod terminal;

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::sandbox::{Sandbox, ran, tree};

/// Where the picture is.
const PICTURE: &str = "docs/images/first-deploy.svg";
/// The terminal's width: the picture's text stays legible in a README, and the longest line fits.
const COLUMNS: u16 = 100;

/// What differs from machine to machine, replaced by something that looks like it.
const APP_COMMIT: &str = "d4eaa5874565b8a7a8c55caffef86cdd640ebc21";
const GITOPS_COMMIT: &str = "d5f44ec7d0";
const HOME: &str = "/home/ana";

/// The commands of a README that need nothing but this repository: those before the app's file.
fn first_commands(readme: &str) -> Vec<String> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(readme)).unwrap();
    let until = text.split("```yaml").next().unwrap();
    let blocks = until.split("```sh\n").skip(1).map(|block| block.split("```").next().unwrap());
    let without_comment = |line: &str| line.split(" #").next().unwrap().trim().to_owned();
    blocks.flat_map(str::lines).map(without_comment).collect()
}

/// A place with the example app in it, as this repository has it.
fn example() -> Sandbox {
    let sandbox = Sandbox::new();
    let app = "examples/tasks/app";
    for (path, bytes) in tree(&Path::new(env!("CARGO_MANIFEST_DIR")).join(app)) {
        let path = sandbox.path(app).join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    sandbox
}

/// The program as a README's command starts it, in a home that is empty.
fn program(sandbox: &Sandbox, command: &str) -> Command {
    let args: Vec<&str> = command.strip_prefix("cargo run -- ").unwrap().split(' ').collect();
    let mut program = sandbox.cupaas(&args);
    program.env_remove("CUPAAS_HOME").env("CUPAAS_SOURCE_COMMIT", APP_COMMIT);
    program
}

/// What a command prints, with its colours.
fn recorded(command: &str) -> String {
    let sandbox = example();
    let mut program = program(&sandbox, command);
    let printed = terminal::run(&mut program, COLUMNS);
    let printed = printed.replace(&sandbox.path("home").display().to_string(), HOME);
    let (before, commit) = printed.split_once("commit ").unwrap();
    format!("{before}commit {GITOPS_COMMIT}{}", &commit[GITOPS_COMMIT.len()..])
}

#[test]
fn the_picture_of_the_first_command_is_current() {
    let command = &first_commands("README.md")[0];
    let drawn = svg::draw(command, &recorded(command), usize::from(COLUMNS));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PICTURE);
    if std::env::var_os("UPDATE").is_some() {
        assert!(std::env::var_os("CI").is_none(), "UPDATE rewrites {PICTURE}, which no CI job may do");
        fs::write(&path, drawn).unwrap();
        return;
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == drawn, "{PICTURE} is out of date: UPDATE=1 cargo test --test cli picture\n{drawn}");
}

#[test]
fn the_first_commands_of_both_readmes_run() {
    let commands = first_commands("README.md");
    assert_eq!(commands, first_commands("README.es.md"));
    assert_eq!(commands[..2], ["cargo run -- deploy examples/tasks/app", "cargo test"]);
    let sandbox = example();
    let mut printed = String::new();
    for command in commands.iter().filter(|command| *command != "cargo test") {
        if let Some(args) = command.strip_prefix("git -C ~/") {
            let args: Vec<&str> = args.split(' ').collect();
            printed.push_str(&sandbox.git("home", &[&["-C"], args.as_slice()].concat()));
            continue;
        }
        let done = ran(&program(&sandbox, command).output().unwrap());
        assert_eq!(done.code, Some(0), "{command}\n{}{}", done.stdout, done.stderr);
        printed.push_str(&done.stdout);
    }
    for words in ["23 files changed", "nothing to do", "LOG_LEVEL"] {
        assert!(printed.contains(words), "{words}: {printed}");
    }
}
