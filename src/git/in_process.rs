//! For tests that run many commands: a repository on this machine, written in this process as it is read, so that a command
//! takes milliseconds. It answers as git does; the branch is moved by compare-and-swap.
#![allow(clippy::disallowed_methods)] // objects are files

use std::cell::Cell;
use std::path::PathBuf;

use git2::{ErrorCode, Oid, Repository};
use walkdir::WalkDir;

use crate::diagnostic::Failure;
use crate::git::address::BranchName;
use crate::git::command::Git;
use crate::git::stderr::internal;

thread_local! {
    static ON: Cell<bool> = const { Cell::new(false) };
}

/// Does `work`, whose repositories are all on this machine, without starting git.
pub(crate) fn with<T>(work: impl FnOnce() -> T) -> T {
    struct Off(bool);
    impl Drop for Off {
        fn drop(&mut self) {
            ON.set(self.0);
        }
    }
    let _before = Off(ON.replace(true));
    work()
}

pub(super) fn is_on() -> bool {
    ON.get()
}

fn there(git: &Git) -> Result<Repository, Failure> {
    Repository::open(git.url()).map_err(internal)
}

fn objects(repository: &Repository) -> PathBuf {
    repository.commondir().join("objects")
}

/// Moves a branch from where it is said to stand; `false` where it stands elsewhere.
pub(super) fn push(git: &Git, branch: &BranchName, from: Option<Oid>, to: Oid) -> Result<bool, Failure> {
    let there = there(git)?;
    let (own, others) = (git.folder().join("objects"), objects(&there));
    for entry in WalkDir::new(&own).into_iter().flatten().filter(|entry| entry.file_type().is_file()) {
        let below = entry.path().strip_prefix(&own).map_err(internal)?;
        let target = others.join(below);
        if below.starts_with("info") || target.exists() {
            continue;
        }
        std::fs::create_dir_all(target.parent().unwrap_or(&others)).map_err(internal)?;
        std::fs::copy(entry.path(), target).map_err(internal)?;
    }
    let name = branch.reference();
    let moved = match from {
        Some(from) => there.reference_matching(&name, to, true, from, "push"),
        None => there.reference(&name, to, false, "push"),
    };
    match moved {
        Ok(_) => Ok(true),
        Err(error)
            if matches!(error.code(), ErrorCode::Modified | ErrorCode::Exists | ErrorCode::NotFound) =>
        {
            Ok(false)
        }
        Err(error) => Err(internal(error)),
    }
}
