//! What stands there, as of when, and which environments are frozen → text.

use crate::diagnostic::Diagnostic;
use crate::outcome::standing::{FrozenEnvironment, Standings};
use crate::report::style::{CHANGED, FAINT, paint, tame};
use crate::report::{failure, history};
use crate::repository::short;

/// `status`: as of when, one line a release, and what is frozen.
pub(super) fn text(standings: &Standings) -> String {
    let mut text = String::new();
    if let Some(at) = &standings.at {
        let time = at.time.as_deref().unwrap_or("an unknown time");
        let words = format!("as of commit {} of {time}, by {}", short(&at.commit), history::who(at));
        text.push_str(&format!("{}\n", paint(FAINT, words)));
    }
    text.push_str(&history::status(&standings.releases));
    for frozen in &standings.frozen {
        text.push_str(&format!("{}\n", paint(CHANGED, words(frozen))));
    }
    text.push_str(&failure::diagnostics(&standings.problems));
    if !standings.problems.is_empty() {
        text.push_str("what these files say of pins, scales and stops is not shown above\n");
    }
    text
}

/// What is wrong with a file that a release needs not be known by, on one line.
pub(super) fn wrong(problem: &Diagnostic) -> String {
    format!("{}: {}", tame(&problem.span.to_string()), tame(&problem.message.to_string()))
}

/// What is frozen, until when and why.
pub(super) fn words(frozen: &FrozenEnvironment) -> String {
    let until = frozen.until.as_ref().map(|until| format!(" until {until}")).unwrap_or_default();
    let why = frozen.why.as_ref().map(|why| format!(": {}", tame(why))).unwrap_or_default();
    format!("{} is frozen{until}, by {}{why}", tame(&frozen.environment), tame(&frozen.place))
}
