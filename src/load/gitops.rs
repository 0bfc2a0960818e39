//! The GitOps repository as it is read: a folder, a fetched snapshot, or what `init` would write where nothing is
//! there yet.
#![allow(clippy::disallowed_methods)] // This is where a GitOps folder is read.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use walkdir::WalkDir;

use crate::diagnostic::{Code, Diagnostic, Failure, Source, Span};
use crate::git::snapshot::LARGEST;
use crate::git::{Entry, LogEntry, Snapshot};
use crate::layout::path;
use crate::load::missing_platform::{self, Lacking};
use crate::load::platform::PlatformFile;
use crate::load::requires::read_platform;
use crate::repository::without_credentials;
use crate::tree::{Edits, Files, RepoPath};
use crate::yaml::document::Document;

/// What is said of a link in a folder.
const LINK: &str = "is a symbolic link, which cupaas does not follow";

/// The GitOps repository, as a run sees it: what stands there, and over it what the run is about to write.
#[derive(Debug)]
pub struct Gitops {
    /// Where its files come from.
    pub place: Backend,
    /// Files that the run has edited: the new text, or nothing where the file goes.
    edits: Edits,
    /// `cupaas.yaml` as it was last read, which a run asks for many times.
    platform: Option<Arc<Document<PlatformFile>>>,
}

/// Where the GitOps repository's files come from.
#[derive(Debug)]
pub enum Backend {
    /// A plain folder: it can be read and compared with, not deployed to.
    Folder(PathBuf),
    /// The newest commit of a repository's branch.
    Snapshot(Box<Snapshot>),
    /// Files that are nowhere yet.
    Memory(Files),
}

impl From<Backend> for Gitops {
    fn from(place: Backend) -> Self {
        Self { place, edits: Edits::new(), platform: None }
    }
}

impl Gitops {
    /// From now on, reading finds these texts; those of an earlier round are forgotten.
    pub fn edit(&mut self, edits: &Edits) {
        self.edits = edits.clone();
    }

    /// The commit that is read, where there is one.
    pub(crate) fn head(&self) -> Option<String> {
        match &self.place {
            Backend::Snapshot(snapshot) => snapshot.head(),
            Backend::Folder(_) | Backend::Memory(_) => None,
        }
    }

    /// From now on reads a commit that [`Gitops::log`] has shown, as if nothing had come after it; what waits on branches
    /// beside it is none of its time's.
    ///
    /// # Errors
    /// As [`Gitops::log`].
    pub(crate) fn go_back(&mut self, commit: &str) -> Result<(), Failure> {
        match &mut self.place {
            Backend::Snapshot(snapshot) => snapshot.go_back(commit),
            Backend::Folder(_) | Backend::Memory(_) => Ok(()),
        }
    }

    /// Sees what was pushed since.
    ///
    /// # Errors
    /// When the repository cannot be read.
    pub fn refresh(&mut self) -> Result<(), Failure> {
        match &mut self.place {
            Backend::Snapshot(snapshot) => snapshot.refresh(),
            Backend::Folder(_) | Backend::Memory(_) => Ok(()),
        }
    }

    /// Says before [`Gitops::log`] that it will look at so many commits or more, where that is known: fewer round trips.
    ///
    /// # Errors
    /// When the repository cannot be read.
    pub(crate) fn expect_log(&mut self, commits: usize) -> Result<(), Failure> {
        match &mut self.place {
            Backend::Snapshot(snapshot) => snapshot.expect_log(commits),
            Backend::Memory(_) | Backend::Folder(_) => Ok(()),
        }
    }

    /// Shows `see` the branch's commits, newest first, until it has seen enough.
    ///
    /// # Errors
    /// When the repository cannot be read, or is a folder without commits of its own; what `see` fails with.
    pub(crate) fn log(
        &mut self,
        see: impl FnMut(LogEntry) -> Result<ControlFlow<()>, Failure>,
    ) -> Result<(), Failure> {
        match &mut self.place {
            Backend::Snapshot(snapshot) => snapshot.log(see),
            // Nothing was deployed yet.
            Backend::Memory(_) => Ok(()),
            Backend::Folder(folder) => {
                let message = format!("{} is not a git repository, so it has no history", folder.display());
                Err(Failure::new(Code::GitopsWithoutGit, message)
                    .hint("name a repository with --gitops, or its clone"))
            }
        }
    }

    /// Why what was looked for in the log may be there all the same: it was looked through to where the history of a shallow
    /// clone is cut off.
    pub(crate) fn cut_off(&self) -> Option<Failure> {
        let Backend::Snapshot(snapshot) = &self.place else { return None };
        let message = format!(
            "the history of {} is cut off: it is a shallow clone, and what is asked for may be older than its commits",
            without_credentials(snapshot.address())
        );
        let failure = Failure::new(Code::HistoryCutOff, message)
            .hint("complete it, in that clone: `git fetch --unshallow`; in a CI job, check it out with `fetch-depth: 0`")
            .hint("or name the repository that it was cloned from: --gitops URL");
        snapshot.is_cut_off().then_some(failure)
    }

