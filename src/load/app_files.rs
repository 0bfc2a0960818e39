//! An app's folder → the files in it that a runtime's recipe asks for: their names, and the texts of those that are
//! read. Follows no link out of the folder, reads no device, and says what it did not read.
#![allow(clippy::disallowed_methods)] // This is where an app's files are read.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use rustix::fs::{Dir, FileType};
use rustix::io::Errno;

use crate::diagnostic::{Code, Diagnostic, Source, Span};
use crate::load::beneath::{self, Unreached};
use crate::load::encoding;
use crate::load::path_pattern::matches;
use crate::load::recipe::RecipeFile;
use crate::load::whole_file::Kept;
use crate::load::{recipe_pattern, whole_file};

/// The most bytes that are kept of all of them.
const MAX_LOOK_ALL: usize = 16 << 20;
/// The most names that are seen on the way.
const MAX_SEEN: usize = 200_000;
/// The most files that are found.
const MAX_FOUND: usize = 20_000;
/// How deep the search goes: a file in the folder itself is at 1.
pub(super) const DEPTH: usize = 4;
/// Folders that never hold an app's own code.
pub(crate) const SKIPPED: [&str; 8] =
    [".git", ".hg", ".venv", "venv", "node_modules", "__pycache__", "target", ".tox"];

/// Patterns of files.
#[derive(Debug, Clone, Default)]
pub(crate) struct Patterns {
    /// Of the files whose texts are read.
    pub read: BTreeSet<String>,
    /// Of all files whose names are asked for, the ones that are read among them.
    pub named: BTreeSet<String>,
    /// Of the files of which the beginning has to do, for some rule at least.
    begun: BTreeSet<String>,
    /// Of the files that are looked at to their end, with the regular expressions for their lines.
    whole: BTreeMap<String, BTreeSet<String>>,
}

/// The app's own Dockerfile.
pub(crate) const DOCKERFILE: &str = "Dockerfile";
/// Names under which nobody reads one, or a Procfile, though whoever chose them may think so; and what it is called.
pub(crate) const MISNAMED: [(&str, &str); 8] = [
    ("procfile", PROCFILE),
    ("ProcFile", PROCFILE),
    ("Procfile.txt", PROCFILE),
    ("Procfile.yml", PROCFILE),
    ("dockerfile", DOCKERFILE),
    ("DockerFile", DOCKERFILE),
    ("Dockerfile.txt", DOCKERFILE),
    ("Containerfile", DOCKERFILE),
];
const PROCFILE: &str = "Procfile";

impl Patterns {
    /// Those that everyone asks for.
    pub(crate) fn of_dockerfile() -> Self {
        let dockerfile = BTreeSet::from([DOCKERFILE.to_owned()]);
        let misnamed = MISNAMED.iter().map(|(name, _)| (*name).to_owned());
        let named = dockerfile.iter().cloned().chain(misnamed).collect();
        Self { read: dockerfile.clone(), named, begun: dockerfile, ..Self::default() }
    }

    /// Adds those of a runtime's recipe.
    pub(crate) fn add(&mut self, recipe: &RecipeFile) {
        self.add_in("", recipe);
    }

    /// The same of a recipe that is used for what stands in a folder, which is a pattern itself; empty for the app's own.
    pub(crate) fn add_in(&mut self, folder: &str, recipe: &RecipeFile) {
        for rule in &recipe.facts {
            let within =
                |file: &String| if folder.is_empty() { file.clone() } else { format!("{folder}/{file}") };
            let files: Vec<String> = rule.files.iter().map(within).collect();
            if rule.pattern.is_some() || rule.key.is_some() {
                self.read.extend(files.iter().cloned());
            }
            match rule.pattern.as_ref().filter(|_| rule.whole && rule.is_of_lines()) {
                Some(lines) => {
                    for file in &files {
                        self.whole.entry(file.clone()).or_default().insert(lines.clone());
                    }
                }
                None if rule.pattern.is_some() || rule.key.is_some() => {
                    self.begun.extend(files.iter().cloned());
                }
                None => {}
            }
            self.named.extend(files);
        }
    }

    /// Whether the name of this file is asked for.
    pub(crate) fn name(&self, path: &str) -> bool {
        self.named.iter().any(|pattern| matches(pattern, path))
    }

    /// Whether the text of this file is.
    pub(crate) fn text(&self, path: &str) -> bool {
        self.read.iter().any(|pattern| matches(pattern, path))
    }

