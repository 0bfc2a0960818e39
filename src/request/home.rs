//! Where cupaas keeps what belongs to this user.

use std::path::{Path, PathBuf};

use super::text;
use crate::diagnostic::{Failure, Kind};

/// A folder of this user, where the environment names one. Most runs need none.
#[derive(Debug)]
pub struct Home(Option<PathBuf>);

impl Home {
    /// `$CUPAAS_HOME`, else `$XDG_DATA_HOME/cupaas`, else `~/.local/share/cupaas` (XDG Base Directory Specification).
    ///
    /// Errors: `Usage` where `CUPAAS_HOME` is no whole path.
    pub(super) fn read() -> Result<Self, Failure> {
        let folder = |variable: &str| text(variable).map(PathBuf::from).filter(|path| path.is_absolute());
        if let Some(given) = text("CUPAAS_HOME") {
            let Some(path) = folder("CUPAAS_HOME") else {
                let message = format!("CUPAAS_HOME {given:?} is not a whole path");
                return Err(Failure::new(Kind::Usage, message).hint("begin it with /"));
            };
            return Ok(Self(Some(path)));
        }
        let data = folder("XDG_DATA_HOME").or_else(|| Some(folder("HOME")?.join(".local/share")));
        Ok(Self(data.map(|data| data.join("cupaas"))))
    }

    /// The folder.
    ///
    /// Errors: `Usage` where nothing names one.
    pub fn folder(&self) -> Result<&Path, Failure> {
        self.0
            .as_deref()
            .ok_or_else(|| Failure::new(Kind::Usage, "neither CUPAAS_HOME nor HOME names a folder"))
    }
}
