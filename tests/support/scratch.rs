//! Folders of tests, in memory where the machine has room for them there.

use std::path::Path;
use std::sync::Once;

use rustix::fs::{StatVfsMountFlags, statvfs};
use tempfile::TempDir;

/// Linux keeps shared memory here as a file system.
const MEMORY: &str = "/dev/shm";

/// Bytes that must be free: containers often have 64 MB, which the suite may fill.
const ROOM: u64 = 1 << 30;

/// A new folder. Tests make and delete so many files that half of their time went into ext4's search for an
/// inode that was not deleted within the last seconds. Whoever sets `TMPDIR` has decided otherwise.
pub(crate) fn scratch() -> TempDir {
    static PLACE: Once = Once::new();
    PLACE.call_once(|| {
        if std::env::var_os("TMPDIR").is_none() && has_room(Path::new(MEMORY)) {
            // What fails leaves the system's own folder.
            let _ = tempfile::env::override_temp_dir(Path::new(MEMORY));
        }
    });
    tempfile::tempdir().unwrap()
}

/// Files there may be written and run, and there is room.
fn has_room(folder: &Path) -> bool {
    let Ok(found) = statvfs(folder) else { return false };
    let refused = StatVfsMountFlags::NOEXEC | StatVfsMountFlags::RDONLY;
    !found.f_flag.intersects(refused)
        && found.f_bavail.saturating_mul(found.f_frsize) >= ROOM
        && tempfile::tempdir_in(folder).is_ok()
}