    /// The most bytes that are looked at in this file.
    pub(crate) fn longest(&self, path: &str) -> u64 {
        if self.lines(path).next().is_some() { whole_file::LONGEST } else { whole_file::BEGINNING }
    }

    /// What is looked for in the lines of this file, to its end.
    fn lines(&self, path: &str) -> impl Iterator<Item = &String> {
        let rules = self.whole.iter().filter(move |(file, _)| matches(file, path));
        rules.flat_map(|(_, lines)| lines)
    }
}

/// The files of an app that a recipe asks for.
#[derive(Debug, Clone, Default)]
pub struct AppFiles {
    /// What messages call the folder.
    folder: String,
    /// Paths of files in the folder, sorted.
    pub listing: Vec<String>,
    /// Texts by path; the source has the name that the person knows.
    pub texts: BTreeMap<String, Arc<Source>>,
    /// What was not read, though it was asked for.
    pub warnings: Vec<Diagnostic>,
    /// Those of which only the beginning is there.
    pub cut: BTreeSet<String>,
}

impl AppFiles {
    /// The app's own Dockerfile, where there is something in it: of `cupaas dockerfile > Dockerfile` the shell makes it
    /// before that.
    pub(crate) fn own_dockerfile(&self) -> Option<String> {
        let text = self.texts.get(DOCKERFILE).map(|source| source.text.clone());
        text.filter(|text| !text.trim().is_empty())
    }

    /// The files in a folder, by their paths from there on.
    pub(crate) fn below(&self, folder: &str) -> Self {
        if folder.is_empty() || folder == "." {
            return self.clone();
        }
        let within = |path: &String| Some(path.strip_prefix(folder)?.strip_prefix('/')?.to_owned());
        let texts = self.texts.iter().filter_map(|(path, text)| Some((within(path)?, Arc::clone(text))));
        Self {
            folder: shown(&self.folder, folder),
            listing: self.listing.iter().filter_map(within).collect(),
            texts: texts.collect(),
            warnings: Vec::new(),
            cut: self.cut.iter().filter_map(within).collect(),
        }
    }

    /// The beginning of a file of the app, as a place.
    pub(crate) fn place(&self, path: &str) -> Span {
        match self.texts.get(path) {
            Some(source) => Span::file(source),
            None => Span::file(&Source::new(shown(&self.folder, path), "")),
        }
    }

    fn unread(&mut self, path: &str, message: impl Into<String>, hint: &str) {
        let span = Span::file(&Source::new(shown(&self.folder, path), ""));
        self.warnings.push(Diagnostic::warning(Code::FileNotRead, span, message).hint(hint));
    }
}

fn shown(folder: &str, path: &str) -> String {
    Path::new(folder).join(path).display().to_string().trim_start_matches("./").to_owned()
}

/// Finds the files that `patterns` ask for and reads them. `called`: the folder's name in messages.
pub(crate) fn read(folder: &Path, called: &str, patterns: &Patterns) -> AppFiles {
    let mut files = AppFiles { folder: called.to_owned(), ..AppFiles::default() };
    find(folder, patterns, &mut files);
    files.listing.sort();
    let mut left = MAX_LOOK_ALL;
    for path in files.listing.clone() {
        if patterns.text(&path) {
            look(folder, &path, patterns, &mut left, &mut files);
        }
    }
    files
}

/// Whether a file or folder of an app counts: a path in the app's folder that is not too deep, and in none of the
/// folders that never hold an app's own code.
pub(crate) fn is_listed(path: &str) -> bool {
    path.split('/').count() <= DEPTH && !path.split('/').any(|part| SKIPPED.contains(&part))
}

/// One folder that is still to be searched.
struct Open {
    path: String,
    /// Whether the way there goes through a link: within such a folder no further one is followed, so that no circle is
    /// walked.
    linked: bool,
}

/// The files of a folder come before those of the folders in it: however much one of these holds, it hides none of them.
fn find(root: &Path, patterns: &Patterns, files: &mut AppFiles) {
    let mut todo = VecDeque::from([Open { path: String::new(), linked: false }]);
    let mut seen = 0;
    while let Some(open) = todo.pop_front() {
        let Ok(entries) = entries(root, &open.path) else { continue };
        for (name, kind) in entries {
            seen += 1;
            if seen > MAX_SEEN || files.listing.len() >= MAX_FOUND {
                let place = if open.path.is_empty() { "." } else { open.path.as_str() };
                let message = format!("more files than are looked at: the search ended after {}", seen - 1);
                files.unread(
                    place,
                    message,
                    "what the recipe did not find must be said in .cupaas: the version after `runtime: `, and the command under `processes`",
                );
                return;
            }
            let path = if open.path.is_empty() { name } else { format!("{}/{name}", open.path) };
            if !is_listed(&path) {
                continue;
            }
            match kind {
                FileType::RegularFile if patterns.name(&path) => files.listing.push(path),
                FileType::Directory => todo.push_back(Open { path, linked: open.linked }),
                FileType::Symlink => follow(root, path, open.linked, patterns, files, &mut todo),
                _ => {}
            }
        }
    }
}

