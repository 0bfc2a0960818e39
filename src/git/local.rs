//! A repository that is a folder of this machine: read in place, with no program started and nothing fetched.
#![allow(clippy::disallowed_methods)] // the temporary repository's own file

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use git2::{ErrorClass, ErrorCode, ObjectType, Oid, Repository};

use crate::diagnostic::Failure;
use crate::git::address::{BranchName, RepositoryUrl};
use crate::git::checkout_files;
use crate::git::stderr::internal;

/// The repository whose folder this is, bare or with its files checked out; nothing where it is none, or not this user's.
fn open(folder: &Path) -> Option<Repository> {
    checkout_files::check(folder).ok()?;
    Repository::open(folder).ok()
}

/// The repository at an address whose objects can be read in place; nothing where git has to be asked: of a shallow one, it
/// says where the history was cut off.
pub(super) fn at_hand(address: &RepositoryUrl) -> Option<Repository> {
    open(&address.local()?).filter(|repository| !repository.is_shallow())
}

/// The branch that its HEAD names; nothing where that is a commit, of which git knows whether it is a branch's.
///
/// # Errors
/// Where it is damaged.
pub(super) fn head_branch(there: &Repository) -> Result<Option<BranchName>, git2::Error> {
    let head = there.find_reference("HEAD")?;
    let name = head.symbolic_target()?.and_then(|name| name.strip_prefix("refs/heads/"));
    Ok(name.and_then(|name| BranchName::parse(name).ok()))
}

/// The newest commit of a branch; nothing where there is no such branch.
///
/// # Errors
/// Where it is damaged.
pub(super) fn tip(there: &Repository, branch: &BranchName) -> Result<Option<Oid>, git2::Error> {
    match there.refname_to_id(&branch.reference()).and_then(|id| there.find_commit(id)) {
        Ok(commit) => Ok(Some(commit.id())),
        Err(error) if error.code() == ErrorCode::NotFound && error.class() == ErrorClass::Reference => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Lets the repository in `folder` see all objects of another one, as `git clone --shared` does.
///
/// # Errors
/// Where the folder cannot be written to.
pub(super) fn share(there: &Repository, folder: &Path) -> Result<(), Failure> {
    let objects = there.commondir().join("objects");
    let line = [objects.as_os_str().as_bytes(), b"\n"].concat();
    let alternates = folder.join("objects/info/alternates");
    fs::create_dir_all(folder.join("objects/info"))
        .and_then(|()| fs::write(alternates, line))
        .map_err(internal)
}

/// The newest commit's files, as the repository's own HEAD has it.
pub(crate) struct LocalHead(Repository);

impl LocalHead {
    /// The repository whose folder this is, bare or with its files checked out; nothing where it is none.
    pub(crate) fn open(folder: &Path) -> Option<Self> {
        open(folder).map(Self)
    }

    /// The names in a folder; none where it is not there.
    pub(crate) fn names(&self, folder: &str) -> Vec<String> {
        let read = || {
            let entry = self.0.head().ok()?.peel_to_tree().ok()?.get_path(Path::new(folder)).ok()?;
            let object = entry.to_object(&self.0).ok()?;
            let names = object.as_tree()?.iter().filter_map(|entry| entry.name().ok().map(str::to_owned));
            Some(names.collect())
        };
        read().unwrap_or_default()
    }

    /// A file's text; nothing where it is not there, or not UTF-8.
    pub(crate) fn text(&self, path: &str) -> Option<String> {
        let entry = self.0.head().ok()?.peel_to_tree().ok()?.get_path(Path::new(path)).ok()?;
        let blob = entry.to_object(&self.0).ok().filter(|object| object.kind() == Some(ObjectType::Blob))?;
        String::from_utf8(blob.as_blob()?.content().to_vec()).ok()
    }
}
