//! Cases: a folder with an app, what is run on it, and what must come out. One implementation, for `catalog test` and for
//! the tests of cupaas itself.
//!
//! | in a case's folder | is |
//! | --- | --- |
//! | `case.yaml` | what is run, see [`case_file::CaseFile`] |
//! | `app/` | the app's folder |
//! | `gitops/` | the GitOps repository; without it, the one that cupaas makes on a machine |
//! | `before/` | an app's folder that is deployed first |
//! | `expected/` | the files that `render` must make, of those that `expect` in `case.yaml` names |
//! | `expected.values.yaml` | what must stand in further ones, where `values` names it |
//! | `expected.paths` | the paths of all of them, with `paths: true` |
//! | `expected.diff` | what `diff` must print: the plan, and the changes of the files that `expect` names |
//! | `expected.stdout`, `expected.stderr` | what anything else must print; without the file, nothing |
#![allow(clippy::disallowed_methods)] // Cases are read from disk.

mod case_file;
mod compare;
mod expect;
mod place;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

pub use case_file::CaseFile;
pub use compare::write_files;
use expect::Expected;

use crate::tree::Files;

/// What a run printed and made.
#[derive(Debug)]
pub struct Ran {
    /// The exit code.
    pub exit: u8,
    /// What it printed.
    pub stdout: String,
    /// What it said beside.
    pub stderr: String,
    /// The files that `render` made.
    pub files: Option<Files>,
}

/// Where and how cases are run.
pub struct Setting<'a> {
    /// What `app` and `gitops` in a `case.yaml` begin at.
    pub root: &'a Path,
    /// Files that stand in the GitOps repository of every case.
    pub beside: Option<&'a Files>,
    /// The commands that a case may run; any where nothing is said.
    pub commands: Option<&'a [&'a str]>,
    /// Runs the words of a command line.
    pub run: &'a dyn Fn(&[String]) -> Result<Ran, String>,
}

/// Why a case is none that comes out, in words.
#[derive(Debug)]
pub enum Fault {
    /// It cannot be run, or case.yaml says what cannot be: to write what came out would mend nothing.
    Unrun(String),
    /// What comes out is not as expected.
    Differs(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unrun(text) | Self::Differs(text) => f.write_str(text),
        }
    }
}

/// Runs the case in `folder`, and compares; or writes what comes out as what is expected.
///
/// # Errors
/// That the case cannot be run, or everything that is not as expected.
pub fn run(setting: &Setting<'_>, folder: &Path, update: bool) -> Result<(), Fault> {
    let document = case_file::read(folder).map_err(Fault::Unrun)?;
    if let Some(allowed) = setting.commands {
        case_file::allow(&document, allowed).map_err(Fault::Unrun)?;
    }
    let case = document.value;
    let scratch = tempfile::tempdir().map_err(|error| Fault::Unrun(error.to_string()))?;
    let scratch = scratch.path();
    place::prepare(setting, &case, folder, scratch).map_err(Fault::Unrun)?;
    let (expected, texts) = came_out(setting, &case, folder, scratch).map_err(Fault::Unrun)?;
    if update {
        compare::write(folder, &expected, &texts).map_err(|error| Fault::Unrun(error.to_string()))
    } else {
        compare::check(folder, &expected, &texts).map_err(Fault::Differs)
    }
}

/// Runs a case whose folders stand in `scratch`: the files that came out, of those that it is about, and the texts.
fn came_out(
    setting: &Setting<'_>,
    case: &CaseFile,
    folder: &Path,
    scratch: &Path,
) -> Result<(Files, BTreeMap<&'static str, String>), String> {
    if folder.join("before").is_dir() {
        place::make_repository(scratch)?;
        place::copy(&folder.join("before"), &scratch.join("before"))?;
        let ran = typed(setting, case, "deploy", scratch, "before")?;
        if ran.exit != 0 {
            return Err(format!("before/ cannot be deployed:\n{}", ran.stderr));
        }
    }
    let ran = typed(setting, case, &case.command, scratch, "app")?;
    if ran.exit != case.exit {
        let said = place::in_case(&format!("{}{}", ran.stdout, ran.stderr), folder)?;
        let (is, wanted) = (ran.exit, case.exit);
        let end = if said.is_empty() || said.ends_with('\n') { "" } else { "\n" };
        return Err(format!(
            "exit code {is} and not {wanted}\n{said}{end}if that is right: `exit: {is}` in case.yaml, and --update\n"
        ));
    }
    let expected = match &ran.files {
        Some(files) => Expected::of(case, files)?,
        None if case.command == "diff" || case.expect.is_empty() => Expected::default(),
        None => return Err("it expects files, and makes none".to_owned()),
    };
    let (stdout, diff) = match (&ran.files, case.command.as_str()) {
        (Some(_), _) => (String::new(), String::new()),
        (None, "diff") => (String::new(), expect::diff(case, &ran.stdout)?),
        (None, _) => (ran.stdout, String::new()),
    };
    let texts = BTreeMap::from([
        ("expected.stdout", stdout),
        ("expected.diff", diff),
        ("expected.stderr", ran.stderr),
        ("expected.values.yaml", expected.values),
        ("expected.paths", expected.paths),
    ]);
    Ok((expected.files, texts))
}

/// Runs the case's command on one of its apps.
fn typed(
    setting: &Setting<'_>,
    case: &CaseFile,
    command: &str,
    scratch: &Path,
    app: &str,
) -> Result<Ran, String> {
    let path = |name: &str| scratch.join(name).display().to_string();
    let mut words = vec!["cupaas".to_owned()];
    words.extend(command.split(' ').map(str::to_owned));
    // `secret set NAME`: what a command is about stands before the folder.
    words.extend(case.what.iter().filter(|_| app == "app").map(|word| word.0.clone()));
    words.push(path(app));
    for name in ["gitops", "gitops.git"] {
        if scratch.join(name).is_dir() {
            words.extend(["--gitops".to_owned(), path(name)]);
        }
    }
    let repository = Some(&case.source_repository).filter(|text| !text.is_empty());
    let commit = Some(&case.source_commit).filter(|text| !text.is_empty());
    for (flag, value) in [
        ("--env", case.environment.as_ref()),
        ("--image", case.image.as_ref()),
        ("--source-repository", repository),
        ("--source-commit", commit),
    ] {
        words.extend(value.into_iter().flat_map(|value| [flag.to_owned(), value.clone()]));
    }
    // What a case adds is about the command that it shows.
    if app == "app" {
        words.extend(case.args.iter().map(|word| word.0.clone()));
    }
    let ran = (setting.run)(&words)?;
    Ok(Ran { stdout: masked(&ran.stdout, scratch)?, stderr: masked(&ran.stderr, scratch)?, ..ran })
}

/// The text without what differs from one run to the next.
fn masked(text: &str, scratch: &Path) -> Result<String, String> {
    let mut text = text.replace(&format!("{}/", scratch.display()), "");
    for (pattern, with) in [
        ("commit [0-9a-f]{10}", "commit …………"),
        // Of what was encrypted, which differs each time; one of digits alone is in quotes.
        ("cupaas.dev/secrets: [\\\\\"']*[0-9a-f]{16}[\\\\\"']*", "cupaas.dev/secrets: …………"),
        // Of the release Job's pod, which changes with every line of a template.
        ("release-[0-9a-f]{8}\\b", "release-…"),
        ("20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z", "…………"),
    ] {
        text = expect::pattern(pattern)?.replace_all(&text, with).into_owned();
    }
    Ok(text)
}
