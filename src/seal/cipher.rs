//! The three encryptions inside a SOPS file: a value with the file's data key, the digest of all values (its
//! MAC) with the same key, and the data key for one recipient. Plain bytes in, text out; keys are wiped.

use std::io::Write;

use aes_gcm::aead::consts::U32;
use aes_gcm::aead::rand_core::RngCore;
use aes_gcm::aead::{AeadInPlace, KeyInit, OsRng};
use aes_gcm::aes::Aes256;
use aes_gcm::{AesGcm, Nonce};
use age::armor::{ArmoredWriter, Format};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha512};
use zeroize::Zeroizing;

use crate::seal::{Recipient, SealError};

/// SOPS uses 32 bytes where most of the world uses 12.
type Cipher = AesGcm<Aes256, U32>;

/// The SHA-256 of `sops`, with which the digest of a file begins that covers encrypted values alone: such a
/// digest can never pass for one over all values.
const ENCRYPTED_ONLY: [u8; 32] = [
    0x8a, 0x3f, 0xd2, 0xad, 0x54, 0xce, 0x66, 0x52, 0x7b, 0x10, 0x34, 0xf3, 0xd1, 0x47, 0xbe, 0x0b, 0x0b,
    0x97, 0x5b, 0x3b, 0xf4, 0x4f, 0x72, 0xc6, 0xfd, 0xad, 0xec, 0x81, 0x76, 0xf2, 0x7d, 0x69,
];

/// The key of one file; wiped when dropped.
pub(super) struct DataKey(Zeroizing<[u8; 32]>);

impl DataKey {
    /// A new key from the system's random numbers.
    pub(super) fn make() -> Result<Self, SealError> {
        let mut key = Zeroizing::new([0; 32]);
        OsRng.try_fill_bytes(key.as_mut_slice()).map_err(|_| SealError::Random)?;
        Ok(Self(key))
    }

    /// A key that was opened; nothing where it has another length.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        <[u8; 32]>::try_from(bytes).ok().map(|key| Self(Zeroizing::new(key)))
    }

    /// `plain` as SOPS writes a string; `place` (`stringData:password:`) is what it cannot be moved from.
    /// The empty string stays empty, as SOPS has it.
    pub(super) fn seal(&self, plain: &str, place: &str) -> Result<String, SealError> {
        if plain.is_empty() {
            return Ok(String::new());
        }
        let mut nonce = Nonce::<U32>::default();
        OsRng.try_fill_bytes(&mut nonce).map_err(|_| SealError::Random)?;
        // Encrypted in place, so that the copy of the plain text does not outlive the call.
        let mut bytes = Zeroizing::new(plain.as_bytes().to_vec());
        let tag = Cipher::new((&*self.0).into())
            .encrypt_in_place_detached(&nonce, place.as_bytes(), &mut bytes)
            .map_err(|_| SealError::Cipher("the value is too long"))?;
        let [data, iv, tag] =
            [bytes.as_slice(), nonce.as_slice(), tag.as_slice()].map(|part| BASE64_STANDARD.encode(part));
        Ok(format!("ENC[AES256_GCM,data:{data},iv:{iv},tag:{tag},type:str]"))
    }

    /// The bytes behind what SOPS has written at `place`, of any type; nothing where that was changed or moved.
    pub(super) fn open(&self, text: &str, place: &str) -> Option<Zeroizing<Vec<u8>>> {
        let body = text.strip_prefix("ENC[AES256_GCM,")?.strip_suffix(']')?;
        let mut parts = body.split(',');
        let mut part = |name: &str| BASE64_STANDARD.decode(parts.next()?.strip_prefix(name)?).ok();
        let (data, iv, tag) = (part("data:")?, part("iv:")?, part("tag:")?);
        if iv.len() != 32 || tag.len() != 16 {
            return None;
        }
        let mut bytes = Zeroizing::new(data);
        Cipher::new((&*self.0).into())
            .decrypt_in_place_detached(
                Nonce::<U32>::from_slice(&iv),
                place.as_bytes(),
                &mut bytes,
                tag.as_slice().into(),
            )
            .ok()?;
        Some(bytes)
    }

    /// This key, encrypted for one recipient, as ASCII armour.
    pub(super) fn wrap_for(&self, recipient: &Recipient) -> Result<String, SealError> {
        let failed = |_| SealError::Cipher("the data key could not be encrypted for a recipient");
        let recipients = std::iter::once(recipient.key() as &dyn age::Recipient);
        let encryptor = age::Encryptor::with_recipients(recipients)
            .map_err(|_| SealError::Cipher("a recipient was refused"))?;
        let armored = ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor).map_err(failed)?;
        let mut writer = encryptor.wrap_output(armored).map_err(failed)?;
        writer.write_all(self.0.as_slice()).map_err(failed)?;
        let bytes = writer.finish().and_then(ArmoredWriter::finish).map_err(failed)?;
        String::from_utf8(bytes).map_err(|_| SealError::Cipher("armour is not text"))
    }
}

/// The digest over the plain values in the order of the file, without their names.
pub(super) fn digest<'a>(values: impl Iterator<Item = &'a str>) -> Zeroizing<String> {
    let mut digest = Digest::begin(true);
    values.for_each(|value| digest.add(value.as_bytes()));
    digest.end()
}

/// A digest in the making.
pub(super) struct Digest(Sha512);

impl Digest {
    /// One over encrypted values alone, or over all.
    pub(super) fn begin(only_encrypted: bool) -> Self {
        let mut hash = Sha512::new();
        if only_encrypted {
            hash.update(ENCRYPTED_ONLY);
        }
        Self(hash)
    }

    pub(super) fn add(&mut self, value: &[u8]) {
        self.0.update(value);
    }

    /// Upper hexadecimal.
    pub(super) fn end(self) -> Zeroizing<String> {
        Zeroizing::new(base16ct::upper::encode_string(&self.0.finalize()))
    }
}

#[cfg(test)]
mod tests {
    use sha2::Sha256;

    use super::*;

    #[test]
    fn the_constant_is_what_sops_says_it_is() {
        assert_eq!(Sha256::digest("sops").as_slice(), ENCRYPTED_ONLY);
    }

    #[test]
    fn the_same_value_never_gives_the_same_text() {
        let key = DataKey::make().unwrap();
        assert_ne!(key.seal("a", "p:").unwrap(), key.seal("a", "p:").unwrap());
        assert_eq!(key.seal("", "p:").unwrap(), "");
    }

    #[test]
    fn the_digest_is_upper_hexadecimal_and_in_order() {
        let of = |values: &[&str]| digest(values.iter().copied());
        assert_eq!(of(&[]).len(), 128);
        assert!(of(&["a"]).bytes().all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b)));
        assert_ne!(of(&["a", "b"]), of(&["b", "a"]));
    }
}
