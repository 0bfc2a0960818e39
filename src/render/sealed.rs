//! Encrypted files that are kept below `releases/` → the Secrets that are applied: the ciphertext of the one under the
//! plain part of the other.

use crate::diagnostic::Code;
use serde_json::{Map, Value as Json, json};

use crate::diagnostic::{Diagnostic, Failure};
use crate::layout::Folders;
use crate::load::platform::SecretsProvider;
use crate::names;
use crate::render::layers::Rendered;
use crate::render::tree::{MissingSecret, Tree};
use crate::resolve::release::Release;
use crate::resolve::secrets;
use crate::seal::{self, ExpectedSecret, SealError};
use crate::tree::{Files, RepoPath};

/// What stands for a hash of credentials that nobody has made yet.
const NOT_MADE: &str = "(made by the first deploy)";

/// One encrypted file: where it is kept, and what it becomes.
struct Sealing<'a> {
    /// The service whose credentials it holds; nothing for a secret of the app's own.
    service: Option<&'a str>,
    secret: &'a str,
    keys: Vec<&'a str>,
    kept: RepoPath,
}

/// The encrypted files of a release, services first.
fn sealings<'a>(release: &'a Release, folders: &Folders) -> Result<Vec<Sealing<'a>>, Failure> {
    if release.platform.secrets_provider != SecretsProvider::Sops {
        return Ok(Vec::new());
    }
    let mut sealings = Vec::new();
    for service in &release.services {
        let Some(secret) = &service.secret else { continue };
        let kept = Folders::below(&folders.release, &secrets::credentials_file(&service.name))?;
        let keys = service.credentials.iter().map(|credential| credential.key.as_str()).collect();
        sealings.push(Sealing { service: Some(&service.name), secret, keys, kept });
    }
    for own in &release.secrets {
        let kept = Folders::below(&folders.release, &secrets::secret_file(&own.variable))?;
        sealings.push(Sealing { service: None, secret: &own.secret.name, keys: vec![&own.secret.key], kept });
    }
    Ok(sealings)
}

/// Adds to a release's `values` what changes exactly when an encrypted value does, so that a pod's annotation restarts
/// those that read it: `secrets_hash` over all of them, and `secret_hash` of each service.
pub(super) fn add_hashes(
    values: &mut Map<String, Json>,
    release: &Release,
    folders: &Folders,
    kept: &Files,
) -> Result<(), Failure> {
    let mut hashes = Vec::new();
    for sealing in sealings(release, folders)? {
        let hash = match kept.get(&sealing.kept) {
            Some(text) => seal::fingerprint(text).map_err(|error| sealing.refuse(text, &error))?,
            None => NOT_MADE.to_owned(),
        };
        hashes.push((sealing.service, hash));
    }
    for service in values.get_mut("services").and_then(Json::as_array_mut).into_iter().flatten() {
        let hash = hashes.iter().find(|(name, _)| name.is_some() && *name == service["name"].as_str());
        service["secret_hash"] = json!(hash.map(|(_, hash)| hash));
    }
    let all: Vec<&str> = hashes.iter().map(|(_, hash)| hash.as_str()).collect();
    let whole = match all.as_slice() {
        [] => Json::Null,
        all if all.contains(&NOT_MADE) => json!(NOT_MADE),
        all => json!(names::hash(&all.join("\n"), 16)),
    };
    values.insert("secrets_hash".to_owned(), whole);
    Ok(())
}

/// Puts the ciphertext that is kept in the place of the rendered placeholders, and notes what is not made yet.
pub(super) fn seal_from(
    kept: &Files,
    release: &Release,
    folders: &Folders,
    objects: &mut Vec<Rendered>,
    tree: &mut Tree,
) -> Result<(), Failure> {
    for sealing in sealings(release, folders)? {
        let applied = Folders::below(&folders.deploy, &format!("base/secret-{}.yaml", sealing.secret))?;
        let Some(at) = objects.iter().position(|rendered| rendered.path == applied) else { continue };
        match (kept.get(&sealing.kept), sealing.service) {
            (Some(text), _) => {
                let mut plain = objects.remove(at).object;
                without_values(&mut plain);
                tree.files.insert(applied, sealing.applied(text, &plain)?);
                tree.files.insert(sealing.kept, text.clone());
            }
            (None, Some(service)) => {
                let mut object = objects[at].object.clone();
                without_values(&mut object);
                cannot_be_applied(&mut objects[at].object);
                let service = service.to_owned();
                tree.missing_secrets.push(MissingSecret { service, object, applied, kept: sealing.kept });
            }
            // Said with its place when the release was decided.
            (None, None) => {
                let problem = sealing.problem("", &[], "this secret has not been set", "`cupaas secret set`");
                return Err(Failure::invalid(vec![problem]));
            }
        }
    }
    Ok(())
}

fn without_values(object: &mut Json) {
    if let Some(fields) = object.as_object_mut() {
        fields.shift_remove("stringData");
    }
}

/// A placeholder that reached a cluster would be a password that everyone knows: as `data` it is not base64, and every
/// API server refuses it.
fn cannot_be_applied(object: &mut Json) {
    if let Some(values) = object.as_object_mut().and_then(|fields| fields.shift_remove("stringData")) {
        object["data"] = values;
    }
}

impl Sealing<'_> {
    /// The file that is applied: `text` with what it says in clear replaced by `plain`. Its bytes stay where both say
    /// the same, and no ciphertext ever changes.
    fn applied(&self, text: &str, plain: &Json) -> Result<String, Failure> {
        let namespace = plain["metadata"]["namespace"].as_str().unwrap_or_default();
        let wanted = ExpectedSecret {
            namespace,
            name: self.secret,
            any_name: self.service.is_none(),
            keys: &self.keys,
        };
        let misfits = seal::misfits(text, &wanted, self.kept.as_str());
        if !misfits.is_empty() {
            let said = misfits.iter().map(|one| self.problem(text, &one.at, &one.message, &one.hint));
            return Err(Failure::invalid(said.collect()));
        }
        let is = seal::plain_part(text).map_err(|error| self.refuse(text, &error))?;
        if is == *plain {
            return Ok(text.to_owned());
        }
        match seal::reattach(text, plain) {
            Ok(text) => Ok(text),
            // Encrypted by hand: its labels are part of its seal, and as good as ours, since it is the right Secret.
            Err(SealError::MacCoversAll) => Ok(text.to_owned()),
            Err(error) => Err(self.refuse(text, &error)),
        }
    }

    fn refuse(&self, text: &str, error: &SealError) -> Failure {
        let hint = "encrypt it with sops, and treat values in clear as leaked";
        Failure::invalid(vec![self.problem(text, &error.at(), &error.to_string(), hint)])
    }

    /// A problem at a place in the file `text`.
    fn problem(&self, text: &str, at: &[String], message: &str, hint: &str) -> Diagnostic {
        Diagnostic::error(Code::UnsortedInvalid, seal::place(self.kept.as_str(), text, at), message)
            .hint(hint)
    }
}
