//! The app's own checkout -> where it comes from. Read-only, through libgit2 alone: no program, hook or filter
//! runs, whatever the checkout's configuration says.

use crate::token::in_address::without_login;
use std::path::{Component, Path, PathBuf};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use git2::{ErrorClass, ErrorCode, Oid, Repository, RepositoryOpenFlags, StatusOptions};

use crate::diagnostic::{Code, Failure};
use crate::git::checkout_files;
use crate::git::order::whole;

/// Facts about the repository that an app's folder is part of; what is not known is not there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Source {
    /// Address of `origin`, without credentials.
    pub repository: Option<String>,
    /// The app's folder inside the repository; empty for the root.
    pub path: String,
    /// The checked-out commit.
    pub commit: Option<String>,
    /// The checked-out branch; a CI checkout often has none.
    pub branch: Option<String>,
    /// When the commit was made, by its committer, in seconds since 1970.
    pub time: Option<i64>,
    /// Files below the folder that differ from the commit, by their paths in the folder.
    pub uncommitted: Vec<String>,
}

impl Source {
    /// Looks at `folder`; one that is in no repository has nothing to say.
    ///
    /// # Errors
    /// `Usage` where the checkout belongs to another user, whom git would not trust either; `Invalid` where what git keeps
    /// of it cannot be read in bounded time.
    pub fn read(folder: &Path) -> Result<Self, Failure> {
        let own = folder.to_owned();
        within(TIMEOUT, move || Self::look(&own)).unwrap_or_else(|| {
            let seconds = TIMEOUT.as_secs();
            let message = format!("cannot read the checkout of {} within {seconds} s", folder.display());
            Err(Failure::new(Code::UnreadableCheckout, message)
                .hint("look for a pipe or a device among its files, or for a disk that does not answer"))
        })
    }

    fn look(folder: &Path) -> Result<Self, Failure> {
        let Some((repository, path)) = open(folder)? else { return Ok(Self::default()) };
        let head = repository.head().ok();
        let commit = head.as_ref().and_then(|head| head.peel_to_commit().ok());
        let branch = head
            .as_ref()
            .filter(|head| head.is_branch())
            .and_then(|head| head.shorthand().ok().map(str::to_owned));
        Ok(Self {
            repository: origin(&repository),
            uncommitted: uncommitted(&repository, &path),
            commit: commit.as_ref().map(|commit| commit.id().to_string()),
            time: commit.as_ref().map(|commit| commit.time().seconds()),
            branch,
            path,
        })
    }
}

/// How long reading a checkout may take. Only what is no file, or a disk that does not answer, takes longer.
const TIMEOUT: Duration = Duration::from_secs(120);

/// What `read` gives, where it comes to an end in time. What does not end is left behind; it ends with the process.
fn within<T: Send + 'static>(time: Duration, read: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (sender, receiver) = channel();
    thread::spawn(move || sender.send(read()));
    receiver.recv_timeout(time).ok()
}

/// The branch of the checkout whose root is `folder`, also where it has no commit yet.
pub(crate) fn branch_of(folder: &Path) -> Option<String> {
    let (repository, path) = open(folder).ok()??;
    let head = repository.find_reference("HEAD").ok()?;
    let name = head.symbolic_target().ok()??;
    name.strip_prefix("refs/heads/").filter(|_| path.is_empty()).map(str::to_owned)
}

/// The repository around `folder`, for its objects.
pub(super) fn objects(folder: &Path) -> Option<Repository> {
    Some(open(folder).ok()??.0)
}

/// Whether the checkout around `folder` has all commits that led to the one that is checked out, and `commit` is not among
/// what it has.
pub(crate) fn is_foreign(folder: &Path, commit: &str) -> bool {
    let Some(repository) = objects(folder).filter(|repository| !repository.is_shallow()) else {
        return false;
    };
    let (Some(id), Ok(objects)) = (whole(commit), repository.odb()) else { return false };
    repository.head().is_ok() && !objects.exists(id)
}

