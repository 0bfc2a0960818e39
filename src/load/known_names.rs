//! Names that a GitOps repository on this machine knows, for whoever types one. Nothing here reaches over a network, and
//! what cannot be read has no names.
#![allow(clippy::disallowed_methods)] // This is where a GitOps folder is read.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::diagnostic::Source;
use crate::git::local::LocalHead;
use crate::layout::path;
use crate::load::app_file::AppFile;
use crate::load::app_folder::APP_FILES;
use crate::load::catalog::{Catalog, RecipeKind};
use crate::load::release_file::ReleaseFile;
use crate::load::requires::read_platform;
use crate::tree::Files;
use crate::yaml::document;

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

    /// Secrets of an app's own, in one environment or in all: those that are set, and those that were asked for when it was
    /// deployed.
    pub(crate) fn secrets(&self, app: &str, environment: Option<&str>) -> BTreeSet<String> {
        let environments =
            environment.map_or_else(|| self.environments(), |one| BTreeSet::from([one.to_owned()]));
        let mut names = BTreeSet::new();
        for environment in environments {
            let release = format!("releases/{environment}/{app}");
            let files = self.list(&format!("{release}/secrets")).into_iter();
            names.extend(files.filter_map(|file| Some(file.strip_suffix(".yaml")?.to_owned())));
            let record = self.text(&format!("{release}/release.yaml"));
            let record = record.and_then(|text| document::read::<ReleaseFile>(&Source::new("", text)).ok());
            let written = record.and_then(|record| record.value.files.get(".cupaas").cloned());
            names.extend(written.iter().flat_map(|text| secrets_of(text)));
        }
        names
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

/// The secrets that an app's folder asks for.
pub(crate) fn secrets_in(folder: &Path) -> BTreeSet<String> {
    let texts = APP_FILES.iter().filter_map(|name| fs::read_to_string(folder.join(name)).ok());
    texts.flat_map(|text| secrets_of(&text)).collect()
}

/// The secrets that a text of `.cupaas` names, whatever else is wrong with it.
fn secrets_of(text: &str) -> Vec<String> {
    let (read, _) = document::read_leniently::<AppFile>(&Source::new("", text));
    read.into_iter().flat_map(|file| file.value.secrets).map(|entry| entry.name).collect()
}