/// Names in a folder and what they are, in one order; a name that is no text counts for nothing.
fn entries(root: &Path, path: &str) -> Result<Vec<(String, FileType)>, Unreached> {
    let folder = beneath::open(root, path)?;
    let mut entries = Vec::new();
    for entry in Dir::read_from(&folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().to_str() else { continue };
        if name == "." || name == ".." {
            continue;
        }
        let kind = match entry.file_type() {
            // Not every file system says it.
            FileType::Unknown => {
                let flags = rustix::fs::AtFlags::SYMLINK_NOFOLLOW;
                let status = rustix::fs::statat(&folder, entry.file_name(), flags);
                status.map_or(FileType::Unknown, |status| FileType::from_raw_mode(status.st_mode))
            }
            kind => kind,
        };
        entries.push((name.to_owned(), kind));
    }
    entries.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(entries)
}

fn follow(
    root: &Path,
    path: String,
    linked: bool,
    patterns: &Patterns,
    files: &mut AppFiles,
    todo: &mut VecDeque<Open>,
) {
    let asked = patterns.name(&path);
    let reached = beneath::open(root, &path).and_then(|file| {
        file.metadata().map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO).into())
    });
    match reached {
        Ok(kind) if kind.is_file() && asked => files.listing.push(path),
        Ok(kind) if kind.is_dir() && !linked => todo.push_back(Open { path, linked: true }),
        Err(Unreached::Outside) if asked => files.unread(
            &path,
            "is a symbolic link that leads out of the app's folder, and is not read",
            "put the file itself there: the image is built from this folder alone",
        ),
        Err(Unreached::System(error)) if asked => {
            let message = format!("is a symbolic link that cannot be followed: {error}");
            files.unread(&path, message, "mend or delete the link");
        }
        _ => {}
    }
}

/// Reads one file into `files.texts`, or says why not.
fn look(root: &Path, path: &str, patterns: &Patterns, left: &mut usize, files: &mut AppFiles) {
    // An expression that is none is said where its rule is applied.
    let lines: Vec<_> = patterns.lines(path).filter_map(|line| recipe_pattern::regex(line).ok()).collect();
    let Kept { bytes, is_whole, is_long } = match open(root, path) {
        Ok(file) => match whole_file::read(file, &lines, *left) {
            Ok(read) => read,
            Err(error) => {
                return files.unread(path, format!("cannot be read: {error}"), "check that you may read it");
            }
        },
        Err(Unreached::Outside) => return,
        Err(Unreached::System(error)) => {
            return files.unread(path, format!("cannot be read: {error}"), "check that you may read it");
        }
    };
    if bytes.len() > *left {
        if *left > 0 {
            *left = 0;
            let message = format!(
                "more text than is looked at: the files before this one have {} MiB",
                MAX_LOOK_ALL >> 20
            );
            files.unread(
                path,
                message,
                "say in .cupaas what the recipe should have found: a version, a command",
            );
        }
        return;
    }
    *left -= bytes.len();
    let begun = is_long && patterns.begun.iter().any(|pattern| matches(pattern, path));
    if begun || !is_whole {
        let most = if begun { whole_file::BEGINNING } else { patterns.longest(path) };
        let message = format!("is larger than {} MiB: only its beginning is looked at", most >> 20);
        files.unread(path, message, "say in .cupaas what the recipe should have found: a version, a command");
        files.cut.insert(path.to_owned());
    }
    match encoding::decode_lossily(bytes) {
        Some(text) => {
            files.texts.insert(path.to_owned(), Source::new(shown(&files.folder, path), text));
        }
        None => files.unread(path, "is not text, and is not read", "save the file as UTF-8"),
    }
}

fn open(root: &Path, path: &str) -> Result<File, Unreached> {
    let file = beneath::open(root, path)?;
    let regular = file.metadata().is_ok_and(|kind| kind.is_file());
    // Something else has taken its place meanwhile.
    if regular { Ok(file) } else { Err(Unreached::System(Errno::INVAL)) }
}
