//! Secrets that are not made yet → made, encrypted, and in the tree, once and for ever.

use zeroize::Zeroizing;

use crate::diagnostic::{Diagnostic, Failure, Kind};
use crate::load::inputs::Inputs;
use crate::render::{Tree, Unsealed};
use crate::resolve::release::Release;
use crate::seal::{self, Recipient, SealError, Values};

/// Makes and encrypts what `tree` lacks. `now` are seconds since 1970.
///
/// Errors: a platform without a usable age public key, with its place.
pub fn seal(tree: &mut Tree, release: &Release, inputs: &Inputs, now: i64) -> Result<(), Failure> {
    if tree.unsealed.is_empty() {
        return Ok(());
    }
    let recipients = recipients(inputs)?;
    for unsealed in std::mem::take(&mut tree.unsealed) {
        let values = values(&unsealed, release).map_err(|error| internal(&error))?;
        let mut plain = unsealed.object;
        if let Some(fields) = plain.as_object_mut() {
            fields.shift_remove("stringData");
        }
        let text =
            seal::encrypt_secret(&plain, &values, &recipients, now).map_err(|error| internal(&error))?;
        tree.files.insert(unsealed.applied, text.clone());
        tree.files.insert(unsealed.kept, text);
    }
    Ok(())
}

fn internal(error: &SealError) -> Failure {
    Failure::new(Kind::Internal, error.to_string())
}

fn values(unsealed: &Unsealed, release: &Release) -> Result<Values, SealError> {
    let service = release.services.iter().find(|service| service.name == unsealed.service);
    let credentials = service.into_iter().flat_map(|service| &service.credentials);
    let value = |given: &Option<String>| match given {
        Some(text) => Ok(Zeroizing::new(text.clone().into_bytes())),
        None => seal::make_password().map(|password| Zeroizing::new(password.as_bytes().to_vec())),
    };
    credentials.map(|credential| Ok((credential.key.clone(), value(&credential.value)?))).collect()
}

fn recipients(inputs: &Inputs) -> Result<Vec<Recipient>, Failure> {
    let platform = &inputs.platform;
    let listed = &platform.value.secrets.recipients;
    let mut problems = Vec::new();
    let mut recipients = Vec::new();
    for (index, text) in listed.iter().enumerate() {
        match text.parse::<Recipient>() {
            Ok(recipient) => recipients.push(recipient),
            Err(error) => {
                let span = platform.at(&["secrets", "recipients", &index.to_string()]);
                problems.push(Diagnostic::error(span, error.to_string()).hint("a public key such as age1…"));
            }
        }
    }
    if listed.is_empty() {
        let span = platform.key(&["secrets"]);
        problems.push(
            Diagnostic::error(span, "no age public key to encrypt passwords for").hint(
                "`cupaas init` makes an identity; put its public key under `secrets.recipients` in cupaas.yaml, or set \
                 `secrets: {provider: existing}`",
            ),
        );
    }
    if problems.is_empty() { Ok(recipients) } else { Err(Failure::invalid(problems)) }
}
