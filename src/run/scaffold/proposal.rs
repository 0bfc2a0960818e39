//! What the files of an app's folder speak for beyond its runtime: what its recipe proposes, and what building it takes. An app
//! that cannot be read yet has no proposals: what is wrong with it is said by `check`, once it has a `.cupaas`.

use std::path::Path;
use std::sync::Arc;

use crate::diagnostic::Source;
use crate::load::catalog::Catalog;
use crate::load::gitops::{Backend, Gitops};
use crate::load::mirrors::Mirrors;
use crate::load::trial;
use crate::render::dockerfile::dockerfile;
use crate::resolve::suggest::{self, Suggestion};
use crate::resolve::{self, environment, other_runtime};
use crate::run::scaffold::embedded;

/// What is known of an app before it has a `.cupaas`.
#[derive(Debug, Default)]
pub(super) struct Proposal {
    /// What its runtime's recipe proposes.
    pub(super) suggestions: Vec<Suggestion>,
    /// The names of its processes.
    pub(super) processes: Vec<String>,
    /// Its own Dockerfile, else the one that its runtime stands for.
    pub(super) dockerfile: Option<String>,
    /// The runtime that it is of, where the recipe of this one says so.
    pub(super) other_runtime: Option<String>,
}

/// That of the app in `folder` with this `.cupaas`.
pub(super) fn of(catalog: &Catalog, folder: &Path, app_file: &str) -> Proposal {
    read(catalog, folder, &Source::new(".cupaas", app_file)).unwrap_or_default()
}

fn read(catalog: &Catalog, folder: &Path, app_file: &Arc<Source>) -> Option<Proposal> {
    let mut files = catalog.files().clone();
    files.extend(embedded::files(Path::new(""), false).ok()?);
    let mut gitops = Gitops::from(Backend::Memory(files));
    let inputs = trial::of_folder(folder, app_file, &mut gitops).ok()?;
    let environment = environment::choose(&inputs).ok()?;
    let (release, _) = resolve::resolve_leniently(&inputs, environment, None);
    let text = match (&inputs.dockerfile, &inputs.runtime) {
        (Some(own), _) => Some(own.clone()),
        (None, Some(recipe)) => dockerfile(recipe, &inputs.used, &release, &Mirrors::default()).ok(),
        (None, None) => None,
    };
    let processes = release.processes.iter().map(|process| process.name.clone()).collect();
    let suggestions = suggest::of(&inputs, &release, &mut Vec::new());
    let other_runtime = other_runtime::of(&inputs, &release);
    Some(Proposal { suggestions, processes, dockerfile: text, other_runtime })
}
