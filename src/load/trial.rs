//! An app that is nowhere → its inputs, to try a recipe with: no disk, and no file but those of the platform.

use std::path::Path;
use std::sync::Arc;

use crate::diagnostic::{Failure, Source};
use crate::load::app_file::AppFile;
use crate::load::app_folder;
use crate::load::gitops::Gitops;
use crate::load::inputs::{Inputs, Recorded, gather};
use crate::load::query::ReleaseQuery;
use crate::load::scalars::Named;
use crate::yaml::document::{self, keep};

/// The app's name.
pub(crate) const NAME: &str = "trial";

/// The inputs of an app with this `.cupaas`, of whose files nothing is known.
///
/// # Errors
/// All problems of all files in one failure.
pub(crate) fn inputs(app_file: &Arc<Source>, gitops: &mut Gitops) -> Result<Inputs, Failure> {
    let mut problems = Vec::new();
    let app = keep(document::read_leniently::<AppFile>(app_file), &mut problems);
    let inputs = gather(&query(), NAME.to_owned(), app, problems, gitops)?;
    let recorded = Recorded { place: app_file.name.clone(), facts: Named::new(), runtime: String::new() };
    Ok(Inputs { recorded: Some(recorded), ..inputs })
}

/// The inputs of the app in a folder, with this in the place of its `.cupaas`.
///
/// # Errors
/// All problems of all files in one failure.
pub(crate) fn of_folder(
    folder: &Path,
    app_file: &Arc<Source>,
    gitops: &mut Gitops,
) -> Result<Inputs, Failure> {
    let mut problems = Vec::new();
    let app = keep(document::read_leniently::<AppFile>(app_file), &mut problems);
    let mut inputs = gather(&query(), NAME.to_owned(), app, problems, gitops)?;
    inputs.trim_used();
    let files = inputs.files_in(folder, &folder.display().to_string());
    let procfile = app_folder::procfile(folder, None)?;
    Ok(Inputs { dockerfile: files.own_dockerfile(), files, procfile, ..inputs })
}

fn query() -> ReleaseQuery {
    ReleaseQuery {
        image: Some("registry.example.com/trial:1".to_owned()),
        needs_image: true,
        ..ReleaseQuery::default()
    }
}
