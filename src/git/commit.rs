//! [`FileChanges`] -> a commit in the temporary repository, on top of the snapshot's head.
//! Nothing leaves this machine here.

use crate::diagnostic::Code;
use std::collections::{BTreeMap, BTreeSet};

use git2::{ObjectType, Oid};

use crate::diagnostic::Failure;
use crate::git::build::{self, Nodes, TreeNode};
use crate::git::snapshot::Snapshot;
use crate::git::store::Store;
use crate::tree::RepoPath;

/// Who makes the commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// Shown name.
    pub name: String,
    /// Address, without `<` and `>`.
    pub email: String,
}

/// What is to stand in the repository afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChanges {
    /// Owned folders, replaced as a whole: files by their path in the folder. An empty one is deleted.
    pub folders: BTreeMap<RepoPath, BTreeMap<RepoPath, Vec<u8>>>,
    /// Single files: written, or deleted where there is nothing.
    pub files: BTreeMap<RepoPath, Option<Vec<u8>>>,
    /// Subject, blank line, body, trailers.
    pub message: String,
    /// Author and committer.
    pub author: Author,
    /// Seconds since 1970; the time zone is UTC.
    pub time: i64,
}

/// A commit that is ready to be pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    pub(super) id: Oid,
    pub(super) parent: Option<Oid>,
}

impl Commit {
    /// The commit's id.
    pub fn id(&self) -> String {
        self.id.to_string()
    }
}

impl Snapshot {
    /// Writes the change as a commit, or nothing where it changes nothing.
    ///
    /// # Errors
    /// `Invalid` with the path where a file, link or submodule stands in the way; `Internal` where the change
    /// contradicts itself or holds a name that git refuses; else as [`Snapshot::open`].
    pub fn commit(&mut self, change: &FileChanges) -> Result<Option<Commit>, Failure> {
        let Some(tree) = self.tree_of(change)? else { return Ok(None) };
        write(&self.store, tree, self.head, change, "").map(Some)
    }

    /// The tree that the change makes, or nothing where it changes nothing.
    pub(super) fn tree_of(&mut self, change: &FileChanges) -> Result<Option<Oid>, Failure> {
        let nodes = nodes(&self.store, change)?;
        let root = self.complete(|this, missing| {
            build::rebuild(&this.store, "", this.root, &nodes, &mut missing.alone)
        })?;
        let root = match root {
            None if self.head.is_some() => Some(self.store.write(ObjectType::Tree, b"")?),
            root => root,
        };
        Ok(root.filter(|_| root != self.root))
    }
}

/// The first commit of a repository that has none.
///
/// # Errors
/// As [`Snapshot::commit`].
pub(super) fn first(store: &Store, change: &FileChanges) -> Result<Option<Oid>, Failure> {
    let nodes = nodes(store, change)?;
    let Some(tree) = build::rebuild(store, "", None, &nodes, &mut BTreeSet::new())? else { return Ok(None) };
    write(store, tree, None, change, "").map(|commit| Some(commit.id))
}

/// Writes all files and owned folders, and arranges them by path.
pub(super) fn nodes(store: &Store, change: &FileChanges) -> Result<Nodes, Failure> {
    let mut top = Nodes::new();
    for (folder, files) in &change.folders {
        build::insert(&mut top, folder, TreeNode::Folder(build::folder(store, files)?))?;
    }
    for (path, bytes) in &change.files {
        let write = |bytes: &Vec<u8>| store.write(ObjectType::Blob, bytes);
        build::insert(&mut top, path, TreeNode::File(bytes.as_ref().map(write).transpose()?))?;
    }
    Ok(top)
}

/// Writes the commit; `trailers` are added to its message, each with its line's end.
pub(super) fn write(
    store: &Store,
    tree: Oid,
    parent: Option<Oid>,
    change: &FileChanges,
    trailers: &str,
) -> Result<Commit, Failure> {
    let text = commit_text(tree, parent, change)? + trailers;
    let id = store.write(ObjectType::Commit, text.as_bytes())?;
    Ok(Commit { id, parent })
}

/// A commit object's text, as git writes it.
fn commit_text(tree: Oid, parent: Option<Oid>, change: &FileChanges) -> Result<String, Failure> {
    let (name, email) = (tidy(&change.author.name), tidy(&change.author.email));
    if name.is_empty() || email.is_empty() {
        return Err(Failure::new(
            Code::UnsortedUsage,
            "the commit's author needs a name and an e-mail address",
        ));
    }
    let parent = parent.map(|id| format!("parent {id}\n")).unwrap_or_default();
    let who = format!("{name} <{email}> {} +0000", change.time.max(0));
    let message = change.message.replace('\0', "").replace("\r\n", "\n");
    let message = message.trim();
    Ok(format!("tree {tree}\n{parent}author {who}\ncommitter {who}\n\n{message}\n"))
}

/// Without what would end the field.
fn tidy(text: &str) -> String {
    let plain: String = text.chars().filter(|c| !c.is_control() && !matches!(c, '<' | '>')).collect();
    plain.trim().to_owned()
}

impl FileChanges {
    /// All paths that the change touches, for a message or a check.
    pub fn paths(&self) -> BTreeSet<&RepoPath> {
        self.folders.keys().chain(self.files.keys()).collect()
    }
}
