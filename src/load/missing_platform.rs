//! A GitOps repository without `cupaas.yaml` → what it is instead, and what to type.

use crate::diagnostic::{Code, Diagnostic};
use crate::load::app_folder::APP_FILES;
use crate::load::gitops::Backend;

/// What is wrong, where what is missing is said of a repository that is known.
pub(super) fn told(problems: Vec<Diagnostic>, place: &Backend) -> Vec<Diagnostic> {
    let one = |problem: Diagnostic| match problem.code {
        Code::MissingPlatform => {
            let (message, hint) = words(place);
            Diagnostic::error(Code::MissingPlatform, problem.span, message).hint(hint)
        }
        _ => problem,
    };
    problems.into_iter().map(one).collect()
}

fn words(place: &Backend) -> (String, String) {
    match place {
        Backend::Snapshot(snapshot) => {
            let (address, branch) = (snapshot.address(), snapshot.branch());
            let clone = format!("git clone {} gitops && cd gitops", shown(address));
            match snapshot.head() {
                None => (
                    format!("the GitOps repository is empty: {address} has no commit on its branch {branch}"),
                    format!("begin it:\n  {clone}\n  {BEGIN}"),
                ),
                Some(_) => (
                    format!("the GitOps repository {address} has no cupaas.yaml on its branch {branch}"),
                    format!(
                        "for another branch or repository: --gitops-branch, --gitops; if it is this one:\n  {clone}\n  \
                         {BEGIN}"
                    ),
                ),
            }
        }
        Backend::Folder(folder) => {
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
        Backend::Memory(_) => (
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
