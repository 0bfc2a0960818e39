//! A GitOps repository without `cupaas.yaml` → what it is instead, and what to type.

use std::path::Path;

use crate::diagnostic::{Code, Diagnostic};
use crate::load::app_folder::APP_FILES;

/// Where there is no such file.
pub(super) enum Lacking<'a> {
    /// In a repository: its address and branch, and whether that has a commit.
    Repository(&'a str, &'a str, bool),
    /// In a folder without git.
    Folder(&'a Path),
    /// In files that are nowhere yet.
    Memory,
}

/// What is wrong, where what is missing is said of a repository that is known.
pub(super) fn told(problems: Vec<Diagnostic>, place: &Lacking<'_>) -> Vec<Diagnostic> {
    let one = |problem: Diagnostic| match problem.code {
        Code::MissingPlatform => {
            let (message, hint) = words(place);
            Diagnostic::error(Code::MissingPlatform, problem.span, message).hint(hint)
        }
        _ => problem,
    };
    problems.into_iter().map(one).collect()
}

fn words(place: &Lacking<'_>) -> (String, String) {
    match place {
        Lacking::Repository(address, branch, has_commit) => {
            let clone = format!("git clone {} gitops && cd gitops", shown(address));
            match has_commit {
                false => (
                    format!("the GitOps repository is empty: {address} has no commit on its branch {branch}"),
                    format!("begin it:\n  {clone}\n  {BEGIN}"),
                ),
                true => (
                    format!("the GitOps repository {address} has no cupaas.yaml on its branch {branch}"),
                    format!(
                        "for another branch or repository: --gitops-branch, --gitops; if it is this one:\n  {clone}\n  \
                         {BEGIN}"
                    ),
                ),
            }
        }
        Lacking::Folder(folder) => {
            let shown = shown(&folder.display().to_string());
            let is_app = APP_FILES.iter().any(|name| folder.join(name).symlink_metadata().is_ok());
            let hint = match is_app {
                true => {
                    "it is an app's folder: --gitops names the GitOps repository, and the app's folder stands alone, \
                     as in `cupaas check APP --gitops GITOPS`"
                        .to_owned()
                }
                false => format!("to make it the folder of a platform: `cupaas init {shown}`"),
            };
            (format!("the folder {} has no cupaas.yaml", folder.display()), hint)
        }
        Lacking::Memory => (
            "the GitOps repository has no cupaas.yaml".to_owned(),
            "create one with `cupaas init`".to_owned(),
        ),
    }
}

/// What is typed in a clone.
const BEGIN: &str = "cupaas init\n  git add -A && git commit -m \"Begin\" && git push";

/// A word as a shell takes it.
fn shown(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@~+=,%".contains(c);
    if word.chars().all(plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}
