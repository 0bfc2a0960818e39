//! Encrypted files that are kept below `releases/` → their copies in what is applied, byte for byte.

use super::rooms::Rendered;
use super::tree::{Folders, Tree, Unsealed};
use crate::diagnostic::{Diagnostic, Failure, Source, Span};
use crate::load::platform::SecretsProvider;
use crate::resolve::release::Release;
use crate::resolve::variables;
use crate::seal;
use crate::tree::{Files, RepoPath};

/// Takes the sealed files that are kept, and notes those that are not there yet.
pub(super) fn seal_from(
    kept: &Files,
    release: &Release,
    folders: &Folders,
    objects: &mut Vec<Rendered>,
    tree: &mut Tree,
) -> Result<(), Failure> {
    for service in &release.services {
        let Some(name) = &service.secret else { continue };
        let applied = Folders::below(&folders.deploy, &format!("base/secret-{name}.yaml"))?;
        let Some(at) = objects.iter().position(|rendered| rendered.path == applied) else { continue };
        let place = Folders::below(&folders.release, &format!("credentials/{}.yaml", service.name))?;
        match kept.get(&place) {
            Some(text) => {
                must_be_sealed(&place, text)?;
                objects.remove(at);
                tree.files.insert(applied, text.clone());
                tree.files.insert(place, text.clone());
            }
            None => {
                let object = objects[at].object.clone();
                cannot_be_applied(&mut objects[at].object);
                tree.unsealed.push(Unsealed { service: service.name.clone(), object, applied, kept: place });
            }
        }
    }
    Ok(())
}

/// A placeholder that reached a cluster would be a password that everyone knows: as `data` it is not base64, and every
/// API server refuses it.
fn cannot_be_applied(object: &mut serde_json::Value) {
    if let Some(values) = object.as_object_mut().and_then(|fields| fields.shift_remove("stringData")) {
        object["data"] = values;
    }
}

/// No file is copied that holds a value in clear: someone may have put it there before encrypting it.
fn must_be_sealed(path: &RepoPath, text: &str) -> Result<(), Failure> {
    let place = || Span::file(&Source::new(path.as_str(), ""));
    let refuse = |message: String| {
        let problem =
            Diagnostic::error(place(), message).hint("encrypt it with sops, and treat its values as leaked");
        Err(Failure::invalid(vec![problem]))
    };
    match seal::inspect(text) {
        Ok(sealed) if sealed.clear.is_empty() => Ok(()),
        Ok(sealed) => refuse(format!("these values are not encrypted: {}", sealed.clear.join(", "))),
        Err(error) => refuse(error.to_string()),
    }
}

/// The app's own secrets, as they were sealed when they were set.
pub(super) fn app_secrets(release: &Release, folders: &Folders, kept: &Files) -> Result<Files, Failure> {
    let mut files = Files::new();
    if release.platform.secrets != SecretsProvider::Sops {
        return Ok(files);
    }
    for secret in &release.secrets {
        let place = Folders::below(&folders.release, &variables::secret_file(&secret.variable))?;
        // One that nobody has set was said when the release was decided.
        let Some(text) = kept.get(&place) else { continue };
        must_be_sealed(&place, text)?;
        let applied = Folders::below(&folders.deploy, &format!("base/secret-{}.yaml", secret.secret.name))?;
        files.insert(place, text.clone());
        files.insert(applied, text.clone());
    }
    Ok(files)
}
