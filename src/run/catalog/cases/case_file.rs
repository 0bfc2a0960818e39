//! `case.yaml`: what a case runs. Read as every other file that a person writes.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use crate::diagnostic::{Failure, Source};
use crate::load::scalars::Text;
use crate::yaml::document;
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
    /// Whether a case of somebody's recipe may run this: it only looks, and at its own folders alone.
    pub(super) fn allow(&self, commands: &[&str]) -> Result<(), String> {
        if !commands.contains(&self.command.as_str()) {
            return Err(format!("a recipe's case runs one of {}", commands.join(", ")));
        }
        let typed = self.what.iter().chain(&self.args).map(|word| word.0.as_str());
        let flag =
            |word: &&str| word.starts_with('-') && !FLAGS.contains(&word.split('=').next().unwrap_or(word));
        if let Some(word) = typed.clone().find(flag) {
            return Err(format!("a recipe's case cannot set {word}; it can set {}", FLAGS.join(", ")));
        }
        let outside =
            |path: &&String| !Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
        match self.app.iter().chain(&self.gitops).find(outside) {
            Some(path) => Err(format!(
                "a recipe's case cannot read {path:?}: name a folder of the catalog's repository"
            )),
            None => Ok(()),
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
pub(super) fn read(folder: &Path) -> Result<CaseFile, String> {
    let path = folder.join("case.yaml");
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let source = Source::new(path.display().to_string(), text);
    let read = document::read::<CaseFile>(&source);
    let document = read.map_err(|problems| Failure::invalid(problems).to_string())?;
    Ok(document.value)
}
