//! What came out against what is expected, both ways: a file too few, too many or another one are all wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use crate::tree::Files;
use similar::TextDiff;
use walkdir::WalkDir;

type Texts<'a> = BTreeMap<&'a str, String>;

/// Compares; errors: every difference, line by line.
pub(super) fn check(folder: &Path, files: &Files, texts: &Texts<'_>) -> Result<(), String> {
    let mut wrong = String::new();
    for (name, got) in texts {
        let wanted = fs::read_to_string(folder.join(name)).unwrap_or_default();
        differ(name, &wanted, got, &mut wrong);
    }
    let wanted = files_below(&folder.join("expected"));
    let got: BTreeMap<String, Vec<u8>> =
        files.iter().map(|(path, text)| (path.to_string(), text.clone().into_bytes())).collect();
    let paths: BTreeSet<&String> = wanted.keys().chain(got.keys()).collect();
    for path in paths {
        let text = |tree: &BTreeMap<String, Vec<u8>>| {
            tree.get(path).map(|bytes| String::from_utf8_lossy(bytes).into_owned())
        };
        match (text(&wanted), text(&got)) {
            (Some(wanted), Some(got)) => differ(&format!("expected/{path}"), &wanted, &got, &mut wrong),
            (Some(_), None) => {
                let _ = writeln!(wrong, "expected/{path} did not come out, or case.yaml does not name it");
            }
            (None, Some(got)) => {
                let _ = writeln!(wrong, "extra: expected/{path}\n{got}");
            }
            (None, None) => {}
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

fn differ(name: &str, wanted: &str, got: &str, wrong: &mut String) {
    if wanted != got {
        let diff = TextDiff::from_lines(wanted, got);
        let _ = writeln!(wrong, "{}", diff.unified_diff().header(name, "what came out"));
    }
}

/// Writes what came out as what is expected.
pub(super) fn write(folder: &Path, files: &Files, texts: &Texts<'_>) -> io::Result<()> {
    for (name, text) in texts {
        let path = folder.join(name);
        if !text.is_empty() {
            fs::write(path, text)?;
        } else if path.exists() {
            fs::remove_file(path)?;
        }
    }
    let expected = folder.join("expected");
    if expected.exists() {
        fs::remove_dir_all(&expected)?;
    }
    write_files(&expected, files)
}

/// Writes `files` below `folder`.
///
/// # Errors
/// What the disk refuses.
pub fn write_files(folder: &Path, files: &Files) -> io::Result<()> {
    for (path, text) in files {
        let path = folder.join(path.as_str());
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, text)?;
    }
    Ok(())
}

/// All files below `folder`, by relative path.
pub(super) fn files_below(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let walk = WalkDir::new(folder).into_iter().filter_map(Result::ok);
    let files = walk.filter(|entry| entry.file_type().is_file());
    let named = files.filter_map(|entry| {
        let path = entry.path().strip_prefix(folder).ok()?.to_str()?.to_owned();
        Some((path, fs::read(entry.path()).ok()?))
    });
    named.collect()
}
