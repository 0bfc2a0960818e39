//! `secret check`: whether every secret that is needed is there, encrypted, and for the recipients of today.

use serde::Serialize;

use super::recipients::{is_sealed_file, of_all};
use super::subject::Subject;
use crate::diagnostic::{Diagnostic, Failure, Source, Span};
use crate::load::app_file::AppFile;
use crate::load::document::{self, Document};
use crate::load::gitops::Gitops;
use crate::load::platform::{PlatformFile, SecretsProvider};
use crate::load::release_file::ReleaseFile;
use crate::load::secret_entry::SecretEntry;
use crate::request::Step;
use crate::resolve::secrets::secret_file;
use crate::seal::{self, Drift, Recipient, SealError};
use crate::tree::{Files, RepoPath};

/// What was looked at, and is right.
#[derive(Debug, Serialize)]
pub struct Checked {
    /// Whose secrets.
    pub of: String,
    /// How many encrypted files.
    pub files: usize,
    /// Who can read them.
    pub recipients: Vec<String>,
    /// Who keeps secrets.
    pub provider: SecretsProvider,
}

/// Looks at the files of one app, or of all.
///
/// Errors: everything that is wrong, with its place; kind `Invalid`.
pub(super) fn check(step: &Step, all: bool, gitops: &mut Gitops) -> Result<Checked, Failure> {
    let mut problems = Vec::new();
    let (platform, files, of) = if all {
        let (platform, files) = of_all(gitops)?;
        if platform.value.secrets.provider == SecretsProvider::Sops {
            problems.extend(unset_of_all(&files));
        }
        (platform, files, "every app".to_owned())
    } else {
        let subject = Subject::read(step, gitops)?;
        let entries: Vec<&SecretEntry> = subject.named().collect();
        if subject.platform.value.secrets.provider == SecretsProvider::Sops {
            problems.extend(unset(&subject.app, &subject.environment, &entries, &subject.state.kept));
        }
        let title = subject.title();
        (subject.platform, subject.state.kept, title)
    };
    let sealed: Files = files.into_iter().filter(|(path, _)| is_sealed_file(path)).collect();
    let provider = platform.value.secrets.provider;
    let recipients = match (provider, sealed.is_empty()) {
        (SecretsProvider::Sops, _) => seal::release::recipients(&platform)?,
        _ => Vec::new(),
    };
    for (path, text) in &sealed {
        problems.extend(file(path, text, &recipients, &platform));
    }
    if !problems.is_empty() {
        return Err(Failure::invalid(problems));
    }
    let recipients = recipients.iter().map(ToString::to_string).collect();
    Ok(Checked { of, files: sealed.len(), recipients, provider })
}

/// Secrets that a `.cupaas` names and nobody has set.
fn unset(app: &str, environment: &str, entries: &[&SecretEntry], files: &Files) -> Vec<Diagnostic> {
    let one = |entry: &&SecretEntry| {
        let name = &entry.name;
        let place = format!("releases/{environment}/{app}/{}", secret_file(name));
        if files.keys().any(|path| path.as_str() == place) {
            return None;
        }
        let command = format!("`cupaas secret set {name} --app {app} --env {environment}`");
        let message = format!("the secret {name} has not been set");
        Some(Diagnostic::error(Span::file(&Source::new(place, "")), message).hint(command))
    };
    entries.iter().filter_map(one).collect()
}

/// The same of everything that is deployed. A record that cannot be read is another command's matter.
fn unset_of_all(files: &Files) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for (path, text) in files.iter().filter(|(path, _)| path.file_name() == "release.yaml") {
        let read = document::read::<ReleaseFile>(&Source::new(path.as_str(), text.clone()));
        let Ok(record) = read.map(|document| document.value) else { continue };
        let Some(app) = record.files.get(".cupaas").filter(|_| !record.removed) else { continue };
        if let Ok(app) = document::read::<AppFile>(&Source::new(path.as_str(), app.clone())) {
            let entries: Vec<&SecretEntry> = app.value.secrets.iter().collect();
            problems.extend(unset(&record.app, &record.environment, &entries, files));
        }
    }
    problems
}

/// What is wrong with one file.
fn file(
    path: &RepoPath,
    text: &str,
    recipients: &[Recipient],
    platform: &Document<PlatformFile>,
) -> Vec<Diagnostic> {
    let place = || Span::file(&Source::new(path.as_str(), ""));
    let problem = |message: String, hint: &str| Diagnostic::error(place(), message).hint(hint);
    let sealed = match seal::inspect(text) {
        Ok(sealed) => sealed,
        Err(error) => {
            return vec![problem(error.to_string(), "encrypt it with sops, and treat its values as leaked")];
        }
    };
    let mut problems = Vec::new();
    if !sealed.clear.is_empty() {
        let message = format!("these values are not encrypted: {}", sealed.clear.join(", "));
        problems.push(problem(message, "encrypt it with sops, and treat its values as leaked"));
    }
    if platform.value.secrets.provider != SecretsProvider::Sops {
        return problems;
    }
    match seal::drift(text, recipients) {
        Ok(None) => {}
        Ok(Some(Drift { missing, extra })) => {
            let mut said = Vec::new();
            if !missing.is_empty() {
                said.push(format!("cannot be read by {}", missing.join(", ")));
            }
            if !extra.is_empty() {
                said.push(format!("can be read by {}, who is no recipient any more", extra.join(", ")));
            }
            let hint =
                "`cupaas secret rotate --recipients --all`, with the age identity of one who can read it";
            problems.push(problem(said.join("; "), hint));
        }
        Err(error) => problems.push(problem(SealError::to_string(&error), "encrypt it with sops")),
    }
    problems
}
