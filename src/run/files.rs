//! Files that a run writes on this machine's disk, and the key file among them that it reads again.
#![allow(clippy::disallowed_methods)] // This is where they are written.

use crate::diagnostic::Code;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::diagnostic::Failure;
use crate::outcome::Wrote;
use crate::tree::Files;

/// Writes a file, unless there is one.
///
/// # Errors
/// What the disk refuses.
pub(crate) fn write_new(wrote: &mut Wrote, path: PathBuf, text: &str, mode: u32) -> Result<(), Failure> {
    let fail = |error: std::io::Error| {
        Failure::new(Code::WriteFailed, format!("cannot write {}: {error}", path.display()))
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
        Ok(_) => wrote.written.push(path),
        Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => wrote.kept.push(path),
        Err(error) => return Err(fail(error.error)),
    }
    Ok(())
}

/// The text of a file that holds a key; empty where it cannot be read.
pub(crate) fn read_secret(path: &Path) -> Zeroizing<String> {
    Zeroizing::new(fs::read_to_string(path).unwrap_or_default())
}

/// Writes one file, in the place of what stands there.
///
/// # Errors
/// What the disk refuses.
pub(crate) fn write_file(path: &Path, text: &str) -> Result<(), Failure> {
    let fail = |error: std::io::Error| {
        Failure::new(Code::WriteFailed, format!("cannot write {}: {error}", path.display()))
    };
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(fail)?;
    }
    fs::write(path, text).map_err(fail)
}

/// Writes rendered files below a folder, replacing those of the same name.
///
/// # Errors
/// What the disk refuses.
pub(crate) fn write_files(folder: &Path, files: &Files) -> Result<(), Failure> {
    for (path, text) in files {
        let mut at = folder.to_path_buf();
        for part in path.as_str().split('/') {
            at.push(part);
            if at.is_symlink() {
                let message = format!("cannot write {}: symbolic links are not followed", at.display());
                return Err(Failure::new(Code::WriteFailed, message));
            }
        }
        let path = at;
        let fail = |error: std::io::Error| {
            Failure::new(Code::WriteFailed, format!("cannot write {}: {error}", path.display()))
        };
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(fail)?;
        }
        fs::write(&path, text).map_err(fail)?;
    }
    Ok(())
}
