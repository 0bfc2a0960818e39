//! Paths -> the objects they name, fetching those that are not here, level by level. Reads the snapshot's
//! temporary repository and the remote; never follows a link.

use crate::git::objects::{FoundObject, Missing};
use std::collections::{BTreeMap, BTreeSet};

use git2::Oid;

use crate::diagnostic::{Code, Failure};
use crate::git::build;
use crate::git::fetch::{self, Asking, Depth, FetchScope};
use crate::git::objects::Mode;
use crate::git::past::branches_alone;
use crate::git::snapshot::Snapshot;
use crate::git::stderr::{internal, misplaced};
use crate::tree::RepoPath;

impl Snapshot {
    /// Repeats `attempt` until it lacks no object, fetching what it lacked in between: one round trip for each
    /// level of folders that is not here.
    pub(super) fn complete<T>(
        &mut self,
        attempt: impl Fn(&Self, &mut Missing) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut before = BTreeSet::new();
        loop {
            let mut missing = Missing::default();
            let result = attempt(self, &mut missing)?;
            let Missing { alone, folders, whole } = missing;
            if alone.is_empty() && folders.is_empty() && whole.is_empty() {
                return Ok(result);
            }
            // Folders on the way come alone, for they may have thousands of others beside ours.
            let depth = match (alone.is_empty(), folders.is_empty()) {
                (false, _) => Depth::Alone,
                (true, false) => Depth::Folders,
                (true, true) => Depth::Whole,
            };
            let wants: BTreeSet<Oid> = alone.into_iter().chain(folders).chain(whole).collect();
            if wants == before {
                let message = format!("the server of {} does not send all objects", self.git.called());
                return Err(Failure::new(Code::FetchIncomplete, message));
            }
            if let FetchScope::Refused = fetch::objects(&self.git, wants.iter().copied(), depth)? {
                self.take_all()?;
            }
            before = wants;
        }
    }

    /// For a server that gives its branches alone: all files of the newest commit.
    fn take_all(&mut self) -> Result<(), Failure> {
        if self.back {
            return Err(branches_alone());
        }
        let head = self.head;
        self.asking = if self.asking.is_whole() { Asking::All } else { Asking::Shallow };
        self.refresh()?;
        if self.answered && self.head != head {
            let message = format!("{} changed while it was being read", self.git.called());
            return Err(Failure::new(Code::BranchMoved, message).hint("run the command again"));
        }
        Ok(())
    }

    pub(super) fn walk_or_root(
        &self,
        path: Option<&RepoPath>,
        missing: &mut Missing,
    ) -> Result<Option<FoundObject>, Failure> {
        match path {
            Some(path) => self.walk(path, missing),
            None => Ok(self.root.map(|id| FoundObject { id, mode: Mode::Folder })),
        }
    }

    /// Follows `path` from the root as far as the objects are here.
    pub(super) fn walk(
        &self,
        path: &RepoPath,
        missing: &mut Missing,
    ) -> Result<Option<FoundObject>, Failure> {
        self.root.map_or(Ok(None), |root| self.walk_from(root, path, missing))
    }

    /// The same from any folder.
    pub(super) fn walk_from(
        &self,
        root: Oid,
        path: &RepoPath,
        missing: &mut Missing,
    ) -> Result<Option<FoundObject>, Failure> {
        let mut here = FoundObject { id: root, mode: Mode::Folder };
        let mut done = 0;
        for part in path.as_str().split('/') {
            if here.mode != Mode::Folder {
                return Ok(None);
            }
            let Some(tree) = self.store.tree(here.id, &mut missing.alone)? else {
                return Ok(None);
            };
            let Some(entry) = tree.find(part.as_bytes()) else { return Ok(None) };
            here = FoundObject { id: entry.id, mode: entry.mode };
            done += part.len() + 1;
            let so_far = RepoPath::new(&path.as_str()[..done - 1]).map_err(internal)?;
            build::refuse_link(&so_far, here.mode)?;
        }
        Ok(Some(here))
    }

    /// Notes all files at and below `found`.
    pub(super) fn collect(
        &self,
        path: &RepoPath,
        found: &FoundObject,
        missing: &mut Missing,
        out: &mut BTreeMap<RepoPath, FoundObject>,
    ) -> Result<(), Failure> {
        let mut todo = vec![(path.clone(), FoundObject { ..*found })];
        while let Some((path, found)) = todo.pop() {
            if found.mode == Mode::Folder {
                let Some(tree) = self.store.tree(found.id, &mut missing.whole)? else {
                    continue;
                };
                for entry in tree.entries() {
                    let name = String::from_utf8_lossy(entry.name);
                    let below = std::str::from_utf8(entry.name).ok().and_then(|name| path.join(name).ok());
                    let below = below.ok_or_else(|| {
                        let why = format!("contains the name {name:?}, which is not allowed");
                        misplaced(Code::UnusablePath, &path, &why)
                    })?;
                    todo.push((below, FoundObject { id: entry.id, mode: entry.mode }));
                }
                continue;
            }
            if matches!(found.mode, Mode::File | Mode::Executable) && !self.store.has(found.id)? {
                missing.whole.insert(found.id);
            }
            out.insert(path, found);
        }
        Ok(())
    }
}
