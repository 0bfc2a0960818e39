//! Passwords for services: from the system's random numbers to text that needs no quoting in a URL, a shell or
//! YAML. Each of the 62 characters is equally likely.

use aes_gcm::aead::OsRng;
use aes_gcm::aead::rand_core::RngCore;
use zeroize::Zeroizing;

use crate::seal::SealError;

const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// 190 bits.
const LENGTH: usize = 32;
/// The largest multiple of 62 in a byte: what is not below it would make the first letters likelier.
const FAIR: u8 = 248;

/// A new password: 32 characters of `A-Za-z0-9`.
pub fn make_password() -> Result<Zeroizing<String>, SealError> {
    from_random(|bytes| OsRng.try_fill_bytes(bytes).map_err(|_| SealError::Random))
}

fn from_random(
    mut fill: impl FnMut(&mut [u8]) -> Result<(), SealError>,
) -> Result<Zeroizing<String>, SealError> {
    // The capacity is all that is ever needed: a String that grows leaves copies behind.
    let mut password = Zeroizing::new(String::with_capacity(LENGTH));
    let mut bytes = Zeroizing::new([0_u8; 64]);
    while password.len() < LENGTH {
        fill(bytes.as_mut_slice())?;
        let fair = bytes.iter().filter(|byte| **byte < FAIR);
        let missing = LENGTH - password.len();
        password.extend(fair.take(missing).map(|byte| char::from(ALPHABET[usize::from(byte % 62)])));
    }
    Ok(password)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_url_safe_and_new_each_time() {
        let (one, two) = (make_password().unwrap(), make_password().unwrap());
        assert_ne!(one, two);
        assert_eq!(one.len(), LENGTH);
        assert!(one.bytes().all(|b| b.is_ascii_alphanumeric()));
    }

    #[test]
    fn every_character_stands_for_as_many_bytes() {
        let mut counts = [0_u32; 128];
        for byte in 0..FAIR {
            let password = from_random(|bytes| {
                bytes.fill(byte);
                Ok(())
            });
            counts[usize::from(password.unwrap().as_bytes()[0])] += 1;
        }
        assert!(ALPHABET.iter().all(|letter| counts[usize::from(*letter)] == 4), "{counts:?}");
    }

    #[test]
    fn bytes_that_would_favour_some_characters_are_thrown_away() {
        let mut round = 0;
        let password = from_random(|bytes| {
            bytes.fill(if round == 0 { FAIR } else { FAIR - 1 });
            round += 1;
            Ok(())
        });
        assert_eq!(password.unwrap().as_str(), "9".repeat(LENGTH));
    }

    #[test]
    fn without_random_numbers_there_is_no_password() {
        assert_eq!(from_random(|_| Err(SealError::Random)), Err(SealError::Random));
    }
}
