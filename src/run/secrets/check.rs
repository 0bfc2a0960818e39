//! `secret check`: whether every secret that is needed is there, encrypted, and for the recipients of today.

use crate::diagnostic::Code;
use crate::outcome::secrets::Checked;
use serde_json::json;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Failure, Source, Span};
use crate::load::app_file::AppFile;
use crate::load::catalog::Catalog;
use crate::load::current::Current;
use crate::load::gitops::Gitops;
use crate::load::platform::{PlatformFile, SecretsProvider};
use crate::load::query::ReleaseQuery;
use crate::load::release_file::ReleaseFile;
use crate::load::secret_entry::SecretEntry;
use crate::names;
use crate::resolve::secrets::{credentials_object, secret_file, secret_object};
use crate::run::secrets::app_secrets::AppSecrets;
use crate::run::secrets::asked;
use crate::run::secrets::lost::{self, Credentials};
use crate::run::secrets::recipients::{is_sealed_file, of_all};
use crate::run::spec::RunSpec;
use crate::seal::{self, Drift, ExpectedSecret, PrivateKeys, Recipient, SealError};
use crate::tree::{Files, RepoPath};
use crate::yaml::document::{self, Document};

/// What a check looks at.
struct Looked {
    platform: Arc<Document<PlatformFile>>,
    files: Files,
    records: Vec<ReleaseFile>,
    /// Secrets of the apps' own that nobody has set.
    unset: Vec<Diagnostic>,
    of: String,
}

/// Looks at the files of one app, or of all. Those that one of `keys` opens are decrypted in memory too.
///
/// # Errors
/// Everything that is wrong, with its place; kind `Invalid`.
pub(super) fn check(
    spec: &RunSpec,
    all: bool,
    keys: &PrivateKeys,
    gitops: &mut Gitops,
) -> Result<Checked, Failure> {
    let Looked { platform, files, records, unset, of } =
        if all { every(spec, gitops)? } else { one(spec, gitops)? };
    let provider = platform.value.secrets.provider;
    let sealed: Vec<(&RepoPath, &String)> = files.iter().filter(|(path, _)| is_sealed_file(path)).collect();
    let mut problems = Vec::new();
    let (mut recipients, mut opened) = (Vec::new(), 0);
    if provider == SecretsProvider::Sops {
        recipients = crate::publish::credentials::recipients(&platform)?;
        let credentials = credentials(&records, &files, gitops)?;
        problems.extend(unset);
        problems.extend(credentials.iter().filter(|one| one.lost).map(Credentials::problem));
        for (path, text) in &sealed {
            let found = kept_here(path, text, &credentials, &recipients);
            match seal::verify(text, keys) {
                _ if !found.is_empty() => problems.extend(found),
                Ok(verified) => opened += usize::from(verified),
                Err(error) => problems.push(failed(path, text, &error, &seal::earlier(path.as_str()))),
            }
        }
    } else {
        problems.extend(sealed.iter().flat_map(|(path, text)| in_clear(path, text)));
    }
    if !problems.is_empty() {
        return Err(Failure::invalid(problems));
    }
    let recipients = recipients.iter().map(ToString::to_string).collect();
    Ok(Checked { of, files: sealed.len(), opened, recipients, provider })
}

fn every(spec: &RunSpec, gitops: &mut Gitops) -> Result<Looked, Failure> {
    let (platform, mut files) = of_all(gitops)?;
    files.extend(gitops.read(&[crate::layout::path("deploy")?])?);
    // A record that cannot be read is another command's matter.
    let texts = files.iter().filter(|(path, _)| path.file_name() == "release.yaml");
    let read = texts.filter_map(|(path, text)| {
        let source = Source::new(path.as_str(), text.clone());
        document::read::<ReleaseFile>(&source).ok().map(|document| document.value)
    });
    let records: Vec<ReleaseFile> = read.collect();
    let mut unset = Vec::new();
    for record in &records {
        unset.extend(unset_of(record, &files, &spec.query, gitops)?);
    }
    Ok(Looked { platform, files, records, unset, of: "every app".to_owned() })
}

fn one(spec: &RunSpec, gitops: &mut Gitops) -> Result<Looked, Failure> {
    let subject = AppSecrets::read(spec, gitops)?;
    let entries: Vec<&SecretEntry> = subject.named().collect();
    let unset = unset(&subject.app, &subject.environment, &entries, &subject.current.release_files);
    let of = subject.title();
    let Current { previous, release_files: mut kept, manifests: before, .. } = subject.current;
    kept.extend(before);
    Ok(Looked { platform: subject.platform, files: kept, records: previous.into_iter().collect(), unset, of })
}

