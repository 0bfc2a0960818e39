//! An app's folder on disk → its `.cupaas` and Procfile, the files that a person writes for cupaas. Never follows a
//! symlink, never reads a device, never reads more than it needs.
#![allow(clippy::disallowed_methods)] // This is where an app's files are read.

use crate::diagnostic::Code;
use std::fs::{self, File, OpenOptions};
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};
use walkdir::{DirEntry, WalkDir};

use crate::diagnostic::{Diagnostic, Failure, Source, Span};
use crate::load::app_files::SKIPPED;
use crate::load::encoding;
use crate::schema::suggest;

/// The most bytes that a file which a person writes for cupaas may have.
pub(crate) const MAX_FILE: u64 = 1 << 20;
/// The file that makes a folder a GitOps repository.
const PLATFORM: &str = "cupaas.yaml";
/// Names under which an app's file may stand.
pub(crate) const APP_FILES: [&str; 3] = [".cupaas", ".cupaas.yml", ".cupaas.yaml"];

/// An app's folder.
#[derive(Debug, Clone)]
pub(crate) struct AppFolder {
    /// `.cupaas`, under its name as the person gave the folder.
    pub app_file: Arc<Source>,
    /// The Procfile, where there is one.
    pub procfile: Option<Arc<Source>>,
}

/// Reads the folder's own files. `called`: the name that messages give the folder, where it is not the person's own.
///
/// # Errors
/// When there is no `.cupaas` or more than one, or a file is not a text file of at most 1 MiB.
pub(crate) fn read(folder: &Path, called: Option<&str>) -> Result<AppFolder, Failure> {
    let app_file = app_file(folder, called)?;
    Ok(AppFolder { app_file, procfile: procfile(folder, called)? })
}

/// Reads the folder's Procfile, where there is one.
///
/// # Errors
/// When it is not a text file of at most 1 MiB.
pub(super) fn procfile(folder: &Path, called: Option<&str>) -> Result<Option<Arc<Source>>, Failure> {
    match fs::symlink_metadata(folder.join("Procfile")) {
        Ok(_) => read_text(&folder.join("Procfile"), &shown(folder, called, "Procfile")).map(Some),
        Err(_) => Ok(None),
    }
}

/// What messages call a file of the folder.
fn shown(folder: &Path, called: Option<&str>, name: &str) -> String {
    let named = called.map_or(folder, Path::new);
    named.join(name).display().to_string().trim_start_matches("./").to_owned()
}

/// Reads the folder's `.cupaas` alone.
///
/// # Errors
/// The same as [`read`].
pub(crate) fn app_file(folder: &Path, called: Option<&str>) -> Result<Arc<Source>, Failure> {
    let named = called.map_or(folder, Path::new);
    let shown = |name: &str| shown(folder, called, name);
    if !folder.is_dir() {
        return Err(Failure::new(Code::FolderNotFound, format!("{} is not a folder", named.display())));
    }
    let there: Vec<&str> =
        APP_FILES.into_iter().filter(|name| fs::symlink_metadata(folder.join(name)).is_ok()).collect();
    let name = match there[..] {
        [name] => name,
        [] => {
            // `folder/.` is the folder.
            let plain: PathBuf = named.components().collect();
            let place =
                if plain.as_os_str().is_empty() { "the root".into() } else { plain.display().to_string() };
            let failure = Failure::new(Code::MissingAppFile, format!("no .cupaas in {place}"));
            return Err(failure.hint(instead(folder)));
        }
        [first, second, ..] => {
            let span = Span::file(&Source::new(shown(second), ""));
            let message = format!("{first} and {second} both exist");
            let problem = Diagnostic::error(Code::DuplicateAppFile, span, message).hint("delete one of them");
            return Err(Failure::invalid(vec![problem]));
        }
    };
    read_text(&folder.join(name), &shown(name))
}

/// What to do about a folder without `.cupaas`, by what stands there.
fn instead(folder: &Path) -> String {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().take(10_000);
    let files = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
    let mut names: Vec<String> = files.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    if names.iter().any(|name| name == PLATFORM) {
        return format!(
            "{PLATFORM} makes this a GitOps repository: name an app's folder, or an app with --app"
        );
    }
    let stem = |name: &str| {
        let bare = name.strip_prefix('.').unwrap_or(name);
        bare.strip_suffix(".yaml").or(bare.strip_suffix(".yml")).unwrap_or(bare).to_owned()
    };
    match names.iter().find(|name| suggest(&stem(name), ["cupaas"].into_iter()).is_some()) {
        Some(near) => format!("if {near:?} is meant to be it, rename it to .cupaas"),
        None => "create one with `cupaas new`".to_owned(),
    }
}

