//! `case.yaml`: what a case runs. Read as every other file that a person writes.

use std::collections::BTreeMap;
use std::path::Path;

use cupaas::parts::diagnostic::Source;
use cupaas::parts::load::scalars::Text;
use cupaas::parts::yaml::document;
use schemars::JsonSchema;
use serde::Deserialize;

/// A `case.yaml`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct CaseFile {
    /// What the case shows, in one line.
    #[allow(dead_code)] // for people
    pub(crate) about: String,
    /// The command: `render`, `check`, `diff`, `secret set`, …
    pub(crate) command: String,
    /// What the command is about, before the folder: `[SECRET_KEY]` of `secret set`.
    #[serde(default)]
    pub(crate) what: Vec<Text>,
    /// `--env`.
    pub(crate) environment: Option<String>,
    /// `--image`.
    pub(crate) image: Option<String>,
    /// Address of the app's repository; empty for none.
    #[serde(default = "repository")]
    pub(crate) source_repository: String,
    /// The app's commit; empty for none.
    #[serde(default = "commit")]
    pub(crate) source_commit: String,
    /// Further arguments.
    #[serde(default)]
    pub(crate) args: Vec<Text>,
    /// The exit code.
    #[serde(default)]
    pub(crate) exit: u8,
    /// The files that the case is about, by pattern: of what `render` makes they are compared whole, of a `diff` their
    /// changes. `name-*.yaml` is for any folder, `deploy/**` for all below one, `'**'` for the whole tree;
    /// of `'!secret-*.yaml'` there may be none.
    #[serde(default)]
    pub(crate) expect: Vec<String>,
    /// What it is about in further files of `render`: JSON pointers by pattern. `!/spec/replicas` must not be there.
    #[serde(default)]
    pub(crate) values: BTreeMap<String, Vec<String>>,
    /// Whether it is about which files there are.
    #[serde(default)]
    pub(crate) paths: bool,
    /// The app's folder, from the project's root; default: `app/` beside this file.
    pub(crate) app: Option<String>,
    /// The GitOps repository's folder, from the project's root; default: `gitops/` beside this file.
    pub(crate) gitops: Option<String>,
}

fn repository() -> String {
    "https://git.example.cu/me/tasks.git".to_owned()
}

fn commit() -> String {
    "5f0c6d1e2b7a4938f1c0d9e8b7a6958473625140".to_owned()
}

/// Reads the `case.yaml` in `folder`.
pub(crate) fn read(folder: &Path) -> Result<CaseFile, String> {
    let path = folder.join("case.yaml");
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let source = Source::new(path.display().to_string(), text);
    let document = document::read::<CaseFile>(&source).map_err(|problems| {
        let lines = problems.iter().map(|problem| format!("{}: {}\n", problem.span, problem.message));
        lines.collect::<String>()
    })?;
    Ok(document.value)
}
