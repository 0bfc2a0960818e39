//! Public keys as people write them: from text to a key that was checked, so that a private key given by
//! mistake is noticed before it is written anywhere.

use std::fmt;
use std::io::Read;
use std::str::FromStr;

use age::armor::ArmoredReader;

use crate::seal::SealError;

/// Whether `text` is an armoured age file as far as can be told without a key: its armour is whole, its header is one.
pub(super) fn is_age_file(text: &str) -> bool {
    let mut bytes = Vec::new();
    text.starts_with("-----BEGIN AGE ENCRYPTED FILE-----")
        && ArmoredReader::new(text.as_bytes()).read_to_end(&mut bytes).is_ok()
        && age::Decryptor::new(bytes.as_slice()).is_ok()
}

/// An age X25519 public key.
#[derive(Clone, PartialEq, Eq)]
pub struct Recipient(age::x25519::Recipient);

impl Recipient {
    pub(super) fn new(key: age::x25519::Recipient) -> Self {
        Self(key)
    }

    pub(super) fn key(&self) -> &age::x25519::Recipient {
        &self.0
    }
}

impl FromStr for Recipient {
    type Err = SealError;

    fn from_str(text: &str) -> Result<Self, SealError> {
        let text = text.trim();
        // A private key anywhere in the text: a pasted key file has it on a later line.
        if text.to_ascii_uppercase().contains("SECRET-KEY") || text.contains("PRIVATE KEY") {
            return Err(SealError::PrivateKey);
        }
        let foreign = [("ssh-", "SSH"), ("age1pq1", "post-quantum age"), ("age1tag", "hardware-tag age")];
        if let Some((_, kind)) = foreign.iter().find(|(prefix, _)| text.starts_with(prefix)) {
            return Err(SealError::ForeignRecipient(kind));
        }
        let key: age::x25519::Recipient = text.parse().map_err(|_| SealError::NotRecipient)?;
        Ok(Self(key))
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::super::make_identity;
    use super::*;

    #[test]
    fn a_recipient_reads_back_as_it_was_written() {
        let made = make_identity();
        let text = made.recipient.to_string();
        assert_eq!(text.len(), 62);
        assert_eq!(format!("  {text}\n").parse::<Recipient>().unwrap(), made.recipient);
    }

    #[test]
    fn what_is_no_recipient_is_refused_and_never_repeated() {
        let private = make_identity().secret.to_string();
        let public = make_identity().recipient.to_string();
        let swapped = public.replace(&public[20..21], if &public[20..21] == "q" { "p" } else { "q" });
        let cases = [
            (private.clone(), SealError::PrivateKey),
            (private.to_lowercase(), SealError::PrivateKey),
            (format!("# public key: {public}\n{private}"), SealError::PrivateKey),
            ("-----BEGIN OPENSSH PRIVATE KEY-----".to_owned(), SealError::PrivateKey),
            ("ssh-ed25519 AAAA".to_owned(), SealError::ForeignRecipient("SSH")),
            ("age1pq1qqqq".to_owned(), SealError::ForeignRecipient("post-quantum age")),
            (swapped, SealError::NotRecipient),
            (public[..61].to_owned(), SealError::NotRecipient),
            (String::new(), SealError::NotRecipient),
            (format!("{public} {public}"), SealError::NotRecipient),
        ];
        for (text, expected) in cases {
            let error = text.parse::<Recipient>().unwrap_err();
            assert_eq!(error, expected);
            assert!(!error.to_string().contains(&private[10..30]));
        }
    }
}
