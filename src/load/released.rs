//! `releases/` → the inputs of releases that stand there, without the apps' own repositories.

use crate::diagnostic::{Code, Diagnostic, Failure, Source, Span};
use crate::layout::Folders;
use crate::load::app_file::AppFile;
use crate::load::gitops::Gitops;
use crate::load::inputs::{Inputs, Recorded, gather};
use crate::load::query::ReleaseQuery;
use crate::load::release_file::ReleaseFile;
use crate::yaml::document::{self, keep};

/// What a release is decided from, with its record in the place of the app's files. `query` says what is new: an
/// image, variables of the command line over those that were recorded.
///
/// # Errors
/// All problems of all files in one failure; or when the GitOps repository cannot be read.
pub(crate) fn load(
    record: &ReleaseFile,
    query: &ReleaseQuery,
    gitops: &mut Gitops,
) -> Result<Inputs, Failure> {
    let folders = Folders::new(&record.cluster, &record.environment, &record.app)?;
    let place = Folders::below(&folders.release, "release.yaml")?;
    let kept = |name: &str| {
        let text = record.files.get(name)?;
        Some(Source::new(format!("{place}#{name}"), text.clone()))
    };
    let mut problems = Vec::new();
    let app = match kept(".cupaas") {
        Some(source) => keep(document::read_leniently::<AppFile>(&source), &mut problems),
        None => {
            let span = Span::file(&Source::new(place.as_str(), ""));
            let problem =
                Diagnostic::error(Code::IncompleteRecord, span, "this release record has no .cupaas");
            problems.push(problem.hint("deploy the app again from its repository"));
            None
        }
    };
    let mut variables = record.set.clone();
    variables.extend(query.variables.clone());
    let query = ReleaseQuery {
        environment: Some(record.environment.clone()),
        image: query.image.clone(),
        needs_image: true,
        source: record.source.clone(),
        ci: query.ci,
        variables,
        ..ReleaseQuery::default()
    };
    let inputs = gather(&query, record.app.clone(), app, problems, gitops)?;
    Ok(Inputs {
        procfile: kept("Procfile"),
        dockerfile: record.dockerfile.then(String::new),
        recorded: Some(Recorded {
            place: place.to_string(),
            facts: record.facts.clone(),
            runtime: record.runtime.clone(),
        }),
        ..inputs
    })
}