    /// All files at and below `paths` as they were in a commit that [`Gitops::log`] has shown.
    ///
    /// # Errors
    /// As [`Gitops::read`]; a repository without commits of its own has none.
    pub(crate) fn read_at(&mut self, commit: &str, paths: &[RepoPath]) -> Result<Files, Failure> {
        match &mut self.place {
            Backend::Snapshot(snapshot) => texts(snapshot.read_at(commit, paths)?),
            Backend::Folder(_) | Backend::Memory(_) => Ok(Files::new()),
        }
    }

    /// The same of many commits, each with a path of its own, in the order in which they are asked for.
    ///
    /// # Errors
    /// As [`Gitops::read_at`].
    pub(crate) fn read_each(&mut self, wanted: &[(String, RepoPath)]) -> Result<Vec<Files>, Failure> {
        match &mut self.place {
            Backend::Snapshot(snapshot) => snapshot.read_each(wanted)?.into_iter().map(texts).collect(),
            Backend::Folder(_) | Backend::Memory(_) => Ok(vec![Files::new(); wanted.len()]),
        }
    }

    /// The newest commit of each branch that holds a proposal, by its name without `cupaas/`.
    ///
    /// # Errors
    /// When the repository cannot be read.
    pub(crate) fn proposals(&self) -> Result<BTreeMap<String, String>, Failure> {
        match &self.place {
            Backend::Snapshot(snapshot) => snapshot.proposals(),
            Backend::Folder(_) | Backend::Memory(_) => Ok(BTreeMap::new()),
        }
    }

    /// `cupaas.yaml`; parsed again only where its text has changed.
    ///
    /// # Errors
    /// When it is missing or invalid, or the repository cannot be read.
    pub(crate) fn platform(&mut self) -> Result<Arc<Document<PlatformFile>>, Failure> {
        let place = path("cupaas.yaml")?;
        let files = self.read(std::slice::from_ref(&place))?;
        if let (Some(text), Some(known)) = (files.get(&place), &self.platform)
            && *text == known.source.text
        {
            return Ok(Arc::clone(known));
        }
        let platform = Arc::new(read_platform(&files).map_err(|wrong| Failure::invalid(self.told(wrong)))?);
        self.platform = Some(Arc::clone(&platform));
        Ok(platform)
    }

    /// What is wrong with the platform's files, in words that fit this repository.
    pub(super) fn told(&self, problems: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let place = match &self.place {
            Backend::Snapshot(one) => {
                Lacking::Repository(one.address(), one.branch().as_str(), one.head().is_some())
            }
            Backend::Folder(folder) => Lacking::Folder(folder),
            Backend::Memory(_) => Lacking::Memory,
        };
        missing_platform::told(problems, &place)
    }

    /// All files at and below `paths`; what is not there is left out.
    ///
    /// # Errors
    /// When a path leads through a symbolic link, a file is too large, or the repository cannot be reached.
    pub fn read(&mut self, paths: &[RepoPath]) -> Result<Files, Failure> {
        let mut files = self.place.read(paths)?;
        for (path, text) in &self.edits {
            match text {
                Some(text) if paths.iter().any(|wanted| path.is_in(wanted)) => {
                    files.insert(path.clone(), text.clone());
                }
                Some(_) => {}
                None => drop(files.remove(path)),
            }
        }
        Ok(files)
    }
}

impl Backend {
    fn read(&mut self, paths: &[RepoPath]) -> Result<Files, Failure> {
        match self {
            Self::Folder(root) => {
                let (mut files, mut problems) = (Files::new(), Vec::new());
                for path in paths {
                    read_folder(root, path, &mut files, &mut problems);
                }
                if problems.is_empty() { Ok(files) } else { Err(Failure::invalid(problems)) }
            }
            Self::Snapshot(snapshot) => texts(snapshot.read(paths)?),
            Self::Memory(files) => {
                let wanted = |file: &RepoPath| paths.iter().any(|path| file.is_in(path));
                Ok(files
                    .iter()
                    .filter(|(file, _)| wanted(file))
                    .map(|(f, t)| (f.clone(), t.clone()))
                    .collect())
            }
        }
    }
}

fn texts(files: BTreeMap<RepoPath, Entry>) -> Result<Files, Failure> {
    files.into_iter().map(|(path, entry)| Ok((path.clone(), text(&path, entry)?))).collect()
}

