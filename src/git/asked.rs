//! The repository that a git process was to reach, as far as messages about it need to know.

use crate::token::Secret;

/// Whose the remote repository is: what messages call it, and what a person can do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Remote {
    /// The GitOps repository, which is read and written.
    Gitops,
    /// An app's own, which is only read.
    App,
}

/// The repository that git was to reach.
pub(super) struct Asked<'a> {
    /// Its address, whose words are none of git's.
    pub(super) url: &'a str,
    /// Whose it is.
    pub(super) remote: Remote,
    /// The token that was sent.
    pub(super) secret: Option<&'a Secret>,
}

impl Asked<'_> {
    /// Whether a token can be sent to it.
    pub(super) fn is_http(&self) -> bool {
        self.url.starts_with("http://") || self.url.starts_with("https://")
    }

    /// Whether git starts ssh for it; the address is a checked one.
    pub(super) fn is_ssh(&self) -> bool {
        let short = || self.url.find(':').is_some_and(|at| !self.url[..at].contains('/'));
        self.url.starts_with("ssh://") || (!self.url.contains("://") && short())
    }

    /// Host and port.
    pub(super) fn host(&self) -> &str {
        let (rest, end) = match self.url.split_once("://") {
            Some((_, rest)) => (rest, '/'),
            None => (self.url, ':'),
        };
        let authority = rest.split(end).next().unwrap_or_default();
        authority.rsplit_once('@').map_or(authority, |(_, host)| host)
    }
}

/// Whether any of the patterns is in the words.
pub(super) fn has(words: &str, patterns: &[&str]) -> bool {
    patterns.iter().any(|pattern| words.contains(pattern))
}
