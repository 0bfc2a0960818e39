//! A branch's newest commit -> its files, each fetched when it is first asked for. Works on a temporary
//! repository of its own; the remote is only read here. Every answer is of one commit, until
//! [`Snapshot::refresh`].

use std::collections::BTreeMap;
use std::time::Duration;

use crate::diagnostic::{Code, Failure};
use crate::git::address::{BranchName, RepositoryUrl};
use crate::git::command::Git;
use crate::git::fetch::{self, Asking};
use crate::git::objects::{FoundObject, Mode};
use crate::git::on_disk;
use crate::git::stderr::{internal, misplaced};
use crate::git::store::Store;
use crate::git::temporary::{self, TemporaryFolder};
use crate::token::Secret;
use crate::tree::RepoPath;
use git2::{Oid, Repository};

/// The most bytes of a file that is read.
pub(crate) const LARGEST: usize = 10 * 1024 * 1024;

/// How long git may be silent.
const TIMEOUT: Duration = Duration::from_secs(120);

/// How many times as long one call may take in all, with a server that says a word now and then.
const WHOLE: u32 = 10;

/// What stands at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A file of text.
    Text(String),
    /// A file that is not UTF-8.
    Bytes(Vec<u8>),
    /// A symbolic link, below a folder that was read; never followed.
    Symlink,
    /// Another repository, below a folder that was read.
    Submodule,
}

impl Entry {
    /// The text, where it is a file of text.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// What a name in a folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Symlink,
    /// Another repository.
    Submodule,
}

/// The GitOps repository's branch at one moment.
pub struct Snapshot {
    pub(super) git: Git,
    pub(super) store: Store,
    pub(super) branch: BranchName,
    pub(super) head: Option<Oid>,
    pub(super) root: Option<Oid>,
    pub(super) asking: Asking,
    pub(super) answered: bool,
    /// Whether an older commit than the branch's newest one is read.
    pub(super) back: bool,
    /// Whether the log has come to the end of a history that is not whole.
    pub(super) cut: bool,
    /// How many steps back the log has been fetched.
    pub(super) steps: usize,
    _folder: TemporaryFolder,
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Snapshot({} {:?})", self.branch, self.head)
    }
}

impl Snapshot {
    /// Fetches the newest commit of `branch`, or of the branch that the remote calls its own. A repository
    /// without commits, or without this branch, is a snapshot without a head.
    ///
    /// # Errors
    /// `Unavailable` where the remote does not answer, `Forbidden` where it does not let us read, `Usage` for a
    /// name that no branch can have.
    pub fn open(
        address: &RepositoryUrl,
        branch: Option<&str>,
        token: Option<&Secret>,
    ) -> Result<Self, Failure> {
        Self::open_within(address, branch, token, TIMEOUT)
    }

    /// As [`Snapshot::open`], with a time after which a silent git is given up.
    ///
    /// # Errors
    /// As [`Snapshot::open`].
    pub fn open_within(
        address: &RepositoryUrl,
        branch: Option<&str>,
        token: Option<&Secret>,
        timeout: Duration,
    ) -> Result<Self, Failure> {
        let branch = branch.map(BranchName::parse).transpose()?;
        on_disk::check(address)?;
        let folder = temporary::folder()?;
        let whole = timeout.saturating_mul(WHOLE);
        let git = Git::new(address, token, timeout, folder.path()).within(Some(whole));
        Self::begin(git, branch.as_ref(), folder, fetch::LADDER)
    }

    /// As [`Snapshot::open_within`], of a repository that is an app's: as little as possible is fetched, and no call
    /// takes longer than the second of the two times.
    pub(super) fn open_source(
        address: &RepositoryUrl,
        branch: &BranchName,
        token: Option<&Secret>,
        (timeout, whole): (Duration, Duration),
    ) -> Result<Self, Failure> {
        on_disk::check(address)?;
        let folder = temporary::folder()?;
        let git = Git::new(address, token, timeout, folder.path()).of_app().within(Some(whole));
        Self::begin(git, Some(branch), folder, fetch::FOLDERS)
    }

    fn begin(
        git: Git,
        branch: Option<&BranchName>,
        folder: TemporaryFolder,
        ladder: &[Asking],
    ) -> Result<Self, Failure> {
        let fetched = fetch::first(&git, branch, ladder)?;
        let store = Store::new(Repository::open_bare(folder.path()).map_err(internal)?);
        let (branch, asking) = (fetched.branch, fetched.asking);
        let (head, root) = (None, None);
        let (answered, back, cut, steps) = (false, false, false, 0);
        let mut new =
            Self { git, store, branch, head, root, asking, answered, back, cut, steps, _folder: folder };
        new.read_head()?;
        Ok(new)
    }