fn text(path: &RepoPath, entry: Entry) -> Result<String, Failure> {
    match entry {
        Entry::Text(text) => Ok(text),
        Entry::Bytes(bytes) => {
            decoded(path, path.as_str(), bytes).map_err(|problem| Failure::invalid(vec![*problem]))
        }
        Entry::Symlink | Entry::Submodule => {
            let place = Source::new(path.as_str(), "");
            let message = "is a symbolic link or a submodule, which cupaas does not follow";
            Err(Failure::invalid(vec![Diagnostic::error(Code::NotARegularFile, Span::file(&place), message)]))
        }
    }
}

/// Reads what stands at and below a path, and says of each file why it cannot be read.
fn read_folder(root: &Path, path: &RepoPath, files: &mut Files, problems: &mut Vec<Diagnostic>) {
    let refused = |code: Code, at: &Path, message: &str| {
        Diagnostic::error(code, Span::file(&Source::new(at.display().to_string(), "")), message)
    };
    // Every parent too: a link on the way would lead out of the folder.
    let mut at = root.to_path_buf();
    for part in path.as_str().split('/') {
        at.push(part);
        match fs::symlink_metadata(&at) {
            Ok(kind) if kind.is_symlink() => {
                return problems.push(refused(Code::NotARegularFile, &at, LINK));
            }
            Ok(_) => {}
            Err(_) => return,
        }
    }
    for entry in WalkDir::new(&at).follow_links(false).sort_by_file_name() {
        let read = match entry {
            Ok(entry) if entry.file_type().is_dir() => continue,
            Ok(entry) => read_file(root, &entry, &refused),
            Err(error) => Err(refused(Code::UnreadableFile, &at, &format!("cannot be read: {error}"))),
        };
        match read {
            Ok((name, text)) => drop(files.insert(name, text)),
            Err(problem) => problems.push(problem),
        }
    }
}

/// One file of a folder, with its name from the folder on.
fn read_file(
    root: &Path,
    entry: &walkdir::DirEntry,
    refused: &dyn Fn(Code, &Path, &str) -> Diagnostic,
) -> Result<(RepoPath, String), Diagnostic> {
    let path = entry.path();
    if entry.file_type().is_symlink() {
        return Err(refused(Code::NotARegularFile, path, LINK));
    }
    if !entry.file_type().is_file() {
        return Err(refused(Code::NotARegularFile, path, "is not a regular file"));
    }
    if entry.metadata().map(|m| m.len()).unwrap_or(0) > LARGEST as u64 {
        return Err(refused(Code::FileTooLarge, path, "is larger than 10 MB"));
    }
    let unreadable = |error: &dyn std::error::Error| {
        refused(Code::UnreadableFile, path, &format!("cannot be read: {error}"))
    };
    let bytes = fs::read(path).map_err(|error| unreadable(&error))?;
    let relative = path.strip_prefix(root).ok().and_then(Path::to_str).unwrap_or_default();
    let name = RepoPath::new(relative).map_err(|error| unreadable(&error))?;
    let text = decoded(&name, &path.display().to_string(), bytes).map_err(|problem| *problem)?;
    Ok((name, text))
}

/// The text of a file. What people write must be UTF-8: a command that edits it would write something else back. What
/// is only compared or replaced may hold anything, and so may what lies beside recipes.
fn decoded(path: &RepoPath, shown: &str, bytes: Vec<u8>) -> Result<String, Box<Diagnostic>> {
    let error = match String::from_utf8(bytes) {
        Ok(text) => return Ok(text),
        Err(error) => error,
    };
    let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
    let rendered = ["deploy/", "clusters/", "hosts/"].iter().any(|place| path.as_str().starts_with(place));
    let read = [".yaml", ".yml", ".json", ".j2"].iter().any(|end| path.as_str().ends_with(end));
    if rendered || !read {
        return Ok(text);
    }
    // The bytes before it are in both texts the same.
    let at = error.utf8_error().valid_up_to();
    let span = Span::new(&Source::new(shown, text), at..at + char::REPLACEMENT_CHARACTER.len_utf8());
    Err(Box::new(Diagnostic::error(Code::NotUtf8, span, "is not UTF-8 text").hint("save the file as UTF-8")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_utf_8_or_refused_where_it_is_not() {
        let read = |path: &str| decoded(&RepoPath::new(path).unwrap(), path, b"# x\xe9\nA: 1\n".to_vec());
        for path in ["apps/shop.yaml", "cupaas.yaml", "catalog/services/x/service.yaml.j2"] {
            assert_eq!(read(path).unwrap_err().span.to_string(), format!("{path}:1:4"));
        }
        // Replaced by the next deploy, and never read.
        for path in ["deploy/production/shop/app/x.yaml", "catalog/services/x/logo.png"] {
            assert!(read(path).is_ok(), "{path}");
        }
    }
}
