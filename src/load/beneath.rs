//! A path in a folder → the file that it leads to, through symbolic links that stay within the folder and never through
//! others. Each step opens one name in a folder that is held open and follows nothing itself, so that nobody who
//! exchanges a name meanwhile can lead a reader outside.

use std::collections::VecDeque;
use std::fs::File;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{CWD, Mode, OFlags, openat, readlinkat};
use rustix::io::Errno;

/// The most links on one way.
const MOST_LINKS: usize = 16;

/// Why there is no file.
#[derive(Debug)]
pub(crate) enum Unreached {
    /// A link leads out of the folder, or into what is no part of the app.
    Outside,
    /// The system's word.
    System(Errno),
}

impl From<Errno> for Unreached {
    fn from(error: Errno) -> Self {
        Self::System(error)
    }
}

/// Opens the file or folder at `path` in `root`. A pipe's other end is not waited for.
///
/// # Errors
/// When it leads outside, into a repository's own `.git`, or nowhere.
pub(crate) fn open(root: &Path, path: &str) -> Result<File, Unreached> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
    let mut folders: Vec<OwnedFd> = vec![openat(CWD, root, flags | OFlags::DIRECTORY, Mode::empty())?];
    let mut rest: VecDeque<Vec<u8>> = parts(path.as_bytes()).collect();
    let mut links = 0;
    while let Some(part) = rest.pop_front() {
        if part == b".." {
            folders.pop();
        }
        let Some(folder) = folders.last() else { return Err(Unreached::Outside) };
        if part == b".." {
            continue;
        }
        if part == b".git" {
            // It may hold a token, and is never part of an image.
            return Err(Unreached::Outside);
        }
        match openat(folder, part.as_slice(), flags | OFlags::NOFOLLOW, Mode::empty()) {
            Ok(next) => folders.push(next),
            Err(Errno::LOOP | Errno::MLINK) => {
                links += 1;
                let target = readlinkat(folder, part.as_slice(), Vec::new())?;
                if target.as_bytes().starts_with(b"/") {
                    return Err(Unreached::Outside);
                }
                if links > MOST_LINKS {
                    return Err(Errno::LOOP.into());
                }
                for part in parts(target.as_bytes()).rev() {
                    rest.push_front(part);
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
    folders.pop().map(File::from).ok_or(Unreached::Outside)
}

fn parts(path: &[u8]) -> impl DoubleEndedIterator<Item = Vec<u8>> + '_ {
    path.split(|byte| *byte == b'/').filter(|part| !part.is_empty() && *part != b".").map(<[u8]>::to_vec)
}

#[cfg(test)]
#[allow(clippy::disallowed_methods)] // makes the files that it reads
mod tests {
    use super::*;
    use std::io::Read as _;
    use std::os::unix::fs::symlink;

    fn read(root: &Path, path: &str) -> Option<String> {
        let mut text = String::new();
        open(root, path).ok()?.read_to_string(&mut text).ok()?;
        Some(text)
    }

    #[test]
    fn a_link_is_followed_within_the_folder_and_never_out_of_it() {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().join("app");
        std::fs::create_dir_all(root.join("deep/er")).unwrap();
        std::fs::create_dir_all(root.join(".git")).unwrap();
        std::fs::write(root.join("deep/er/f"), "inside").unwrap();
        std::fs::write(root.join(".git/config"), "a token").unwrap();
        std::fs::write(outer.path().join("secret"), "outside").unwrap();
        let link = |target: &str, name: &str| symlink(target, root.join(name)).unwrap();
        link("deep/er/f", "file");
        link("./deep/../deep//er", "folder");
        link("../file", "deep/up");
        link("file", "twice");
        for path in ["file", "folder/f", "deep/up", "twice", "deep/er/f"] {
            assert_eq!(read(&root, path).as_deref(), Some("inside"), "{path}");
        }
        link("../secret", "out");
        link("deep/../../app/deep/er/f", "out-and-in");
        link("/etc/hostname", "absolute");
        link("..", "above");
        link(".git/config", "token");
        link("loop", "loop");
        link("nowhere", "dangling");
        for path in
            ["out", "out-and-in", "absolute", "above/secret", "token", "loop", "dangling", "../secret"]
        {
            assert_eq!(read(&root, path), None, "{path}");
        }
        assert!(matches!(open(&root, "out"), Err(Unreached::Outside)));
        assert!(matches!(open(&root, "token"), Err(Unreached::Outside)));
        assert!(matches!(open(&root, "dangling"), Err(Unreached::System(_))));
    }
}
