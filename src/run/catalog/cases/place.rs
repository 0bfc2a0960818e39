//! A case's folders, put where nothing else is.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use walkdir::WalkDir;

use super::case_file::CaseFile;
use super::{Setting, compare, expect};
use crate::git::{Author, FileChanges, bare};
use crate::run::scaffold::embedded;
use crate::tree::RepoPath;

/// Copies a case's app and GitOps repository into `scratch`.
pub(super) fn prepare(
    setting: &Setting<'_>,
    case: &CaseFile,
    folder: &Path,
    scratch: &Path,
) -> Result<(), String> {
    let place = |given: &Option<String>, name: &str| match given {
        Some(path) => setting.root.join(path),
        None => folder.join(name),
    };
    let app = place(&case.app, "app");
    if !app.is_dir() {
        let shown = app.display().to_string();
        let shown = shown.strip_prefix("./").unwrap_or(&shown);
        return Err(format!("{shown}/ is missing: the app that the case is about, with its .cupaas"));
    }
    // A copy stands in no repository, so that nothing is found out about one.
    copy(&app, &scratch.join("app"))?;
    let gitops = place(&case.gitops, "gitops");
    if gitops.is_dir() {
        copy(&gitops, &scratch.join("gitops"))?;
    }
    let Some(beside) = setting.beside else { return Ok(()) };
    if !gitops.is_dir() {
        let files = embedded::files(Path::new(""), false).map_err(|failure| failure.to_string())?;
        compare::write_files(&scratch.join("gitops"), &files).map_err(|error| error.to_string())?;
    }
    compare::write_files(&scratch.join("gitops"), beside).map_err(|error| error.to_string())
}

/// What a run said, with the places of the case's own files as a person finds them: a run knows its app alone.
pub(super) fn in_case(said: &str, folder: &Path) -> Result<String, String> {
    let shown = folder.display().to_string();
    let shown = shown.strip_prefix("./").unwrap_or(&shown).to_owned();
    let place = expect::pattern(r"(^|[\s(])((?:app|gitops)/[^\s:]*:[0-9]+)")?;
    let found = |found: &regex_lite::Captures<'_>| {
        let of_case = folder.join(found[2].split(':').next().unwrap_or_default()).exists();
        let before = if of_case { format!("{shown}/") } else { String::new() };
        format!("{}{before}{}", &found[1], &found[2])
    };
    Ok(place.replace_all(said, found).into_owned())
}

/// Makes a repository of the GitOps folder, which can be deployed to.
pub(super) fn make_repository(scratch: &Path) -> Result<(), String> {
    let folder = scratch.join("gitops");
    let mut files = BTreeMap::new();
    for (path, bytes) in compare::files_below(&folder) {
        files.insert(RepoPath::new(path).map_err(|error| error.to_string())?, Some(bytes));
    }
    let author = Author { name: "tester".to_owned(), email: "tester@example.cu".to_owned() };
    let message = "Begin\n".to_owned();
    let change = FileChanges { folders: BTreeMap::new(), files, message, author, time: 1_700_000_000 };
    bare::init_bare(&scratch.join("gitops.git"), "main", &change).map_err(|failure| failure.to_string())?;
    fs::remove_dir_all(folder).map_err(|error| error.to_string())
}

/// Copies a folder.
pub(super) fn copy(from: &Path, to: &Path) -> Result<(), String> {
    for entry in WalkDir::new(from) {
        let entry = entry.map_err(|error| error.to_string())?;
        let target = to.join(entry.path().strip_prefix(from).map_err(|error| error.to_string())?);
        let kind = entry.file_type();
        // A link may lead anywhere, and a device has no end.
        if !kind.is_dir() && !kind.is_file() {
            return Err(format!("{}: is no regular file", entry.path().display()));
        }
        let copied = match kind.is_dir() {
            true => fs::create_dir_all(&target),
            false => fs::copy(entry.path(), &target).map(drop),
        };
        copied.map_err(|error| format!("{}: {error}", target.display()))?;
    }
    Ok(())
}
