//! What `check --all` looks at beside releases: files that people wrote and that no release is made from yet, such as the
//! registration of an app that is deployed for the first time later, or a recipe that no app uses.

use crate::diagnostic::{Diagnostic, Failure};
use crate::load::catalog::Catalog;
use crate::load::gitops::Gitops;
use crate::load::records::Scope;
use crate::load::{environments, registered};
use crate::run::catalog;
use crate::run::land::Round;
use crate::run::spec::{Selection, Stage};

/// What came of the releases, and what is wrong with the files beside them: one failure of both. Of any other run than
/// `check --all` what came of the releases.
///
/// # Errors
/// That failure; or the repository's own.
pub(super) fn with_unused_files<T>(
    round: &mut Round<'_>,
    releases: Result<T, Failure>,
) -> Result<T, Failure> {
    let of_all = Selection::Released(Scope::default());
    if round.spec.stage != Stage::Check || round.spec.selection != of_all {
        return releases;
    }
    let problems = unused_files(round.gitops, round.spec.query.ci)?;
    match releases {
        Ok(releases) if problems.is_empty() => Ok(releases),
        Ok(_) => Err(Failure::invalid(problems)),
        Err(failure) => {
            let new = problems.into_iter().filter(|problem| !failure.diagnostics.contains(problem));
            let new: Vec<Diagnostic> = new.collect();
            let mut failure = match new.len() {
                0 => return Err(failure),
                1 => failure.and("1 problem in files that no release is made from"),
                count => failure.and(&format!("{count} problems in files that no release is made from")),
            };
            failure.diagnostics.extend(new);
            Err(failure)
        }
    }
}

/// What is wrong with registrations and with the catalog, whoever uses them.
fn unused_files(gitops: &mut Gitops, ci: bool) -> Result<Vec<Diagnostic>, Failure> {
    let platform = gitops.platform()?;
    let (apps, mut problems) = registered::all(gitops, ci)?;
    for app in &apps {
        problems.extend(environments::undeclared_by(&app.file, &platform));
    }
    problems.extend(registered::too_deep(gitops)?);
    let catalog = Catalog::new(gitops.read(&Catalog::paths())?);
    problems.extend(catalog::problems(catalog)?);
    Ok(problems)
}
