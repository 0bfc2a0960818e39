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

    /// From now on reads a commit that the log has shown as if it were the branch's newest one, until
    /// [`Snapshot::refresh`]. Nothing can be pushed onto it: the branch stands elsewhere.
    ///
    /// # Errors
    /// A commit that the log has not shown.
    pub(crate) fn go_back(&mut self, commit: &str) -> Result<(), Failure> {
        let id = Oid::from_str(commit).map_err(internal)?;
        let tree = self.known(id)?.tree;
        (self.head, self.root, self.back) = (Some(id), Some(tree), true);
        Ok(())
    }

    /// The same of many commits, each with a path of its own, in the order in which they are asked for. The round trips are
    /// those of the deepest path, however many there are.
    ///
    /// # Errors
    /// As [`Snapshot::read_at`].
    pub(crate) fn read_each(
        &mut self,
        wanted: &[(String, RepoPath)],
    ) -> Result<Vec<BTreeMap<RepoPath, Entry>>, Failure> {
        let root = |(commit, path): &(String, RepoPath)| {
            let id = Oid::from_str(commit).map_err(internal)?;
            Ok((self.known(id)?.tree, path.clone()))
        };
        let roots = wanted.iter().map(root).collect::<Result<Vec<_>, Failure>>()?;
        let found = self.complete(|this, missing| {
            let mut all = Vec::with_capacity(roots.len());
            for (root, path) in &roots {
                let mut files = BTreeMap::new();
                if let Some(found) = this.walk_from(*root, path, missing)? {
                    this.collect(path, &found, missing, &mut files)?;
                }
                all.push(files);
            }
            Ok(all)
        })?;
        let entry = |(path, found)| Ok((RepoPath::clone(&path), self.entry(&path, &found)?));
        found.into_iter().map(|files| files.into_iter().map(entry).collect()).collect()
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
            return Err(branches_alone());
        }
        done
    }
}

/// What a server that gives its branches alone is too little for.
pub(super) fn branches_alone() -> Failure {
    let message =
        "the GitOps repository's server only serves branches, which is not enough to read other commits";
    Failure::new(Code::FetchIncomplete, message)
}
