//! Names that a GitOps repository on this machine knows, for whoever types one. Nothing here reaches over a network, and
//! what cannot be read has no names.
#![allow(clippy::disallowed_methods)] // This is where a GitOps folder is read.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::git::local::LocalHead;
use crate::layout::path;
use crate::load::catalog::{Catalog, RecipeKind};
use crate::load::requires::read_platform;
use crate::tree::Files;

/// A GitOps repository on this machine.
pub(crate) enum KnownNames {
    /// One of git's, as last committed.
    Git(LocalHead),
    /// A plain folder.
    Folder(PathBuf),
}

impl KnownNames {
    /// What stands in this folder.
    pub(crate) fn open(folder: &Path) -> Self {
        LocalHead::open(folder).map_or_else(|| Self::Folder(folder.to_owned()), Self::Git)
    }

    /// Apps that are registered, or of which anything stands in `releases/`.
    pub(crate) fn apps(&self) -> BTreeSet<String> {
        let registered = self.list("apps").into_iter();
        let registered = registered.filter_map(|file| {
            let name = file.strip_suffix(".yaml").or_else(|| file.strip_suffix(".yml"))?;
            Some(name.to_owned())
        });
        let released = self.list("releases").into_iter();
        registered
            .chain(released.flat_map(|environment| self.list(&format!("releases/{environment}"))))
            .collect()
    }

    /// The platform's environments, and those in `releases/`.
    pub(crate) fn environments(&self) -> BTreeSet<String> {
        let mut names: BTreeSet<String> = self.list("releases").into_iter().collect();
        let file = self.text("cupaas.yaml").zip(path("cupaas.yaml").ok());
        let platform = file.and_then(|(text, path)| read_platform(&Files::from([(path, text)])).ok());
        names.extend(platform.into_iter().flat_map(|platform| platform.value.environments.into_keys()));
        names
    }

    /// Recipes of a kind: the platform's own beside the built-in ones.
    pub(crate) fn recipes(&self, kind: RecipeKind) -> BTreeSet<String> {
        let own = self.list(&format!("catalog/{}", kind.folder()));
        own.into_iter().chain(Catalog::default().names(kind)).collect()
    }

    fn list(&self, folder: &str) -> Vec<String> {
        match self {
            Self::Git(head) => head.names(folder),
            Self::Folder(root) => {
                let entries = fs::read_dir(root.join(folder)).into_iter().flatten().filter_map(Result::ok);
                entries.filter_map(|entry| entry.file_name().into_string().ok()).collect()
            }
        }
    }

    fn text(&self, path: &str) -> Option<String> {
        match self {
            Self::Git(head) => head.text(path),
            Self::Folder(root) => fs::read_to_string(root.join(path)).ok(),
        }
    }
}
