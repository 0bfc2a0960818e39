//! A path of this machine as a repository's address → whether there can be a repository, before git is asked: git takes a
//! plain file for a bundle, or for a server that does not answer.
#![allow(clippy::disallowed_methods)] // looks at one path

use std::fs;
use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;

use crate::diagnostic::{Code, Failure};
use crate::git::address::RepositoryUrl;

/// What a git bundle begins with.
const BUNDLE: &[u8] = b"# v";

/// Refuses the address of something that is there, and is no folder of a repository. One that is not there at all, or
/// cannot be looked at, is git's to judge.
///
/// # Errors
/// `Usage`.
pub(super) fn check(address: &RepositoryUrl) -> Result<(), Failure> {
    let Some(path) = path_of(address) else { return Ok(()) };
    let Ok(found) = fs::metadata(&path) else { return Ok(()) };
    if found.is_dir() {
        return match is_repository(&path) {
            true => Ok(()),
            false => Err(Failure::new(Code::InvalidAddress, format!("{address} is no git repository")).hint(
                "name the folder that has `.git`, or a bare repository; `git init --bare FOLDER` makes one",
            )),
        };
    }
    let what = if found.is_file() { "a file" } else { "neither a file nor a folder" };
    let failure = Failure::new(Code::InvalidAddress, format!("{address} is {what}, and no git repository"));
    Err(match found.is_file() && is_bundle(&path) {
        true => failure.hint("it is a bundle: `git clone --bare FILE FOLDER` makes a repository of it"),
        false => failure.hint("a repository is a folder: name the one that has `.git`, or a bare repository"),
    })
}

fn path_of(address: &RepositoryUrl) -> Option<PathBuf> {
    if let Some(path) = address.local() {
        return Some(path);
    }
    let rest = address.as_str().strip_prefix("file://")?;
    let path = rest.strip_prefix("localhost").filter(|path| path.starts_with('/')).unwrap_or(rest);
    let path = percent_decode_str(path).decode_utf8().ok()?;
    path.starts_with('/').then(|| PathBuf::from(path.as_ref()))
}

/// Whether git would look for a repository there. One that it cannot read is left to git, which says why.
fn is_repository(folder: &Path) -> bool {
    let there = |name: &str| folder.join(name).symlink_metadata().is_ok();
    let readable = fs::read_dir(folder).is_ok();
    // As git does: with these endings, a path is one too.
    let ended = folder.as_os_str().to_str().is_some_and(|text| Path::new(&format!("{text}.git")).exists());
    !readable || ended || there(".git") || (there("HEAD") && there("objects"))
}

fn is_bundle(file: &Path) -> bool {
    use std::io::Read as _;
    let mut start = [0; 3];
    let read = fs::File::open(file).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok() && start == BUNDLE
}
