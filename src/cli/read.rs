//! The words that were typed, and the variables that stand for flags → a [`Cli`].

use std::ffi::{OsStr, OsString};

use clap::error::ErrorKind;
use clap::{ArgMatches, Args, Command, CommandFactory, FromArgMatches};

use crate::cli::{Ci, Cli, variables};

/// Behind the flags of any command.
const LAST: usize = 1000;

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
        let mut heeding = heeding(command(), empty);
        let matches = heeding.try_get_matches_from_mut(&words);
        let read = matches.and_then(|matches| {
            let read =
                Self::from_arg_matches(&matches).and_then(|cli| Ok(Self { ci: job_of(&matches)?, ..cli }));
            read.map_err(|error| error.format(&mut heeding))
        });
        read.map_err(|error| match error.kind() {
            // Help names every variable, also one that is empty just now.
            ErrorKind::DisplayHelp => command().try_get_matches_from(words).err().unwrap_or(error),
            ErrorKind::DisplayVersion => error,
            ErrorKind::MissingRequiredArgument | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => error,
            kind if sets => command().error(kind, NO_VALUE),
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

/// Every command, with all flags that it takes.
pub(crate) fn command() -> Command {
    let command = without_values(with_job(Cli::command()));
    let variables = variables(&command);
    // The page is the help of a command, so that `cupaas help environment` shows it.
    command.mut_subcommand("environment", |page| page.long_about(variables).help_template("{about}"))
}

/// Help says which variable stands for a flag, and not what it holds here: that may be an address with a password.
fn without_values(command: Command) -> Command {
    command.mut_args(|argument| argument.hide_env_values(true)).mut_subcommands(without_values)
}

/// What names a GitOps repository may be a step of a CI job, and takes after its own flags what that job says of itself.
fn with_job(command: Command) -> Command {
    if command.get_arguments().any(|argument| argument.get_id() == "gitops") {
        let job = Ci::augment_args(Command::default());
        let last = (LAST..).zip(job.get_arguments().cloned());
        return command.args(last.map(|(order, argument)| argument.display_order(order)));
    }
    command.mut_subcommands(with_job)
}

/// What the command that was typed says of the CI job.
fn job_of(matches: &ArgMatches) -> Result<Ci, clap::Error> {
    match matches.subcommand() {
        Some((_, below)) => job_of(below),
        None if matches.try_contains_id("ci").is_ok() => Ci::from_arg_matches(matches),
        None => Ok(Ci::default()),
    }
}
