//! Makes what must be made once (passwords, identities) and encrypts it: plain strings and public keys in,
//! the text of a SOPS file out. May draw random numbers; reads no file and no clock (time is passed in). It holds a
//! private key only where it has just made it ([`make_identity`]), gives a file to new readers ([`give_to`]) or looks
//! whether one can be decrypted ([`verify`]).
//!
//! Its invariant: no function here returns, prints or puts into an error anything that was secret.

mod cipher;
mod error;
mod fit;
mod hardening;
mod identity;
mod password;
mod place;
mod readers;
mod recipient;
mod sealed;
mod sops;
#[cfg(test)]
mod test_support;
mod verify;
mod yaml;

pub(crate) use error::SealError;
pub(crate) use fit::{ExpectedSecret, Misfit, earlier, misfits, of_value};
pub(crate) use hardening::core_dumps_off;
pub use identity::{AgeIdentity, make_identity};
pub use password::make_password;
pub(crate) use password::{make_bytes, make_text};
pub(crate) use place::place;
pub use readers::{PrivateKeys, give_to};
pub use recipient::Recipient;
pub(crate) use sealed::{Drift, drift, is_only_a_file};
pub(crate) use sealed::{ONLY_A_FILE, changed_at};
pub use sealed::{fingerprint, inspect, plain_part, reattach};
pub(crate) use sops::Values;
pub use sops::encrypt_secret;
pub use verify::verify;