/// Reads one file that a person wrote for cupaas.
///
/// # Errors
/// When it is a symbolic link, a folder or a device, larger than 1 MiB, or not text in UTF-8 or UTF-16; each as a diagnostic.
pub(crate) fn read_text(path: &Path, shown: &str) -> Result<Arc<Source>, Failure> {
    let refuse = |code: Code, message: &str, hint: &str| {
        let problem = Diagnostic::error(code, Span::file(&Source::new(shown, "")), message).hint(hint);
        Failure::invalid(vec![problem])
    };
    let unreadable = |error: &std::io::Error, hint: &str| {
        refuse(Code::UnreadableFile, &format!("cannot be read: {error}"), hint)
    };
    let kind = fs::symlink_metadata(path).map_err(|error| unreadable(&error, "check the path"))?;
    if kind.is_symlink() {
        return Err(refuse(
            Code::NotARegularFile,
            "is a symbolic link, which cupaas does not follow",
            "put the file itself here",
        ));
    }
    if !kind.is_file() {
        return Err(refuse(Code::NotARegularFile, "is not a regular file", "a text file is expected here"));
    }
    if kind.len() > MAX_FILE {
        return Err(refuse(Code::FileTooLarge, "is larger than 1 MiB", "check that this is the right file"));
    }
    let bytes = open_plain(path)
        .and_then(|file| read_up_to(file, MAX_FILE))
        .map_err(|error| unreadable(&error, "check that you may read it"))?;
    match encoding::decode(bytes) {
        Some(text) => Ok(Source::new(shown, text)),
        None => Err(refuse(Code::NotUtf8, "is not UTF-8 text", "save the file as UTF-8")),
    }
}

/// Reads standard input as such a file.
///
/// # Errors
/// When it is larger than 1 MiB, or not text in UTF-8 or UTF-16.
pub(crate) fn read_input() -> Result<Arc<Source>, Failure> {
    let shown = "standard input";
    let refuse = |code: Code, message: &str| {
        Failure::invalid(vec![Diagnostic::error(code, Span::file(&Source::new(shown, "")), message)])
    };
    let mut bytes = Vec::new();
    let input = std::io::stdin().lock().take(MAX_FILE + 1);
    { input }
        .read_to_end(&mut bytes)
        .map_err(|error| refuse(Code::UnreadableFile, &format!("cannot be read: {error}")))?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(refuse(Code::FileTooLarge, "is larger than 1 MiB"));
    }
    encoding::decode(bytes)
        .map(|text| Source::new(shown, text))
        .ok_or_else(|| refuse(Code::NotUtf8, "is not UTF-8 text"))
}

/// Opens a file that is not a symlink, and does not wait for a pipe's other end.
fn open_plain(path: &Path) -> std::io::Result<File> {
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    OpenOptions::new().read(true).custom_flags(i32::try_from(flags.bits()).unwrap_or_default()).open(path)
}

fn read_up_to(file: File, limit: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Paths of the files, in one order, without folders that never hold an app's own code.
fn walk(folder: &Path) -> impl Iterator<Item = String> {
    let wanted =
        |entry: &DirEntry| !SKIPPED.iter().any(|name| entry.file_name() == *name) || entry.depth() == 0;
    let walk = WalkDir::new(folder).follow_links(false).sort_by_file_name();
    walk.into_iter()
        .filter_entry(wanted)
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .filter_map(move |entry| Some(entry.path().strip_prefix(folder).ok()?.to_str()?.to_owned()))
}

/// A fingerprint of the folder's files: the image's tag where the app is in no git repository.
///
/// # Errors
/// When a file cannot be read: an image would be built from it all the same.
pub(crate) fn fingerprint(folder: &Path) -> Result<String, Failure> {
    let mut hash = Sha256::new();
    for path in walk(folder) {
        let fail = |error: std::io::Error| {
            Failure::new(Code::UnreadableInput, format!("cannot read {path}: {error}"))
        };
        let file = open_plain(&folder.join(&path)).map_err(fail)?;
        hash.update(format!("{}:{path}:{}:", path.len(), file.metadata().map_err(fail)?.len()));
        std::io::copy(&mut std::io::BufReader::new(file), &mut hash).map_err(fail)?;
    }
    Ok(base16ct::lower::encode_string(&hash.finalize()[..8]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_plain_text_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".cupaas");
        let message = || read(folder.path(), None).unwrap_err().to_string();
        assert!(message().starts_with("no .cupaas"));
        fs::create_dir(&path).unwrap();
        assert!(message().contains("is not a regular file"));
        fs::remove_dir(&path).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", &path).unwrap();
        assert!(message().contains("is a symbolic link"));
        fs::remove_file(&path).unwrap();
        fs::write(&path, b"caf\xe9").unwrap();
        assert!(message().contains("is not UTF-8"));
        File::create(&path).unwrap().set_len(100 << 20).unwrap();
        assert!(message().contains("larger than 1 MiB"));
        fs::write(&path, "runtime: python\n").unwrap();
        assert!(read(folder.path(), None).is_ok());
        fs::write(folder.path().join(".cupaas.yml"), "runtime: python\n").unwrap();
        assert!(message().contains(".cupaas and .cupaas.yml both exist"));
    }
}