/// When `commit` was made, by its committer, in seconds since 1970; `None` where it is not at hand.
pub(crate) fn commit_time(folder: &Path, commit: &str) -> Option<i64> {
    let (repository, _) = open(folder).ok()??;
    let found = repository.find_commit(Oid::from_str(commit).ok()?).ok()?;
    Some(found.time().seconds())
}

/// The repository around `folder`, and the folder's path in it.
fn open(folder: &Path) -> Result<Option<(Repository, String)>, Failure> {
    let Ok(folder) = folder.canonicalize() else { return Ok(None) };
    checkout_files::check(&folder)?;
    let none: [PathBuf; 0] = [];
    let repository = match Repository::open_ext(&folder, RepositoryOpenFlags::empty(), none) {
        Ok(repository) => repository,
        Err(error) if error.code() == ErrorCode::Owner => {
            return Err(Failure::new(
                Code::UnsafeCheckout,
                format!("{} is owned by another user", folder.display()),
            )
            .hint("if you trust that user, run `git config --global --add safe.directory FOLDER`"));
        }
        Err(error) if error.class() == ErrorClass::Config => {
            let message = format!("cannot read the app's checkout: {}", error.message());
            return Err(Failure::new(Code::UnreadableCheckout, message)
                .hint("mend that file, or clone the repository anew"));
        }
        Err(_) => return Ok(None),
    };
    let path = place(&repository, &folder);
    Ok(path.map(|path| (repository, path)))
}

/// A checkout whose configuration names another working folder is not the one that we are in.
fn place(repository: &Repository, folder: &Path) -> Option<String> {
    let root = repository.workdir()?.canonicalize().ok()?;
    if root.join(".git").symlink_metadata().is_err() {
        return None;
    }
    let part = |part: Component<'_>| match part {
        Component::Normal(name) => name.to_str().map(str::to_owned),
        _ => None,
    };
    let parts: Option<Vec<String>> = folder.strip_prefix(root).ok()?.components().map(part).collect();
    Some(parts?.join("/"))
}

/// What below `path` is changed, new, or gone. libgit2 knows git's own conversions and starts no
/// filter program, so that a file behind a foreign filter may look changed: the careful side.
fn uncommitted(repository: &Repository, path: &str) -> Vec<String> {
    let mut options = StatusOptions::new();
    options
        .include_untracked(true)
        .include_ignored(false)
        .exclude_submodules(true)
        .disable_pathspec_match(true);
    if !path.is_empty() {
        options.pathspec(path);
    }
    let Ok(changes) = repository.statuses(Some(&mut options)) else { return Vec::new() };
    let name = |bytes: &[u8]| {
        let whole = String::from_utf8_lossy(bytes).into_owned();
        whole.strip_prefix(path).map_or(whole.as_str(), |rest| rest.trim_start_matches('/')).to_owned()
    };
    changes.iter().map(|change| name(change.path_bytes())).collect()
}

fn origin(repository: &Repository) -> Option<String> {
    // From the file, not through a remote: `url.*.insteadOf` is this machine's own affair.
    let url = repository.config().ok()?.snapshot().ok()?.get_str("remote.origin.url").ok()?.to_owned();
    let url: String = url.chars().filter(|c| !c.is_control()).collect();
    // What cannot be told from its credentials is not known.
    without_login(&url).filter(|url| !url.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_end_is_given_up() {
        assert_eq!(within(Duration::from_secs(20), || 1), Some(1));
        let (_held, never) = channel::<u8>();
        assert_eq!(within(Duration::from_millis(50), move || never.recv()), None);
    }

    #[test]
    fn an_address_is_remembered_without_what_may_be_a_token() {
        for (address, kept) in [
            ("https://ana:s3cr3t@git.example.cu/a.git", "https://git.example.cu/a.git"),
            ("https://git.example.cu/a.git?private_token=s3cr3t", "https://git.example.cu/a.git"),
            ("https://git.example.cu/a.git#s3cr3t", "https://git.example.cu/a.git"),
            ("git@git.example.cu:me/a.git", "git@git.example.cu:me/a.git"),
            ("/srv/git/what?.git", "/srv/git/what?.git"),
        ] {
            assert_eq!(without_login(address).as_deref(), Some(kept));
        }
    }
}
