//! What a release is decided from besides files.

use crate::load::release_file::SourceFacts;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// The variable that names the environment, as `--env` does.
pub(crate) const ENVIRONMENT: &str = "CUPAAS_ENV";
/// The variable that names the image, as `--image` does.
pub(crate) const IMAGE: &str = "CUPAAS_IMAGE";

/// What the person asked for, as far as deciding a release needs it.
#[derive(Debug, Clone, Default)]
pub struct ReleaseQuery {
    /// The app's folder.
    pub folder: PathBuf,
    /// The folder's own name, whatever way it was written.
    pub folder_name: String,
    /// What messages call the folder, where it is a copy of another.
    pub called: Option<String>,
    /// `--app`.
    pub app: Option<String>,
    /// `--env`.
    pub environment: Option<String>,
    /// `--image`.
    pub image: Option<String>,
    /// Which of these came from a variable of the environment, by its name: `CUPAAS_ENV`, `CUPAAS_IMAGE`.
    pub from_variables: BTreeSet<&'static str>,
    /// Whether it matters that an image is named.
    pub needs_image: bool,
    /// `--set NAME=VALUE`, the last layer of the variables.
    pub variables: BTreeMap<String, String>,
    /// Where the app's files come from.
    pub source: SourceFacts,
    /// Files of the app's folder whose changes no commit holds.
    pub uncommitted: Vec<String>,
    /// Whether this is a CI job, whose folders are gone when it ends.
    pub ci: bool,
}

impl ReleaseQuery {
    /// Where the environment was named: what messages call it.
    pub(crate) fn environment_origin(&self) -> &'static str {
        self.origin("--env", ENVIRONMENT)
    }

    /// The same of the image.
    pub(crate) fn image_origin(&self) -> &'static str {
        self.origin("--image", IMAGE)
    }

    fn origin(&self, flag: &'static str, variable: &'static str) -> &'static str {
        if self.from_variables.contains(variable) { variable } else { flag }
    }
}
