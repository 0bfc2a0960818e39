//! The words that were typed, and the variables that stand for flags → a [`Cli`].

use std::ffi::{OsStr, OsString};

use clap::error::ErrorKind;
use clap::{Command, CommandFactory, FromArgMatches, Parser};

use crate::cli::Cli;

const NO_VALUE: &str = "this is not how `secret set` is used; a value is never an argument\n\n  \
    cupaas secret set NAME [FOLDER]        asks for the value, or reads it from standard input\n  \
    cupaas secret set NAME --file FILE     reads it from a file";

impl Cli {
    /// What was typed. `empty` tells of a variable whether it is set to an empty text: it then stands for no flag. A
    /// workflow sets `${{ vars.NAME }}`, which is empty where nobody has defined it.
    ///
    /// Errors: clap's own. One of `secret set` does not repeat what was typed: it may be a value.
    pub fn read(words: Vec<OsString>, empty: &dyn Fn(&OsStr) -> bool) -> Result<Self, clap::Error> {
        let sets =
            words.get(1).is_some_and(|word| word == "secret") && words.iter().any(|word| word == "set");
        let mut command = heeding(Self::command(), empty);
        let matches = command.try_get_matches_from_mut(&words);
        let read = matches.and_then(|mut matches| {
            Self::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
        });
        read.map_err(|error| match error.kind() {
            // Help names every variable, also one that is empty just now.
            ErrorKind::DisplayHelp => Self::try_parse_from(words).err().unwrap_or(error),
            ErrorKind::DisplayVersion => error,
            ErrorKind::MissingRequiredArgument | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => error,
            kind if sets => Self::command().error(kind, NO_VALUE),
            _ => error,
        })
    }
}

/// The command and those below it, without the variables that are empty.
fn heeding(command: Command, empty: &dyn Fn(&OsStr) -> bool) -> Command {
    let command = command.mut_args(|argument| match argument.get_env() {
        Some(variable) if empty(variable) => argument.env(None::<&'static str>),
        _ => argument,
    });
    command.mut_subcommands(|below| heeding(below, empty))
}
