//! Who commits, when, and from which CI job.

use crate::git::Author;

/// Who commits, and from where.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Signature<'a> {
    /// Author and committer.
    pub author: &'a Author,
    /// Seconds since 1970.
    pub time: i64,
    /// The CI job that does it.
    pub job: Job<'a>,
}

/// A CI job.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Job<'a> {
    /// Its page.
    pub url: Option<&'a str>,
    /// Who started it.
    pub actor: Option<&'a str>,
}
