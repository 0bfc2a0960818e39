//! The GitOps repository that one stands in, for commands that are about it and no app's folder.
#![allow(clippy::disallowed_methods)] // The working directory is looked at here.

use std::path::PathBuf;

use crate::cli::{Repository, Shared, Wide};
use crate::load::app_folder::APP_FILES;

/// Where no repository is named, and the working directory is in a clone of one: that clone, as git's own commands take
/// the repository that one stands in. A repository that is an app too is an app's.
pub(super) fn here(mut repository: Repository) -> Repository {
    if repository.gitops.as_ref().is_none_or(String::is_empty) {
        repository.gitops = root().map(|root| root.display().to_string());
    }
    repository
}

/// The same of a step that is about every app.
pub(super) fn on(shared: Shared, wide: &Wide) -> Shared {
    let repository = shared.repository;
    Shared { repository: if wide.all { here(repository) } else { repository }, ..shared }
}

/// The top of that clone.
pub(super) fn root() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    let root = here.ancestors().find(|folder| folder.join(".git").exists())?;
    let is_app = APP_FILES.iter().any(|name| root.join(name).exists());
    (root.join("cupaas.yaml").is_file() && !is_app).then(|| root.to_owned())
}
