//! A private folder for the temporary repository. A killed run leaves its folder behind; a later one takes
//! away those whose process is gone.
#![allow(clippy::disallowed_methods)] // the system's temporary folder and the clock

use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use crate::diagnostic::Failure;
use crate::git::stderr::internal;
use crate::stop::{self, Kept, Registered};

/// Younger ones are left alone: process ids are handed out again, and containers that share a temporary
/// folder do not see each other's processes.
const OLD: Duration = Duration::from_secs(60 * 60);

/// As many entries of the temporary folder are looked at, and so many removed, that a deploy does not notice.
const LOOKED_AT: usize = 2_000;
const REMOVED: usize = 8;

/// Nobody else reads what is in there, or puts something there that git would run.
const MODE: u32 = 0o700;

/// A temporary folder; gone with this value, and where a signal ends the run.
#[derive(Debug)]
pub struct TemporaryFolder {
    folder: TempDir,
    _registered: Registered,
}

impl TemporaryFolder {
    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Makes `cupaas-<pid>-…`, which is this user's alone, whatever the umask says.
///
/// # Errors
/// `Internal` where the system's temporary folder cannot be written.
pub(super) fn folder() -> Result<TemporaryFolder, Failure> {
    sweep(&tempfile::env::temp_dir(), OLD);
    let made = stop::register(|| {
        let folder = make(&tempfile::env::temp_dir())?;
        let kept = Kept::Folder(folder.path().to_owned());
        Ok((folder, kept))
    });
    let (folder, registered) = made.map_err(|error: std::io::Error| internal(error))?;
    Ok(TemporaryFolder { folder, _registered: registered })
}

fn make(parent: &Path) -> std::io::Result<TempDir> {
    let prefix = format!("cupaas-{}-", std::process::id());
    let own = || Permissions::from_mode(MODE);
    // Made with it, so that it is nobody else's for a moment either; said again, as a umask may take from its owner.
    let folder = tempfile::Builder::new().prefix(&prefix).permissions(own()).tempdir_in(parent)?;
    std::fs::set_permissions(folder.path(), own())?;
    Ok(folder)
}

/// Removes the leftovers in `parent` that are older than `age`. What cannot be removed is no reason to fail.
pub(super) fn sweep(parent: &Path, age: Duration) -> usize {
    let Ok(entries) = std::fs::read_dir(parent) else { return 0 };
    let me = rustix::process::getuid().as_raw();
    let leftovers = entries.take(LOOKED_AT).flatten().filter(|entry| {
        let name = entry.file_name();
        name.to_str().and_then(owner).is_some_and(|pid| !is_alive(pid))
            && entry.metadata().is_ok_and(|meta| {
                let old = meta.modified().ok().and_then(|at| SystemTime::now().duration_since(at).ok());
                meta.is_dir() && meta.uid() == me && old.is_some_and(|old| old >= age)
            })
    });
    leftovers.take(REMOVED).filter(|entry| std::fs::remove_dir_all(entry.path()).is_ok()).count()
}

/// The process that a folder's name belongs to.
fn owner(name: &str) -> Option<i32> {
    name.strip_prefix("cupaas-")?.split_once('-')?.0.parse().ok().filter(|pid| *pid > 0)
}

fn is_alive(pid: i32) -> bool {
    let Some(pid) = rustix::process::Pid::from_raw(pid) else { return true };
    !matches!(rustix::process::test_kill_process(pid), Err(rustix::io::Errno::SRCH))
}

#[cfg(test)]
mod tests {
    use super::*;

    const UMASKS: &str = "CUPAAS_TEST_UMASKS";

    /// The umask is the whole process's, so the folders are made by this test in a process of its own.
    #[test]
    fn the_folder_is_its_owners_alone_under_every_umask() {
        let parent = tempfile::tempdir().unwrap();
        let mut again = std::process::Command::new(std::env::current_exe().unwrap());
        again.args(["--exact", "git::temporary::tests::folders_under_all_umasks", "--test-threads=1"]);
        let output = again.env(UMASKS, parent.path()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
    }

    #[test]
    fn folders_under_all_umasks() {
        let Some(parent) = std::env::var_os(UMASKS) else { return };
        for umask in 0..=0o777 {
            let before = rustix::process::umask(rustix::fs::Mode::from_raw_mode(umask));
            let made = make(Path::new(&parent)).unwrap();
            let mode = std::fs::metadata(made.path()).unwrap().mode() & 0o7777;
            rustix::process::umask(before);
            assert_eq!(mode, 0o700, "under umask {umask:03o}");
        }
    }

    #[test]
    fn only_folders_of_dead_processes_are_swept() {
        let parent = tempfile::tempdir().unwrap();
        let mut dead = std::process::Command::new("true").spawn().unwrap();
        let pid = dead.id();
        dead.wait().unwrap();
        let make = |name: String| {
            let path = parent.path().join(name);
            std::fs::create_dir_all(path.join("objects")).unwrap();
            path
        };
        let gone = make(format!("cupaas-{pid}-abc"));
        let kept = [
            make(format!("cupaas-{}-abc", std::process::id())),
            make("cupaas-x-abc".into()),
            make("other-1-x".into()),
        ];
        assert_eq!(sweep(parent.path(), Duration::from_secs(3600)), 0, "too young");
        assert_eq!(sweep(parent.path(), Duration::ZERO), 1);
        assert!(!gone.exists() && kept.iter().all(|path| path.exists()));
    }
}
