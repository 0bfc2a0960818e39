//! What git keeps of a checkout, looked at before it is read: each file is one, and no larger than such a file becomes, and
//! configuration includes no endless chain. Whatever reads it would wait for ever for what is no file, and keep the rest in
//! memory.
#![allow(clippy::disallowed_methods)] // This is where a checkout's own files are looked at.

use std::fs;
use std::path::{Path, PathBuf};

use crate::diagnostic::{Code, Failure};

/// The most bytes of configuration, and of other short files.
const SHORT: u64 = 1 << 20;
/// The most bytes of what grows with the repository.
const LONG: u64 = 512 << 20;
/// The most files that include each other.
const DEPTH: usize = 8;
/// The most files that one configuration is made of.
const FILES: usize = 100;
/// Files that are read, and how large they may be.
const READ: [(&str, u64); 10] = [
    ("HEAD", SHORT),
    ("commondir", SHORT),
    ("config.worktree", SHORT),
    ("shallow", LONG),
    ("index", LONG),
    ("packed-refs", LONG),
    ("info/exclude", SHORT),
    ("info/attributes", SHORT),
    ("info/grafts", SHORT),
    ("objects/info/alternates", SHORT),
];

/// Looks at the repository around `folder`, if there is one.
///
/// # Errors
/// The first file that cannot be read in bounded time and memory, with the reason.
pub(super) fn check(folder: &Path) -> Result<(), Failure> {
    let Some(git) =
        folder.ancestors().map(|above| above.join(".git")).find(|git| git.symlink_metadata().is_ok())
    else {
        return Ok(());
    };
    let own = match git.is_dir() {
        true => git,
        false => match named(&git, "gitdir:")? {
            Some(folder) => folder,
            None => return Ok(()),
        },
    };
    let common = named(&own.join("commondir"), "")?.unwrap_or_else(|| own.clone());
    for folder in [&own, &common] {
        for (name, most) in READ {
            sound(&folder.join(name), most)?;
        }
    }
    let mut seen = 0;
    configuration(&common.join("config"), 0, &mut seen)?;
    configuration(&own.join("config.worktree"), 0, &mut seen)
}

/// The folder that a short file names, after `before`.
fn named(file: &Path, before: &str) -> Result<Option<PathBuf>, Failure> {
    if !sound(file, SHORT)? {
        return Ok(None);
    }
    let text = fs::read_to_string(file).unwrap_or_default();
    let path = text.trim_start().strip_prefix(before).map(str::trim).filter(|path| !path.is_empty());
    Ok(path.and_then(|path| Some(file.parent()?.join(path))))
}

/// Whether a file is there; one that is can be read.
fn sound(file: &Path, most: u64) -> Result<bool, Failure> {
    // What is included from there is nothing, and at once.
    if file == Path::new("/dev/null") {
        return Ok(false);
    }
    let Ok(found) = fs::metadata(file) else { return Ok(false) };
    if !found.is_file() {
        return Err(unreadable(file, "is no regular file"));
    }
    if found.len() > most {
        return Err(unreadable(file, &format!("is larger than {} MiB", most >> 20)));
    }
    Ok(true)
}

fn unreadable(file: &Path, why: &str) -> Failure {
    Failure::new(
        Code::UnreadableCheckout,
        format!("cannot read the app's checkout: {} {why}", file.display()),
    )
    .hint("mend that file, or clone the repository anew")
}

/// Follows what a configuration includes, whatever its conditions say.
fn configuration(file: &Path, depth: usize, seen: &mut usize) -> Result<(), Failure> {
    if !sound(file, SHORT)? {
        return Ok(());
    }
    *seen += 1;
    if depth > DEPTH || *seen > FILES {
        return Err(unreadable(file, "is included again and again, or by too many files"));
    }
    let text = fs::read(file).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    for path in included(&text) {
        // What begins with `~` or `%` is a file of the user's own, as the user's configuration is.
        if let Some(above) = file.parent().filter(|_| !path.starts_with(['~', '%'])) {
            configuration(&above.join(path), depth + 1, seen)?;
        }
    }
    Ok(())
}

/// The paths that a configuration's sections `include` and `includeIf` name.
fn included(text: &str) -> Vec<String> {
    let (mut paths, mut includes) = (Vec::new(), false);
    for line in text.replace("\\\n", "").lines() {
        let mut rest = line.trim();
        if let Some(section) = rest.strip_prefix('[') {
            let name: String = section.chars().take_while(char::is_ascii_alphabetic).collect();
            includes = ["include", "includeif"].contains(&name.to_ascii_lowercase().as_str());
            rest = after_section(section).trim();
        }
        let Some((key, value)) = rest.split_once('=').filter(|_| includes) else { continue };
        if key.trim().eq_ignore_ascii_case("path") {
            paths.push(value_of(value.trim()));
        }
    }
    paths
}

/// What stands behind a section's name, of which a part may be quoted.
fn after_section(section: &str) -> &str {
    let mut quoted = false;
    for (at, c) in section.char_indices() {
        match c {
            '"' => quoted = !quoted,
            ']' if !quoted => return &section[at + 1..],
            _ => {}
        }
    }
    ""
}

fn value_of(written: &str) -> String {
    let (mut value, mut quoted, mut escaped) = (String::new(), false, false);
    for c in written.chars() {
        match c {
            _ if escaped => {
                value.push(c);
                escaped = false;
            }
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            '#' | ';' if !quoted => break,
            c => value.push(c),
        }
    }
    value.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_included_is_found_however_it_is_written() {
        let text = "[core]\n path = no\n[include] path = one # x\n[Include]\n\tPATH=\"two; \\\"3\"\n\
                    [includeIf \"gitdir:[x]\"]\n  path = th\\\nree\n[user]\n path = no\n";
        assert_eq!(included(text), ["one", "two; \"3", "three"]);
    }
}
