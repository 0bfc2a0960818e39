//! `new` and `init`: the first files of an app and of a GitOps repository. Writes only files that are not there.
#![allow(clippy::disallowed_methods)] // This is where first files are written.

pub mod embedded;
mod init;
mod new;
mod workflow;

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::diagnostic::{Failure, Kind};
use crate::load::platform::Delivery;
use crate::tree::Files;

pub use init::init;
pub use new::{catalog, new};

/// What was written, and what to do next.
#[derive(Debug, Default)]
pub struct Wrote {
    /// Files that are new.
    pub written: Vec<PathBuf>,
    /// Files that were there and were left as they are.
    pub kept: Vec<PathBuf>,
    /// What was decided that nobody had said.
    pub notes: Vec<String>,
    /// What to do next, in the order to do it.
    pub next: Vec<String>,
}

impl Wrote {
    /// Writes a file, unless there is one.
    fn file(&mut self, path: PathBuf, text: &str, mode: u32) -> Result<(), Failure> {
        let fail = |error: std::io::Error| {
            Failure::new(Kind::Usage, format!("cannot write {}: {error}", path.display()))
        };
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(fail)?;
        }
        // Whole or not at all: written beside, then given its name, which fails where there is one.
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let permissions = fs::Permissions::from_mode(mode);
        let mut file = tempfile::Builder::new()
            .prefix(".cupaas-")
            .permissions(permissions)
            .tempfile_in(parent)
            .map_err(fail)?;
        file.write_all(text.as_bytes()).map_err(fail)?;
        match file.persist_noclobber(&path) {
            Ok(_) => self.written.push(path),
            Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => self.kept.push(path),
            Err(error) => return Err(fail(error.error)),
        }
        Ok(())
    }
}

/// Writes rendered files below a folder, replacing those of the same name.
///
/// Errors: what the disk refuses.
pub fn write_files(folder: &Path, files: &Files) -> Result<(), Failure> {
    for (path, text) in files {
        let mut at = folder.to_path_buf();
        for part in path.as_str().split('/') {
            at.push(part);
            if at.is_symlink() {
                let message = format!("{} is a symbolic link; links are not followed", at.display());
                return Err(Failure::new(Kind::Usage, message));
            }
        }
        let path = at;
        let fail = |error: std::io::Error| {
            Failure::new(Kind::Usage, format!("cannot write {}: {error}", path.display()))
        };
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(fail)?;
        }
        fs::write(&path, text).map_err(fail)?;
    }
    Ok(())
}

/// The files of the local GitOps repository. Its age identity is made beside it, but only where `make` says so;
/// without, a recipient that stands for it.
fn embedded_files(home: &Path, make: bool) -> Result<Files, Failure> {
    let recipient =
        if make { init::identity(home, &mut Wrote::default())? } else { init::RECIPIENT_LATER.to_owned() };
    init::files(&init::Platform {
        delivery: Delivery::Flux,
        domain: "apps.localhost",
        cluster: "home",
        registry: "localhost:5000",
        url: "ssh://git@git.example.com/me/gitops.git",
        recipient: &recipient,
    })
}
