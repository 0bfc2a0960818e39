//! What stands there, as of when, and which environments are frozen → text.

use crate::outcome::standing::{FrozenEnvironment, Standings};
use crate::report::history;
use crate::report::style::{CHANGED, FAINT, paint, tame};
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
    text
}

/// What is frozen, until when and why.
pub(super) fn words(frozen: &FrozenEnvironment) -> String {
    let until = frozen.until.as_ref().map(|until| format!(" until {until}")).unwrap_or_default();
    let why = frozen.why.as_ref().map(|why| format!(": {}", tame(why))).unwrap_or_default();
    format!("{} is frozen{until}, by {}{why}", tame(&frozen.environment), tame(&frozen.place))
}
