//! The branches beside the one that is read that hold proposals, and the commit of each: one question to the server.

use std::collections::BTreeMap;

use crate::diagnostic::Failure;
use crate::git::snapshot::Snapshot;

/// What the names of all of them begin with.
const PROPOSALS: &str = "refs/heads/cupaas/";

impl Snapshot {
    /// The newest commit of each branch whose name begins with `cupaas/`, by what stands behind that.
    ///
    /// # Errors
    /// `Unavailable` where the server does not answer, `Forbidden` where it does not let us read.
    pub(crate) fn proposals(&self) -> Result<BTreeMap<String, String>, Failure> {
        let pattern = format!("{PROPOSALS}*");
        let answer = self.git.run(&["ls-remote", "--", self.git.url(), &pattern], Vec::new())?;
        if !answer.good {
            return Err(self.git.unreadable(&answer.words));
        }
        let text = String::from_utf8_lossy(&answer.stdout);
        let one = |line: &str| {
            let (commit, name) = line.split_once('\t')?;
            Some((name.strip_prefix(PROPOSALS)?.to_owned(), commit.to_owned()))
        };
        Ok(text.lines().filter_map(one).collect())
    }
}
