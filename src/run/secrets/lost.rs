//! Records of releases → the credentials that must be there for their services, and which of them are gone.

use crate::diagnostic::Code;
use crate::load::records;
use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Failure, Source, Span};
use crate::layout::Folders;
use crate::load::app_file::{AppFile, ServiceEntry};
use crate::load::catalog::{Catalog, RecipeKind};
use crate::load::release_file::ReleaseFile;
use crate::plan::credentials::{CredentialHistory, from_history, new_ones};
use crate::resolve::secrets::{credentials_file, credentials_object};
use crate::tree::{Files, RepoPath};

/// The credentials of one service in one release.
#[derive(Debug)]
pub(super) struct Credentials {
    /// The service.
    pub(super) service: String,
    /// The file that holds them.
    pub(super) place: RepoPath,
    /// Keys that its recipe always makes.
    pub(super) keys: Vec<String>,
    /// Whether they were made, and their file is gone.
    pub(super) lost: bool,
    app: String,
    environment: String,
    waits: bool,
}

impl Credentials {
    /// What `secret check` says where they are gone.
    pub(super) fn problem(&self) -> Diagnostic {
        let message = format!(
            "the file with the credentials of {} is missing, and the service still uses them",
            self.service
        );
        let span = Span::file(&Source::new(self.place.as_str(), ""));
        let mut recovery = from_history(&self.place);
        if !self.waits {
            let new_ones = new_ones(&self.service, &self.app, &self.environment);
            recovery = format!("{recovery}; or {new_ones}");
        }
        Diagnostic::error(Code::CredentialsLost, span, message).hint(recovery)
    }
}

/// Those of every service that `record` remembers, where it has any. `files` are at least those of the release.
///
/// # Errors
/// None but cupaas's own.
pub(super) fn credentials(
    record: &ReleaseFile,
    files: &Files,
    catalog: &Catalog,
) -> Result<Vec<Credentials>, Failure> {
    let folders = Folders::new(&record.cluster, &record.environment, &record.app)?;
    let named = named(record);
    let mut all = Vec::new();
    for service in record.versions.keys() {
        let recipe = named.get(service);
        // Of a service that no `.cupaas` names any more, its name is all that is known.
        let found = catalog.get(RecipeKind::Service, recipe.unwrap_or(service)).ok().flatten();
        let rules = found.as_ref().map(|recipe| recipe.description.value.credentials.as_slice());
        let place = Folders::below(&folders.release, &credentials_file(service))?;
        let always = rules.into_iter().flatten().filter(|rule| rule.when.is_none());
        all.push(Credentials {
            service: service.clone(),
            keys: always.map(|rule| rule.key.clone()).collect(),
            lost: !files.contains_key(&place)
                && made(record, service, rules.is_some_and(|rules| !rules.is_empty()), &folders, files)?,
            place,
            app: record.app.clone(),
            environment: record.environment.clone(),
            waits: record.removed || recipe.is_none(),
        });
    }
    Ok(all)
}

/// Recipes by the names of the services that a record's `.cupaas` names.
fn named(record: &ReleaseFile) -> BTreeMap<String, String> {
    records::app_file(record).map(|app| recipes(&app.value)).unwrap_or_default()
}

/// Recipes by the names of the services that a `.cupaas` names.
pub(super) fn recipes(app: &AppFile) -> BTreeMap<String, String> {
    let one = |entry: &ServiceEntry| {
        let name = entry.settings.get("name").and_then(|name| name.as_str()).unwrap_or(&entry.recipe);
        (name.to_owned(), entry.recipe.clone())
    };
    app.services.iter().map(one).collect()
}

/// Whether credentials were made for a service; `has_some` is whether its recipe has any, as far as it is known.
fn made(
    record: &ReleaseFile,
    service: &str,
    has_some: bool,
    folders: &Folders,
    files: &Files,
) -> Result<bool, Failure> {
    let applied = format!("base/secret-{}.yaml", credentials_object(service));
    let applied = Folders::below(&folders.deploy, &applied)?;
    if !has_some {
        return Ok(files.contains_key(&applied));
    }
    let of = files.iter().filter(|(path, _)| path.is_in(&folders.deploy));
    let before = of.map(|(path, text)| (path.clone(), text.clone())).collect();
    let history = CredentialHistory {
        before: &before,
        versions: &record.versions,
        external: &record.external_credentials,
    };
    Ok(history.had(service, &applied))
}