    /// Moves on to the branch's newest commit; what is here already is not fetched again.
    ///
    /// # Errors
    /// As [`Snapshot::open`].
    pub fn refresh(&mut self) -> Result<(), Failure> {
        if fetch::again(&self.git, &self.branch, self.asking)? {
            self.read_head()
        } else {
            (self.head, self.root) = (None, None);
            Ok(())
        }
    }

    /// The repository's address.
    pub fn address(&self) -> &str {
        self.git.url()
    }

    /// The branch that is read and written.
    pub fn branch(&self) -> &BranchName {
        &self.branch
    }

    /// The commit that is read, if the branch has one.
    pub fn head(&self) -> Option<String> {
        self.head.map(|id| id.to_string())
    }

    fn read_head(&mut self) -> Result<(), Failure> {
        (self.back, self.steps) = (false, 0);
        let name = self.branch.reference();
        self.head = match self.store.repository.refname_to_id(&name) {
            Ok(id) => Some(id),
            Err(error) if error.code() == git2::ErrorCode::NotFound => None,
            Err(error) => return Err(internal(error)),
        };
        self.root = match self.head {
            Some(head) => Some(self.store.repository.find_commit(head).map_err(internal)?.tree_id()),
            None => None,
        };
        Ok(())
    }

    /// Files by path: each of `paths` that is a file, and all files below each that is a folder. What does not
    /// exist is not in the answer. Ask for everything at once: the round trips are those of the deepest path.
    ///
    /// # Errors
    /// `Invalid` with the path where a symbolic link or a submodule stands on the way, or a file is over 10 MB;
    /// else as [`Snapshot::open`].
    pub fn read(&mut self, paths: &[RepoPath]) -> Result<BTreeMap<RepoPath, Entry>, Failure> {
        let found = self.complete(|this, missing| {
            let mut out = BTreeMap::new();
            for path in paths {
                if let Some(found) = this.walk(path, missing)? {
                    this.collect(path, &found, missing, &mut out)?;
                }
            }
            Ok(out)
        })?;
        self.answered = true;
        let entry = |(path, found): (RepoPath, FoundObject)| Ok((path.clone(), self.entry(&path, &found)?));
        found.into_iter().map(entry).collect()
    }

    /// The names in a folder (in the root without one), without reading what they hold. A folder that does not
    /// exist holds nothing; names that no [`RepoPath`] can have are left out.
    ///
    /// # Errors
    /// As [`Snapshot::read`]; `Invalid` too where the path is a file.
    pub fn list(&mut self, folder: Option<&RepoPath>) -> Result<BTreeMap<String, EntryKind>, Failure> {
        let tree = self.complete(|this, missing| {
            let Some(found) = this.walk_or_root(folder, missing)? else { return Ok(Default::default()) };
            match folder {
                Some(path) if found.mode != Mode::Folder => {
                    Err(misplaced(Code::PathConflict, path, "is not a folder"))
                }
                _ => Ok(this.store.tree(found.id, &mut missing.alone)?.unwrap_or_default()),
            }
        })?;
        self.answered = true;
        let named = tree.entries().filter_map(|entry| {
            let name = std::str::from_utf8(entry.name).ok()?;
            RepoPath::new(name).ok()?;
            let kind = match entry.mode {
                Mode::File | Mode::Executable => EntryKind::File,
                Mode::Folder => EntryKind::Folder,
                Mode::Symlink => EntryKind::Symlink,
                Mode::Submodule => EntryKind::Submodule,
            };
            Some((name.to_owned(), kind))
        });
        Ok(named.collect())
    }

    pub(super) fn entry(&self, path: &RepoPath, found: &FoundObject) -> Result<Entry, Failure> {
        match found.mode {
            Mode::Symlink => return Ok(Entry::Symlink),
            Mode::Submodule | Mode::Folder => return Ok(Entry::Submodule),
            Mode::File | Mode::Executable => {}
        }
        let bytes = self
            .store
            .blob(found.id, LARGEST)?
            .ok_or_else(|| misplaced(Code::FileTooLarge, path, "is larger than 10 MB"))?;
        Ok(match String::from_utf8(bytes) {
            Ok(text) => Entry::Text(text),
            Err(error) => Entry::Bytes(error.into_bytes()),
        })
    }
}
