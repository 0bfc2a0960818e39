//! A branch beside the one that is read: what a pull request holds. Its commits stand on the newest commit of the branch
//! that is read, and replace what stood there before by the server's compare-and-swap.

use std::collections::BTreeMap;

use git2::Oid;

use crate::diagnostic::Failure;
use crate::git::address::BranchName;
use crate::git::authorship::CommitInfo;
use crate::git::commit::{self, Commit, FileChanges};
use crate::git::push::Pushed;
use crate::git::snapshot::{Entry, Snapshot};
use crate::git::stderr::internal;
use crate::git::{build, fetch};
use crate::tree::RepoPath;

/// A branch for a pull request, as it stood when it was looked at.
#[derive(Debug, Clone)]
pub struct Proposal {
    branch: BranchName,
    stands: Option<Stands>,
}

#[derive(Debug, Clone)]
struct Stands {
    id: Oid,
    tree: Oid,
    parents: Vec<Oid>,
    ours: bool,
}

impl Proposal {
    /// The branch.
    pub fn branch(&self) -> &BranchName {
        &self.branch
    }

    /// Whether it holds something of somebody else, which would be lost with it.
    pub fn holds_others(&self) -> bool {
        self.stands.as_ref().is_some_and(|stands| !stands.ours)
    }

    /// Its newest commit, where the branch is there.
    pub fn head(&self) -> Option<String> {
        self.stands.as_ref().map(|stands| stands.id.to_string())
    }
}

impl Snapshot {
    /// Looks where `branch` of the same repository stands.
    ///
    /// # Errors
    /// `Unavailable` where the server does not show who wrote it; else as [`Snapshot::open`].
    pub fn proposal(&mut self, branch: &BranchName) -> Result<Proposal, Failure> {
        if !fetch::again(&self.git, branch, self.asking)? {
            return Ok(Proposal { branch: branch.clone(), stands: None });
        }
        let id = self.store.repository.refname_to_id(&branch.reference()).map_err(internal)?;
        let CommitInfo { tree, parents, .. } = self.known(id)?;
        let ours = self.wrote(id)?;
        Ok(Proposal { branch: branch.clone(), stands: Some(Stands { id, tree, parents, ours }) })
    }

    /// Files of the proposal, as [`Snapshot::read`] gives those of the branch that is read.
    ///
    /// # Errors
    /// As [`Snapshot::read`].
    pub fn read_proposal(
        &mut self,
        proposal: &Proposal,
        paths: &[RepoPath],
    ) -> Result<BTreeMap<RepoPath, Entry>, Failure> {
        match &proposal.stands {
            Some(stands) => self.at(stands.tree, |this| this.read(paths)),
            None => Ok(BTreeMap::new()),
        }
    }

    /// Whether merging what stands there now would do what `commit`, made of `change`, does: it holds the same files,
    /// and where it began, the files that it touches were as they are now.
    ///
    /// # Errors
    /// As [`Snapshot::commit`].
    pub fn holds(
        &mut self,
        proposal: &Proposal,
        commit: &Commit,
        change: &FileChanges,
    ) -> Result<bool, Failure> {
        let Some(stands) = &proposal.stands else { return Ok(false) };
        let ours = self.store.repository.find_commit(commit.id).map_err(internal)?.tree_id();
        if stands.tree == ours {
            return Ok(true);
        }
        let [parent] = stands.parents[..] else { return Ok(false) };
        if Some(parent) == self.head || !fetch::commit(&self.git, parent, self.asking)? {
            return Ok(false);
        }
        let began = self.store.repository.find_commit(parent).map_err(internal)?.tree_id();
        let here = self.ids(change)?;
        let nodes = commit::nodes(&self.store, change)?;
        self.at(began, |this| {
            if this.ids(change)? != here {
                return Ok(false);
            }
            let root = this.complete(|this, missing| {
                build::rebuild(&this.store, "", this.root, &nodes, &mut missing.alone)
            })?;
            Ok(root == Some(stands.tree))
        })
    }

    /// What stands at each path that the change touches.
    fn ids(&mut self, change: &FileChanges) -> Result<Vec<Option<Oid>>, Failure> {
        self.complete(|this, missing| {
            let mut ids = Vec::new();
            for path in change.paths() {
                ids.push(this.walk(path, missing)?.map(|found| found.id));
            }
            Ok(ids)
        })
    }

    /// Puts `commit` in the place of what stands there.
    ///
    /// # Errors
    /// As [`Snapshot::push`].
    pub fn propose(&self, proposal: &Proposal, commit: &Commit) -> Result<Pushed, Failure> {
        self.swap(&proposal.branch, proposal.stands.as_ref().map(|stands| stands.id), Some(commit.id))
    }

    /// Takes the branch away, if it still stands there.
    ///
    /// # Errors
    /// As [`Snapshot::push`].
    pub fn withdraw(&self, proposal: &Proposal) -> Result<Pushed, Failure> {
        self.swap(&proposal.branch, proposal.stands.as_ref().map(|stands| stands.id), None)
    }
}
