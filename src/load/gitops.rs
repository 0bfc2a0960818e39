//! The GitOps repository as it is read: a folder, a fetched snapshot, or what `init` would write where nothing is
//! there yet.
#![allow(clippy::disallowed_methods)] // This is where a GitOps folder is read.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::diagnostic::{Diagnostic, Failure, Source, Span};
use crate::publish::snapshot::LARGEST;
use crate::publish::{Entry, Snapshot};
use crate::tree::{Files, RepoPath};

/// The GitOps repository, as a run sees it: what stands there, and over it what the run is about to write.
#[derive(Debug)]
pub struct Gitops {
    /// Where its files come from.
    pub place: Place,
    /// Files that the run has edited: the new text, or nothing where the file goes.
    edits: Edits,
}

/// Edited files, by path: the new text, or nothing where the file goes.
pub type Edits = BTreeMap<RepoPath, Option<String>>;

/// Where the GitOps repository's files come from.
#[derive(Debug)]
pub enum Place {
    /// A plain folder: it can be read and compared with, not deployed to.
    Folder(PathBuf),
    /// The newest commit of a repository's branch.
    Snapshot(Box<Snapshot>),
    /// Files that are nowhere yet.
    Memory(Files),
}

impl From<Place> for Gitops {
    fn from(place: Place) -> Self {
        Self { place, edits: Edits::new() }
    }
}

impl Gitops {
    /// From now on, reading finds these texts; those of an earlier round are forgotten.
    pub fn edit(&mut self, edits: &Edits) {
        self.edits = edits.clone();
    }

    /// All files at and below `paths`; what is not there is left out.
    ///
    /// Errors: a symlink on the way, a file that is too large, or a repository that cannot be reached.
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

impl Place {
    fn read(&mut self, paths: &[RepoPath]) -> Result<Files, Failure> {
        match self {
            Self::Folder(root) => {
                let mut files = Files::new();
                for path in paths {
                    read_folder(root, path, &mut files)?;
                }
                Ok(files)
            }
            Self::Snapshot(snapshot) => snapshot
                .read(paths)?
                .into_iter()
                .map(|(path, entry)| Ok((path.clone(), text(&path, entry)?)))
                .collect(),
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

fn text(path: &RepoPath, entry: Entry) -> Result<String, Failure> {
    match entry {
        Entry::Text(text) => Ok(text),
        Entry::Bytes(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Entry::Symlink | Entry::Submodule => {
            let place = Source::new(path.as_str(), "");
            let message = "is a symbolic link or another repository; neither is followed";
            Err(Failure::invalid(vec![Diagnostic::error(Span::file(&place), message)]))
        }
    }
}

fn read_folder(root: &Path, path: &RepoPath, files: &mut Files) -> Result<(), Failure> {
    let refuse = |at: &Path, message: String| {
        let place = Source::new(at.display().to_string(), "");
        Failure::invalid(vec![Diagnostic::error(Span::file(&place), message)])
    };
    // Every parent too: a link on the way would lead out of the folder.
    let mut at = root.to_path_buf();
    for part in path.as_str().split('/') {
        at.push(part);
        match fs::symlink_metadata(&at) {
            Ok(kind) if kind.is_symlink() => {
                return Err(refuse(&at, "is a symbolic link; links are not followed".into()));
            }
            Ok(_) => {}
            Err(_) => return Ok(()),
        }
    }
    for entry in WalkDir::new(&at).follow_links(false).sort_by_file_name() {
        let entry = entry.map_err(|error| refuse(&at, error.to_string()))?;
        if entry.file_type().is_dir() {
            continue;
        }
        let size = entry.metadata().map(|m| m.len()).unwrap_or(0);
        if !entry.file_type().is_file() || size > LARGEST as u64 {
            return Err(refuse(entry.path(), "is not a text file of at most 10 MB".into()));
        }
        let bytes = fs::read(entry.path()).map_err(|error| refuse(entry.path(), error.to_string()))?;
        let relative = entry.path().strip_prefix(root).ok().and_then(Path::to_str).unwrap_or_default();
        let name = RepoPath::new(relative).map_err(|error| refuse(entry.path(), error.to_string()))?;
        files.insert(name, String::from_utf8_lossy(&bytes).into_owned());
    }
    Ok(())
}