fn credentials(
    records: &[ReleaseFile],
    files: &Files,
    gitops: &mut Gitops,
) -> Result<Vec<Credentials>, Failure> {
    let catalog = Catalog::new(gitops.read(&[crate::layout::path("catalog")?])?);
    let mut all = Vec::new();
    for record in records {
        all.extend(lost::credentials(record, files, &catalog)?);
    }
    Ok(all)
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
        let span = Span::file(&Source::new(place, ""));
        Some(Diagnostic::error(Code::SecretNotSet, span, message).hint(command))
    };
    entries.iter().filter_map(one).collect()
}

/// The same of what is deployed.
fn unset_of(
    record: &ReleaseFile,
    files: &Files,
    query: &ReleaseQuery,
    gitops: &mut Gitops,
) -> Result<Vec<Diagnostic>, Failure> {
    let text = record.files.get(".cupaas").filter(|_| !record.removed);
    let read = text.and_then(|text| document::read::<AppFile>(&Source::new(".cupaas", text.clone())).ok());
    let Some(app) = read else { return Ok(Vec::new()) };
    let entries = asked::secrets(&record.app, app.value, query, gitops)?;
    Ok(unset(&record.app, &record.environment, &entries.iter().collect::<Vec<_>>(), files))
}

fn problem(
    code: Code,
    (path, text): (&RepoPath, &str),
    at: &[String],
    message: String,
    hint: &str,
) -> Diagnostic {
    Diagnostic::error(code, seal::place(path.as_str(), text, at), message).hint(hint)
}

fn failed(path: &RepoPath, text: &str, error: &SealError, hint: &str) -> Diagnostic {
    problem(Code::EncryptedFileInvalid, (path, text), &error.at(), error.to_string(), hint)
}

/// What is wrong with a file that nothing is rendered from.
fn in_clear(path: &RepoPath, text: &str) -> Vec<Diagnostic> {
    let hint = "encrypt it with sops, and treat its values as leaked";
    match seal::inspect(text) {
        Err(error) => vec![failed(path, text, &error, hint)],
        Ok(sealed) => {
            let one = |key: &String| {
                let message = format!("the value of {key} is not encrypted");
                problem(Code::EncryptedFileInvalid, (path, text), &seal::of_value(text, key), message, hint)
            };
            sealed.clear.iter().map(one).collect()
        }
    }
}

/// What is wrong with one file, as far as can be told without a private key: what rendering would refuse, and other
/// recipients than those of today.
fn kept_here(
    path: &RepoPath,
    text: &str,
    credentials: &[Credentials],
    recipients: &[Recipient],
) -> Vec<Diagnostic> {
    let parts: Vec<&str> = path.as_str().split('/').collect();
    let &[_, environment, app, folder, file] = parts.as_slice() else { return Vec::new() };
    let stem = file.trim_end_matches(".yaml");
    let any_name = folder == "secrets";
    let (name, keys) = if any_name {
        (secret_object(stem), vec![stem])
    } else {
        let of = credentials.iter().filter(|one| one.place == *path).flat_map(|one| &one.keys);
        (credentials_object(stem), of.map(String::as_str).collect())
    };
    let wanted =
        ExpectedSecret { namespace: &names::namespace(app, environment), name: &name, any_name, keys: &keys };
    let misfits = seal::misfits(text, &wanted, path.as_str());
    let misfit = |one: seal::Misfit| {
        problem(Code::EncryptedFileInvalid, (path, text), &one.at, one.message, &one.hint)
    };
    let mut problems: Vec<Diagnostic> = misfits.into_iter().map(misfit).collect();
    if seal::inspect(text).is_ok() {
        problems.extend(cannot_be_labelled(path, text, &wanted));
        problems.extend(drifted(path, text, recipients));
    }
    problems
}

/// Whether labels of another time could not be put over the ciphertext.
fn cannot_be_labelled(path: &RepoPath, text: &str, wanted: &ExpectedSecret<'_>) -> Option<Diagnostic> {
    let metadata = json!({"name": wanted.name, "namespace": wanted.namespace});
    match seal::reattach(text, &json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata})) {
        // Such a file is applied as it is.
        Ok(_) | Err(SealError::MacCoversAll) => None,
        Err(error) => Some(failed(path, text, &error, "encrypt it with sops")),
    }
}

fn drifted(path: &RepoPath, text: &str, recipients: &[Recipient]) -> Option<Diagnostic> {
    let Drift { missing, extra } = match seal::drift(text, recipients) {
        Ok(drift) => drift?,
        Err(error) => return Some(failed(path, text, &error, "encrypt it with sops")),
    };
    let mut said = Vec::new();
    if !missing.is_empty() {
        said.push(format!("cannot be read by {}", missing.join(", ")));
    }
    if !extra.is_empty() {
        said.push(format!("can be read by {}, no longer a recipient", extra.join(", ")));
    }
    let hint = "`cupaas secret rotate --recipients --all`, with the private key of someone who can read it";
    let at = ["sops".to_owned(), "age".to_owned()];
    Some(problem(Code::RecipientsOutdated, (path, text), &at, said.join("; "), hint))
}
