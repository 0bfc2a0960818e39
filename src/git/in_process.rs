//! For tests that run many commands: a repository on this machine, read and written in this process, so that a command takes
//! milliseconds. It answers as git does; the branch is moved by compare-and-swap, and what is not here is not asked for.
#![allow(clippy::disallowed_methods)] // objects are files

use std::cell::Cell;
use std::path::{Path, PathBuf};

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

/// Fills the empty repository of `git` as a first fetch does, and says which branch that is.
pub(super) fn first(git: &Git, branch: Option<&BranchName>) -> Result<BranchName, Failure> {
    let there = there(git)?;
    let alternates = git.folder().join("objects/info/alternates");
    std::fs::create_dir_all(alternates.parent().unwrap_or(Path::new("."))).map_err(internal)?;
    std::fs::write(alternates, format!("{}\n", objects(&there).display())).map_err(internal)?;
    let head = there.find_reference("HEAD").map_err(internal)?;
    let named = head.symbolic_target().ok().flatten().unwrap_or_default();
    let branch = match branch {
        Some(branch) => branch.clone(),
        None => BranchName::parse(named.strip_prefix("refs/heads/").unwrap_or("main"))?,
    };
    again(git, &branch)?;
    Ok(branch)
}

/// Sees what was pushed since; `false` where the branch is not there.
pub(super) fn again(git: &Git, branch: &BranchName) -> Result<bool, Failure> {
    let id = match there(git)?.refname_to_id(&branch.reference()) {
        Ok(id) => id,
        Err(error) if error.code() == ErrorCode::NotFound => return Ok(false),
        Err(error) => return Err(internal(error)),
    };
    let here = Repository::open_bare(git.folder()).map_err(internal)?;
    here.reference(&branch.reference(), id, true, "").map_err(internal)?;
    Ok(true)
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
