//! `secret rotate --recipients`: encrypted files → the same files for the recipients that `cupaas.yaml` names now.

use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::load::gitops::Gitops;
use crate::load::platform::PlatformFile;
use crate::load::records::Scope;
use crate::run::edit::Edit;
use crate::run::secrets::app_secrets::AppSecrets;
use crate::run::spec::RunSpec;
use crate::seal::{self, PrivateKeys, SealError};
use crate::tree::{Edits, Files, RepoPath};
use crate::yaml::document::Document;

pub(super) fn edit(
    spec: &RunSpec,
    all: bool,
    keys: &PrivateKeys,
    gitops: &mut Gitops,
) -> Result<Edit, Failure> {
    let (platform, files, scope, whose) = if all {
        let (platform, files) = of_all(gitops)?;
        (platform, files, Some(Scope::default()), "every app".to_owned())
    } else {
        let subject = AppSecrets::read(spec, gitops)?;
        let scope = Scope::of(&subject.app, Some(&subject.environment));
        let title = subject.title();
        let scope = subject.deployed.is_some().then_some(scope);
        (subject.platform, subject.current.release_files, scope, title)
    };
    let recipients = crate::publish::credentials::recipients(&platform)?;
    let (mut edits, mut problems, mut gone) = (Edits::new(), Vec::new(), false);
    for (path, text) in files.iter().filter(|(path, _)| is_sealed_file(path)) {
        let wrong = |error: &SealError| {
            let place = seal::place(path.as_str(), text, &error.at());
            match error {
                SealError::NoKey => Diagnostic::error(Code::DecryptionFailed, place, error.to_string()).hint(
                    "name the key file of one of its recipients: SOPS_AGE_KEY_FILE=…/keys.txt; \
                     or ask one of them to run this",
                ),
                _ => Diagnostic::error(Code::EncryptedFileInvalid, place, error.to_string())
                    .hint("`cupaas secret check` shows what is wrong with it"),
            }
        };
        match seal::give_to(text, &recipients, keys) {
            Ok(Some(new)) => {
                gone |= seal::drift(text, &recipients).is_ok_and(|d| d.is_some_and(|d| !d.extra.is_empty()));
                edits.insert(path.clone(), Some(new));
            }
            Ok(None) => {}
            Err(error) => problems.push(wrong(&error)),
        }
    }
    if !problems.is_empty() {
        return Err(Failure { code: Code::DecryptionFailed, ..Failure::invalid(problems) });
    }
    let notes = gone.then(|| {
        "removed recipients could read these values, and git keeps them: rotate what matters".to_owned()
    });
    let count = match edits.len() {
        1 => "1 file".to_owned(),
        n => format!("{n} files"),
    };
    Ok(Edit {
        app: scope.as_ref().and_then(|scope| scope.app.clone()),
        scope: scope.filter(|_| !edits.is_empty()),
        files: edits,
        subject: Some(format!("secret: encrypt {count} of {whose} for the current recipients")),
        notes: notes.into_iter().collect(),
        ..Edit::default()
    })
}

/// The platform, and all files below `releases/`.
pub(super) fn of_all(gitops: &mut Gitops) -> Result<(Arc<Document<PlatformFile>>, Files), Failure> {
    let paths: Vec<RepoPath> =
        ["cupaas.yaml", "releases"].into_iter().filter_map(|path| RepoPath::new(path).ok()).collect();
    let files = gitops.read(&paths)?;
    let platform = gitops.platform()?;
    Ok((platform, files))
}

/// Whether a path is `releases/<env>/<app>/secrets/<file>` or `…/credentials/<file>`.
pub(super) fn is_sealed_file(path: &RepoPath) -> bool {
    let parts: Vec<&str> = path.as_str().split('/').collect();
    matches!(parts.as_slice(), ["releases", _, _, "secrets" | "credentials", _])
}
