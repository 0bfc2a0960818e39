//! Where cupaas keeps what belongs to this user.

use crate::diagnostic::Code;
use std::path::{Path, PathBuf};

use crate::diagnostic::Failure;

/// A folder of this user, where the environment names one. Most runs need none.
#[derive(Debug)]
pub struct Home(pub(crate) Option<PathBuf>);

impl Home {
    /// The folder.
    ///
    /// # Errors
    /// `Usage` where nothing names one.
    pub fn folder(&self) -> Result<&Path, Failure> {
        self.0
            .as_deref()
            .ok_or_else(|| Failure::new(Code::NoHomeFolder, "neither CUPAAS_HOME nor HOME names a folder"))
    }
}
