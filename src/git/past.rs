//! Other commits than the branch's newest one -> their files.

use std::collections::BTreeMap;

use git2::Oid;

use crate::diagnostic::{Code, Failure};
use crate::git::snapshot::{Entry, Snapshot};
use crate::git::stderr::internal;
use crate::tree::RepoPath;

impl Snapshot {
    /// Files of a commit that the log has shown, as [`Snapshot::read`] gives those of the newest one.
    ///
    /// # Errors
    /// As [`Snapshot::read`]; `Unavailable` where the server gives its branches alone.
    pub fn read_at(
        &mut self,
        commit: &str,
        paths: &[RepoPath],
    ) -> Result<BTreeMap<RepoPath, Entry>, Failure> {
        let id = Oid::from_str(commit).map_err(internal)?;
        let tree = self.known(id)?.tree;
        self.at(tree, |this| this.read(paths))
    }

    /// Does something with another tree as the root.
    pub(super) fn at<T>(
        &mut self,
        root: Oid,
        act: impl FnOnce(&mut Self) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let own = self.root.replace(root);
        let done = act(self);
        // A server that gives its branches alone has put the branch's own root back.
        let strayed = self.root != Some(root);
        self.root = own;
        if strayed {
            let message = "the GitOps repository's server only serves branches, which is not enough to read other commits";
            return Err(Failure::new(Code::FetchIncomplete, message));
        }
        done
    }
}
