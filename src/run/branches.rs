//! Names of the branches that pull requests are made of. They are frozen: a pull request that is open is found by its
//! own. No environment's name has a hyphen, so no branch of one kind is a folder of another's.

use crate::diagnostic::Failure;
use crate::git::BranchName;
use crate::load::records::Scope;
use crate::names::hash;

/// Of the deploy of one app in one environment.
pub(crate) fn of_deploy(environment: &str, app: &str) -> Result<BranchName, Failure> {
    BranchName::parse(&format!("cupaas/{environment}/{app}"))
}

/// Of an edit, by the first line of its commit: another edit is another pull request, since one that replaced it would
/// lose it.
pub(crate) fn of_edit(subject: &str, app: Option<&str>) -> Result<BranchName, Failure> {
    BranchName::parse(&format!("cupaas/edit-{}-{}", app.unwrap_or("all"), hash(subject, 8)))
}

/// Whether a branch, by its name without `cupaas/`, holds a proposal that is about one app in one environment, or about the
/// app in all of them.
pub(crate) fn is_about(name: &str, environment: &str, app: &str) -> bool {
    let Some((kind, of)) = name.split_once('/') else {
        let edited = name.strip_prefix("edit-").and_then(|rest| rest.strip_prefix(app)?.strip_prefix('-'));
        return edited.is_some_and(|hash| hash.len() == 8 && hash.bytes().all(|b| b.is_ascii_hexdigit()));
    };
    let in_it = ["promote-to-", "render-in-", "remove-in-"];
    let in_it = in_it.iter().any(|kind_of| kind.strip_prefix(kind_of) == Some(environment));
    of == app && (in_it || kind == environment || kind == "render-app" || kind == "remove-app")
}

/// Of releases that are rendered again. Not the one of a deploy, which may propose a newer commit than the one that is
/// rendered again.
pub(crate) fn of_rerender(scope: &Scope) -> Result<BranchName, Failure> {
    BranchName::parse(&match (&scope.app, &scope.environment) {
        (Some(app), Some(environment)) => format!("cupaas/render-in-{environment}/{app}"),
        (Some(app), None) => format!("cupaas/render-app/{app}"),
        (None, Some(environment)) => format!("cupaas/render-all-in-{environment}"),
        (None, None) => "cupaas/render-all".to_owned(),
    })
}

/// On which releases come from another environment: one app's, or those of several.
pub(crate) fn of_promotion(to: &str, app: Option<&str>) -> Result<BranchName, Failure> {
    BranchName::parse(&match app {
        Some(app) => format!("cupaas/promote-to-{to}/{app}"),
        None => format!("cupaas/promote-all-to-{to}"),
    })
}

/// On which an app leaves, one environment or all. Beside its deploy's: both may wait.
pub(crate) fn of_removal(app: &str, environment: Option<&str>) -> Result<BranchName, Failure> {
    BranchName::parse(&match environment {
        Some(environment) => format!("cupaas/remove-in-{environment}/{app}"),
        None => format!("cupaas/remove-app/{app}"),
    })
}
