//! What surrounds a run, whichever command it is.

use crate::clock::now;
use crate::git::Author;
use crate::publish::{Job, Signature};
use crate::run::home::Home;

/// Who runs, where their own files are, and who hears of progress.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    /// Where cupaas keeps what belongs to this user.
    pub home: &'a Home,
    /// Who stands in commits.
    pub author: &'a Author,
    /// The CI job, for commits.
    pub job: Job<'a>,
    /// Is told what takes long.
    pub progress: &'a dyn Fn(&str),
}

impl<'a> Context<'a> {
    /// Who commits now.
    pub(crate) fn signature(&self) -> Signature<'a> {
        Signature { author: self.author, time: now(), job: self.job }
    }

    /// Says what is being done.
    pub(crate) fn progress(&self, text: &str) {
        (self.progress)(text);
    }
}
