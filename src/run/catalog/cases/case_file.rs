//! `case.yaml`: what a case runs. Read as every other file that a person writes.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Component, Path};

use crate::diagnostic::{Diagnostic, Source};
use crate::load::scalars::Text;
use crate::schema;
use crate::yaml::document::{self, Document};
use schemars::JsonSchema;
use serde::Deserialize;

/// What a case of somebody's recipe may add to its command: none of it names a place to read or to write.
const FLAGS: [&str; 4] = ["--set", "--full", "--format", "--source-branch"];

/// A `case.yaml`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CaseFile {
    /// What the case shows, in one line.
    #[allow(dead_code)] // for people
    pub(super) about: String,
    /// The command: `render`, `check`, `diff`, `secret set`, …
    pub(super) command: String,
    /// What the command is about, before the folder: `[SECRET_KEY]` of `secret set`.
    #[serde(default)]
    pub(super) what: Vec<Text>,
    /// `--env`.
    pub(super) environment: Option<String>,
    /// `--image`.
    pub(super) image: Option<String>,
    /// Address of the app's repository; empty for none.
    #[serde(default = "repository")]
    pub(super) source_repository: String,
    /// The app's commit; empty for none.
    #[serde(default = "commit")]
    pub(super) source_commit: String,
    /// Further arguments.
    #[serde(default)]
    pub(super) args: Vec<Text>,
    /// The exit code.
    #[serde(default)]
    pub(super) exit: u8,
    /// The files that the case is about, by pattern: of what `render` makes they are compared whole, of a `diff` their
    /// changes. `name-*.yaml` is for any folder, `deploy/**` for all below one, `'**'` for the whole tree;
    /// of `'!secret-*.yaml'` there may be none.
    #[serde(default)]
    pub(super) expect: Vec<String>,
    /// What it is about in further files of `render`: JSON pointers by pattern. `!/spec/replicas` must not be there.
    #[serde(default)]
    pub(super) values: BTreeMap<String, Vec<String>>,
    /// Whether it is about which files there are.
    #[serde(default)]
    pub(super) paths: bool,
    /// The app's folder, from the project's root; default: `app/` beside this file.
    pub(super) app: Option<String>,
    /// The GitOps repository's folder, from the project's root; default: `gitops/` beside this file.
    pub(super) gitops: Option<String>,
}

impl CaseFile {
    /// What a case of somebody's recipe may not do, and the key that says it: a case only looks, and at its own folders
    /// alone.
    fn refused(&self, commands: &[&str]) -> Option<(Vec<String>, String)> {
        let at = |path: &[&str]| path.iter().map(|&part| part.to_owned()).collect();
        if !commands.contains(&self.command.as_str()) {
            let near = schema::suggest(&self.command, commands.iter().copied());
            let near = near.map(|near| format!("; did you mean {near:?}?")).unwrap_or_default();
            let message = format!("a recipe's case runs one of {}{near}", commands.join(", "));
            return Some((at(&["command"]), message));
        }
        for (key, words) in [("what", &self.what), ("args", &self.args)] {
            let flag = |word: &str| {
                word.starts_with('-') && !FLAGS.contains(&word.split('=').next().unwrap_or(word))
            };
            if let Some((index, word)) = words.iter().enumerate().find(|(_, word)| flag(&word.0)) {
                let message = format!("a recipe's case cannot set {word}; it can set {}", FLAGS.join(", "));
                return Some((at(&[key, &index.to_string()]), message));
            }
        }
        for (key, path) in [("app", &self.app), ("gitops", &self.gitops)] {
            let inside = |path: &&String| {
                Path::new(path).components().all(|part| matches!(part, Component::Normal(_)))
            };
            if let Some(path) = path.as_ref().filter(|path| !inside(path)) {
                let message = format!(
                    "a recipe's case cannot read {path:?}: name a folder of the catalog's repository"
                );
                return Some((at(&[key]), message));
            }
        }
        None
    }
}

/// Whether a case may run: at its place, why not.
pub(super) fn allow(case: &Document<CaseFile>, commands: &[&str]) -> Result<(), String> {
    match case.value.refused(commands) {
        None => Ok(()),
        Some((path, message)) => {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            Err(format!("{}: {message}", case.at(&path)))
        }
    }
}

fn repository() -> String {
    "https://git.example.cu/me/tasks.git".to_owned()
}

fn commit() -> String {
    "5f0c6d1e2b7a4938f1c0d9e8b7a6958473625140".to_owned()
}

/// Reads the `case.yaml` in `folder`.
///
/// # Errors
/// That there is none, or all that is wrong with it, each with its place and what to do.
pub(super) fn read(folder: &Path) -> Result<Document<CaseFile>, String> {
    let path = folder.join("case.yaml");
    let name = path.display().to_string();
    let name = name.strip_prefix("./").unwrap_or(&name);
    let text = std::fs::read_to_string(&path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => {
            format!("{name} is missing: it says what the case runs, such as `command: render`")
        }
        _ => format!("{name}: {error}"),
    })?;
    document::read::<CaseFile>(&Source::new(name, text))
        .map_err(|problems| problems.iter().map(Diagnostic::in_one_line).collect::<Vec<_>>().join("\n"))
}
