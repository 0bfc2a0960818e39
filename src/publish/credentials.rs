//! Secrets that are not made yet → made and encrypted, once and for ever.

use base64::Engine as _;
use zeroize::Zeroizing;

use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::load::credential_shape::{Encoding, Making, Shape};
use crate::load::inputs::Inputs;
use crate::load::platform::PlatformFile;
use crate::publish::change_set::{ChangeSet, Next};
use crate::render::{MissingSecret, Renderer, Tree};
use crate::resolve::release::{Piece, Release, Service};
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

/// New credentials for a service: what its recipe fixes, what it makes at random, and what it puts together of those.
///
/// # Errors
/// No random numbers.
pub(crate) fn credentials(service: &Service) -> Result<Values, SealError> {
    let mut values = Values::new();
    for credential in &service.credentials {
        let value = match &credential.value {
            Some(text) => Zeroizing::new(text.clone().into_bytes()),
            None if credential.pieces.is_empty() => random(credential.shape.as_ref())?,
            None => composed(&credential.pieces, &values),
        };
        values.insert(credential.key.clone(), value);
    }
    Ok(values)
}

fn random(shape: Option<&Shape>) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let bytes = |text: Zeroizing<String>| Zeroizing::new(text.as_bytes().to_vec());
    // What is wrong with a shape has been said of its recipe.
    let Some(making) = shape.and_then(|shape| shape.making().ok()) else {
        return seal::make_password().map(bytes);
    };
    match &making {
        Making::Bytes { count, encoding } => {
            let made = seal::make_bytes(*count)?;
            Ok(bytes(Zeroizing::new(match encoding {
                Encoding::Hex => made.iter().fold(String::with_capacity(2 * count), with_hex),
                Encoding::Base64 => base64::engine::general_purpose::STANDARD.encode(&*made),
            })))
        }
        Making::Text { alphabet, length } => loop {
            let made = seal::make_text(alphabet, *length)?;
            if making.fits(&made) {
                return Ok(bytes(made));
            }
        },
    }
}

fn with_hex(mut text: String, byte: &u8) -> String {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    text.extend([DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    text
}

fn composed(pieces: &[Piece], values: &Values) -> Zeroizing<Vec<u8>> {
    // The capacity is all that is ever needed: what grows leaves copies behind.
    let mut made =
        Zeroizing::new(Vec::with_capacity(pieces.iter().map(|piece| part(piece, values).len()).sum()));
    pieces.iter().for_each(|piece| made.extend_from_slice(part(piece, values)));
    made
}

fn part<'v>(piece: &'v Piece, values: &'v Values) -> &'v [u8] {
    match piece {
        Piece::Text(text) => text.as_bytes(),
        Piece::Key(key) => values.get(key).map_or(&[][..], |value| value.as_slice()),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn shaped(text: &str) -> Option<Shape> {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_credential_has_the_shape_that_its_recipe_says() {
        for (shape, length, letters) in [
            ("null", 32, "A-Za-z0-9"),
            (r#"{"length": 64}"#, 64, "A-Za-z0-9"),
            (r#"{"length": 20, "alphabet": "A-Z0-9"}"#, 20, "A-Z0-9"),
            (r##"{"length": 16, "alphabet": "A-Za-z0-9#%+"}"##, 16, "A-Za-z0-9#%+"),
            (r#"{"bytes": 32, "encoding": "hex"}"#, 64, "0-9a-f"),
            (r#"{"bytes": 32, "encoding": "base64"}"#, 44, "A-Za-z0-9+/="),
        ] {
            let (one, two) =
                (random(shaped(shape).as_ref()).unwrap(), random(shaped(shape).as_ref()).unwrap());
            let text = std::str::from_utf8(&one).unwrap();
            assert_ne!(one, two, "{shape}");
            assert_eq!(text.len(), length, "{shape}");
            let of = regex_lite::Regex::new(&format!("^[{letters}]+$")).unwrap();
            assert!(of.is_match(text), "{shape}");
        }
    }

    #[test]
    fn of_each_kind_there_is_one() {
        let shape = shaped(r##"{"length": 12, "alphabet": "A-Za-z0-9#"}"##);
        for _ in 0..200 {
            let made = random(shape.as_ref()).unwrap();
            for kind in ["[A-Z]", "[a-z]", "[0-9]", "#"] {
                let kind = regex_lite::Regex::new(kind).unwrap();
                assert!(kind.is_match(std::str::from_utf8(&made).unwrap()), "no {kind}");
            }
        }
    }

    #[test]
    fn what_is_put_together_has_the_values_of_the_same_run() {
        let values = Values::from([("password".to_owned(), Zeroizing::new(b"s3cr3t".to_vec()))]);
        let pieces = [Piece::Text("app:".to_owned()), Piece::Key("password".to_owned())];
        assert_eq!(composed(&pieces, &values).as_slice(), b"app:s3cr3t");
    }
}
