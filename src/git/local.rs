//! A repository on this machine, as its own HEAD has it: read in place, with no program started and nothing fetched.

use std::path::Path;

use git2::{ObjectType, Repository};

use crate::git::checkout_files;

/// The newest commit's files.
pub(crate) struct LocalHead(Repository);

impl LocalHead {
    /// The repository whose folder this is, bare or with its files checked out; nothing where it is none.
    pub(crate) fn open(folder: &Path) -> Option<Self> {
        checkout_files::check(folder).ok()?;
        Repository::open(folder).ok().map(Self)
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
