//! What a run has to clear away before it ends.
#![allow(clippy::disallowed_methods)] // removes folders that others have made

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::stop::children::Group;

/// A folder may get a last file while it is removed, of a program that is about to end.
const TRIES: u32 = 40;
const PAUSE: Duration = Duration::from_millis(25);

/// One thing to clear away.
pub(crate) enum Kept {
    /// A child and all that it has started.
    Group(Group),
    /// A folder with all that is in it.
    Folder(PathBuf),
}

/// Removes a folder. What cannot be removed stays: a later run looks for it.
pub(crate) fn remove(folder: &Path) {
    for _ in 0..TRIES {
        let _ = std::fs::remove_dir_all(folder);
        if !folder.exists() {
            return;
        }
        std::thread::sleep(PAUSE);
    }
}
