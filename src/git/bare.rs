//! A path -> a local bare repository with a first commit, for those who have no server yet. Writes beside the
//! path and renames, so that two runs at once end with one whole repository.
#![allow(clippy::disallowed_methods)] // makes folders and files of its own

use std::path::Path;

use git2::Repository;

use crate::diagnostic::{Code, Failure};
use crate::git::address::{BranchName, RepositoryUrl};
use crate::git::commit::{self, FileChanges};
use crate::git::stderr::internal;
use crate::git::store::Store;

/// History only grows, partial fetches are served, and nothing broken is taken in.
const CONFIG: &str = "[core]
\trepositoryformatversion = 0
\tbare = true
\tlogAllRefUpdates = true
[receive]
\tdenyNonFastForwards = true
\tdenyDeletes = true
\tfsckObjects = true
[uploadpack]
\tallowFilter = true
\tallowAnySHA1InWant = true
";

/// What [`init_bare`] found or did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bare {
    /// The repository is new.
    Made,
    /// There was one, which is left as it is.
    Found,
}

/// Makes a bare repository at `path` whose `branch` has one commit with the change's files.
///
/// # Errors
/// `Usage` where something else stands at the path, or it cannot be written.
pub fn init_bare(path: &Path, branch: &str, first: &FileChanges) -> Result<Bare, Failure> {
    let branch = BranchName::parse(branch)?;
    if let Some(found) = look(path)? {
        return Ok(found);
    }
    let unusable = |error: std::io::Error| {
        Failure::new(Code::FolderUnusable, format!("cannot create {}: {error}", path.display()))
    };
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(parent).map_err(unusable)?;
    let beside = tempfile::Builder::new().prefix(".cupaas-").tempdir_in(parent).map_err(unusable)?;
    fill(beside.path(), &branch, first)?;
    // A folder is only renamed onto one that is empty or not there: the first of two wins.
    match std::fs::rename(beside.path(), path) {
        Ok(()) => {
            // The name that it would clean up is gone; the folder is in its place.
            let _ = beside.keep();
            Ok(Bare::Made)
        }
        Err(error) => look(path)?.ok_or_else(|| unusable(error)),
    }
}

/// What stands at the path: a repository, nothing, or what must not be written over.
fn look(path: &Path) -> Result<Option<Bare>, Failure> {
    let is_repository = || {
        Repository::open_bare(path).is_ok()
            || Repository::open(path).is_ok_and(|found| found.workdir() == Some(path))
    };
    if is_repository() {
        return Ok(Some(Bare::Found));
    }
    match std::fs::read_dir(path).map(|mut entries| entries.next().is_none()) {
        Ok(true) => Ok(None),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        // Another run has put it there since the first look.
        Ok(false) if is_repository() => Ok(Some(Bare::Found)),
        _ => Err(Failure::new(
            Code::FolderUnusable,
            format!("{} exists and is not a git repository", path.display()),
        )
        .hint("choose a new or an empty folder")),
    }
}

fn fill(folder: &Path, branch: &BranchName, first: &FileChanges) -> Result<(), Failure> {
    let mut options = git2::RepositoryInitOptions::new();
    options.bare(true).external_template(false).initial_head(branch.as_str());
    let repository = Repository::init_opts(folder, &options).map_err(internal)?;
    std::fs::write(folder.join("config"), CONFIG).map_err(internal)?;
    let store = Store::new(repository);
    let Some(id) = commit::first(&store, first)? else { return Ok(()) };
    store.repository.reference(&branch.reference(), id, false, "cupaas").map_err(internal)?;
    Ok(())
}

/// The address of a repository on this machine.
///
/// # Errors
/// As [`RepositoryUrl::parse`].
pub fn address(path: &Path) -> Result<RepositoryUrl, Failure> {
    let text = path
        .to_str()
        .ok_or_else(|| Failure::new(Code::InvalidAddress, "the folder's name is not valid UTF-8"))?;
    RepositoryUrl::parse(text, Path::new("/"))
}
