//! Secrets that are not made yet → made and encrypted, once and for ever.

use zeroize::Zeroizing;

use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::load::inputs::Inputs;
use crate::load::platform::PlatformFile;
use crate::publish::change_set::{ChangeSet, Next};
use crate::render::{MissingSecret, Renderer, Tree};
use crate::resolve::release::{Release, Service};
use crate::seal::{self, Recipient, SealError, Values};
use crate::tree::Files;
use crate::yaml::document::Document;

impl ChangeSet {
    /// Makes and encrypts what its releases lack, and renders those once more: pods carry a hash of what is encrypted.
    /// `now` are seconds since 1970.
    ///
    /// # Errors
    /// A platform without a usable age public key, with its place.
    pub(crate) fn seal(&mut self, now: i64) -> Result<(), Failure> {
        for transition in &mut self.transitions {
            let Next::Rendered(one) = &mut transition.next else { continue };
            if one.tree.missing_secrets.is_empty() {
                continue;
            }
            let mut kept = transition.current.release_files.clone();
            kept.extend(seal(&one.tree, &one.release, &one.inputs, now)?);
            one.tree = Renderer::default().render(&one.release, &one.inputs, &kept)?;
        }
        Ok(())
    }
}

/// What `tree` lacks, encrypted: the files that are kept below `releases/` from now on.
fn seal(tree: &Tree, release: &Release, inputs: &Inputs, now: i64) -> Result<Files, Failure> {
    let recipients = recipients(&inputs.platform)?;
    let one = |missing: &MissingSecret| {
        let values = values(missing, release)?;
        Ok((missing.kept.clone(), seal::encrypt_secret(&missing.object, &values, &recipients, now)?))
    };
    tree.missing_secrets
        .iter()
        .map(one)
        .collect::<Result<Files, SealError>>()
        .map_err(|error| internal(&error))
}

fn internal(error: &SealError) -> Failure {
    Failure::new(Code::InternalError, error.to_string())
}

fn values(missing: &MissingSecret, release: &Release) -> Result<Values, SealError> {
    let service = release.services.iter().find(|service| service.name == missing.service);
    service.map_or_else(|| Ok(Values::new()), credentials)
}

/// New credentials for a service: what its recipe fixes, and passwords.
///
/// # Errors
/// No random numbers.
pub(crate) fn credentials(service: &Service) -> Result<Values, SealError> {
    let value = |given: &Option<String>| match given {
        Some(text) => Ok(Zeroizing::new(text.clone().into_bytes())),
        None => seal::make_password().map(|password| Zeroizing::new(password.as_bytes().to_vec())),
    };
    let credentials = service.credentials.iter();
    credentials.map(|credential| Ok((credential.key.clone(), value(&credential.value)?))).collect()
}

/// The platform's public keys.
///
/// # Errors
/// Each that is none, with its place; or that there is none.
pub(crate) fn recipients(platform: &Document<PlatformFile>) -> Result<Vec<Recipient>, Failure> {
    let listed = &platform.value.secrets.recipients;
    let mut problems = Vec::new();
    let mut recipients = Vec::new();
    for (index, text) in listed.iter().enumerate() {
        match text.parse::<Recipient>() {
            Ok(recipient) if recipients.contains(&recipient) => {
                let span = platform.at(&["secrets", "recipients", &index.to_string()]);
                problems.push(
                    Diagnostic::error(Code::DuplicateRecipient, span, "this recipient is listed twice")
                        .hint("remove one of them"),
                );
            }
            Ok(recipient) => recipients.push(recipient),
            Err(error) => {
                let span = platform.at(&["secrets", "recipients", &index.to_string()]);
                problems.push(
                    Diagnostic::error(Code::InvalidValue, span, error.to_string())
                        .hint("write an age public key, such as age1…"),
                );
            }
        }
    }
    if listed.is_empty() {
        let span = platform.key(&["secrets"]);
        problems.push(
            Diagnostic::error(Code::NoRecipient, span, "no age public key to encrypt passwords for").hint(
                "`cupaas init` creates an identity; put its public key under `secrets.recipients` in cupaas.yaml, or set \
                 `secrets: {provider: existing}`",
            ),
        );
    }
    if problems.is_empty() { Ok(recipients) } else { Err(Failure::invalid(problems)) }
}
