//! Makes the key pair of a platform: the private part goes to the cluster and to the person who runs `init`,
//! never into a repository; the public part is the [`Recipient`] that everything is encrypted for.

use std::fmt;

use age::secrecy::ExposeSecret;
use zeroize::Zeroizing;

use crate::seal::Recipient;

/// A new key pair.
pub struct AgeIdentity {
    /// The private key as one line of text, `AGE-SECRET-KEY-1…`; wiped when dropped.
    pub secret: Zeroizing<String>,
    /// The public key.
    pub recipient: Recipient,
}

impl AgeIdentity {
    /// The text of a key file as `age-keygen` writes it, for `sops`, `age` and Flux (whose Secret needs a key
    /// that ends in `.agekey`); without the date, so that no clock is needed.
    pub fn key_file(&self) -> Zeroizing<String> {
        // One allocation of the right size: a String that grows leaves copies behind.
        let parts = ["# public key: ", &self.recipient.to_string(), "\n", self.secret.as_str(), "\n"];
        let mut text = Zeroizing::new(String::with_capacity(parts.iter().map(|p| p.len()).sum()));
        parts.iter().for_each(|part| text.push_str(part));
        text
    }
}

impl fmt::Debug for AgeIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AgeIdentity").field("recipient", &self.recipient).finish_non_exhaustive()
    }
}

/// Makes a key pair from the system's random numbers.
pub fn make_identity() -> AgeIdentity {
    let made = age::x25519::Identity::generate();
    let secret = Zeroizing::new(made.to_string().expose_secret().to_owned());
    AgeIdentity { secret, recipient: Recipient::new(made.to_public()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_private_key_belongs_to_the_public_one() {
        let made = make_identity();
        let read: age::x25519::Identity = made.secret.parse().unwrap();
        assert_eq!(read.to_public().to_string(), made.recipient.to_string());
        assert_eq!(
            made.key_file().lines().collect::<Vec<_>>(),
            [format!("# public key: {}", made.recipient).as_str(), made.secret.as_str()]
        );
    }

    #[test]
    fn debug_output_holds_no_private_key() {
        let made = make_identity();
        assert!(!format!("{made:?}").contains("SECRET"));
    }
}
