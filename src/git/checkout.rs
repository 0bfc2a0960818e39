//! A branch's newest commit -> an app's files in a temporary folder. Only what will be read is fetched; of every other
//! file there is the name. git checks nothing out: no hook, filter or attribute of the repository runs, and no link
//! is made, so that nothing can be written beside the folder: in the place of one that stays within the app stands the
//! file that it leads to.
#![allow(clippy::disallowed_methods)] // writes into a temporary folder of its own

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

use crate::diagnostic::{Code, Failure};
use crate::git::objects::{Missing, Mode};
use crate::git::snapshot::Snapshot;
use crate::git::stderr::internal;
use crate::git::temporary::TemporaryFolder;
use crate::git::{build, fetch, temporary};
use crate::tree::RepoPath;
use git2::Oid;

/// The most files that a checkout names.
const MOST: usize = 20_000;

/// Which of an app's files matter; each is asked for a path in the app's folder.
pub struct Picks<'a> {
    /// Whether a file or folder counts at all.
    pub counts: &'a dyn Fn(&str) -> bool,
    /// Whether a file's name is asked for.
    pub named: &'a dyn Fn(&str) -> bool,
    /// Whether its text is read.
    pub read: &'a dyn Fn(&str) -> bool,
    /// Of a file whose text is read, the most bytes that anyone takes.
    pub longest: &'a dyn Fn(&str) -> u64,
    /// Whether it must not be a link.
    pub own: &'a dyn Fn(&str) -> bool,
}

/// An app's files as a commit has them.
#[derive(Debug)]
pub struct Checkout {
    /// The commit.
    pub commit: String,
    /// When it was made, by its committer, in seconds since 1970.
    pub time: i64,
    /// The files; gone with this value.
    pub folder: TemporaryFolder,
}

impl Snapshot {
    /// Writes the files of `folder` (of the root without one) into a temporary folder.
    ///
    /// # Errors
    /// `Invalid` where the folder is not there or one of the app's own files is a link; else as [`Snapshot::open`].
    pub(super) fn checkout(
        &mut self,
        folder: Option<&RepoPath>,
        picks: &Picks<'_>,
    ) -> Result<Checkout, Failure> {
        let (Some(commit), Some(time)) = (self.head(), self.time()?) else {
            return Err(Failure::new(
                Code::BranchNotFound,
                format!("the repository has no branch {}", self.branch()),
            ));
        };
        let listed = self.complete(|this, missing| this.listing(folder, picks, missing))?;
        let Some(listed) = listed else {
            let name = folder.map(RepoPath::as_str).unwrap_or_default();
            return Err(Failure::new(
                Code::FolderNotInRepository,
                format!("the repository has no folder {name}"),
            ));
        };
        let out = temporary::folder()?;
        for (path, id) in &listed {
            let bytes = match (picks.read)(path) {
                true => self.store.blob(*id, usize::MAX)?.unwrap_or_default(),
                false => Vec::new(),
            };
            // One more than whoever reads it takes, who then says so.
            let longest = usize::try_from((picks.longest)(path)).unwrap_or(usize::MAX).saturating_add(1);
            write(out.path(), path, &bytes[..bytes.len().min(longest)])?;
        }
        Ok(Checkout { commit, time, folder: out })
    }

    /// Whether `older` is among the commits that lead to the branch's newest one, as far as those go that are not
    /// older than it; `None` where that cannot be known.
    pub(super) fn follows(&self, older: &str, time: i64) -> Option<bool> {
        let commits = fetch::history(&self.git, self.branch(), time.saturating_sub(1))?;
        Some(commits.iter().any(|commit| commit == older))
    }

    fn time(&self) -> Result<Option<i64>, Failure> {
        let Some(head) = self.head else { return Ok(None) };
        let commit = self.store.repository.find_commit(head).map_err(internal)?;
        Ok(Some(commit.time().seconds()))
    }

    /// The files that count, by their path in the folder; those that are read are among the missing until they are
    /// here. `None` where there is no such folder.
    fn listing(
        &self,
        folder: Option<&RepoPath>,
        picks: &Picks<'_>,
        missing: &mut Missing,
    ) -> Result<Option<BTreeMap<String, Oid>>, Failure> {
        let Some(found) = self.walk_or_root(folder, missing)? else { return Ok(None) };
        if found.mode != Mode::Folder {
            return Ok(None);
        }
        let mut listed = BTreeMap::new();
        let mut todo = vec![(String::new(), found.id)];
        while let Some((above, id)) = todo.pop() {
            let Some(tree) = self.store.tree(id, &mut missing.folders)? else { continue };
            for entry in tree.entries() {
                let name = std::str::from_utf8(entry.name).ok().filter(|name| RepoPath::new(*name).is_ok());
                let Some(name) = name else { continue };
                let path = if above.is_empty() { name.to_owned() } else { format!("{above}/{name}") };
                match entry.mode {
                    _ if !(picks.counts)(&path) => {}
                    Mode::Folder => todo.push((path, entry.id)),
                    Mode::File | Mode::Executable if listed.len() < MOST && (picks.named)(&path) => {
                        if (picks.read)(&path) && !self.store.has(entry.id)? {
                            missing.whole.insert(entry.id);
                        }
                        listed.insert(path, entry.id);
                    }
                    Mode::Symlink | Mode::Submodule if (picks.own)(&path) => {
                        build::refuse_link(&RepoPath::new(path).map_err(internal)?, entry.mode)?;
                    }
                    Mode::Symlink if listed.len() < MOST && (picks.named)(&path) => {
                        let Some(id) = self.through_links(found.id, &path, missing)? else { continue };
                        if (picks.read)(&path) && !self.store.has(id)? {
                            missing.whole.insert(id);
                        }
                        listed.insert(path, id);
                    }
                    _ => {}
                }
            }
        }
        Ok(Some(listed))
    }
}

/// A new file: a name that is there already, as an odd tree may have it twice, is an error.
fn write(folder: &Path, path: &str, bytes: &[u8]) -> Result<(), Failure> {
    let at = folder.join(path);
    let made = at.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| {
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(&at)?;
        file.write_all(bytes)
    });
    made.map_err(|error| Failure::new(Code::UnusablePath, format!("cannot write {path:?}: {error}")))
}
