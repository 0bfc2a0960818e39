//! Passwords for services: from the system's random numbers to text that needs no quoting in a URL, a shell or
//! YAML. Each of the 62 characters is equally likely.

use aes_gcm::aead::OsRng;
use aes_gcm::aead::rand_core::RngCore;
use zeroize::Zeroizing;

use crate::seal::SealError;

const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// 190 bits.
const LENGTH: usize = 32;

/// A new password: 32 characters of `A-Za-z0-9`.
pub fn make_password() -> Result<Zeroizing<String>, SealError> {
    make_text(&ALPHABET.map(char::from), LENGTH)
}

/// A new text of so many of these characters, which are at most 256 and of ASCII.
///
/// # Errors
/// No random numbers.
pub(crate) fn make_text(letters: &[char], length: usize) -> Result<Zeroizing<String>, SealError> {
    from_random(letters, length, |bytes| OsRng.try_fill_bytes(bytes).map_err(|_| SealError::Random))
}

/// So many random bytes.
///
/// # Errors
/// No random numbers.
pub(crate) fn make_bytes(count: usize) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let mut bytes = Zeroizing::new(vec![0_u8; count]);
    OsRng.try_fill_bytes(&mut bytes).map_err(|_| SealError::Random)?;
    Ok(bytes)
}

fn from_random(
    letters: &[char],
    length: usize,
    mut fill: impl FnMut(&mut [u8]) -> Result<(), SealError>,
) -> Result<Zeroizing<String>, SealError> {
    // The capacity is all that is ever needed: a String that grows leaves copies behind.
    let mut made = Zeroizing::new(String::with_capacity(length));
    let mut bytes = Zeroizing::new([0_u8; 64]);
    let count = letters.len().max(1);
    // The largest multiple in a byte: what is not below it would make the first letters likelier.
    let fair = 256 - 256 % count;
    while made.len() < length && !letters.is_empty() {
        fill(bytes.as_mut_slice())?;
        let numbers = bytes.iter().map(|byte| usize::from(*byte)).filter(|number| *number < fair);
        let missing = length - made.len();
        made.extend(numbers.take(missing).map(|number| letters[number % count]));
    }
    Ok(made)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The largest multiple of 62 in a byte.
    const FAIR: u8 = 248;

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
            let password = from_random(&ALPHABET.map(char::from), LENGTH, |bytes| {
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
        let password = from_random(&ALPHABET.map(char::from), LENGTH, |bytes| {
            bytes.fill(if round == 0 { FAIR } else { FAIR - 1 });
            round += 1;
            Ok(())
        });
        assert_eq!(password.unwrap().as_str(), "9".repeat(LENGTH));
    }

    #[test]
    fn without_random_numbers_there_is_no_password() {
        assert_eq!(from_random(&['a'], 1, |_| Err(SealError::Random)), Err(SealError::Random));
    }
}
