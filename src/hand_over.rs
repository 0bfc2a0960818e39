//! A command → the program that takes this process's place: what a person asked for is theirs alone from then on, with
//! their terminal, their signals and its exit code.
#![allow(clippy::disallowed_methods)] // Starts a program that a person has.

use std::io::ErrorKind;
use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::diagnostic::{Code, Failure};

/// Does not come back, unless the program cannot be started: then that is what it gives.
pub(crate) fn to(command: &[String]) -> Failure {
    let (program, arguments) =
        command.split_first().map_or(("", command), |(first, rest)| (first.as_str(), rest));
    let error = Command::new(program).args(arguments).exec();
    let failure = Failure::new(Code::ProgramNotInstalled, format!("cannot run {program}: {error}"));
    match error.kind() {
        ErrorKind::NotFound => failure
            .hint(format!("install {program}, or put the folder that it is in into PATH"))
            .hint("with --print, cupaas shows the line and runs nothing"),
        _ => failure,
    }
}
