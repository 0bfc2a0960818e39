//! Decrypts a SOPS file as the official program does.

use cupaas::parts::seal::AgeIdentity;

#[path = "../../src/seal/test_support.rs"]
mod decrypting;

/// The values of a SOPS file, its MAC checked; errors: what is wrong with it.
pub(crate) fn unseal(text: &str, key_file: &str) -> Result<Vec<(String, Vec<u8>)>, String> {
    let line = |start: &str| key_file.lines().find_map(|line| line.strip_prefix(start)).unwrap_or_default();
    let recipient = line("# public key: ").parse().map_err(|error| format!("{error}"))?;
    let secret = format!("AGE-SECRET-KEY-{}", line("AGE-SECRET-KEY-")).into();
    decrypting::decrypt(text, &AgeIdentity { secret, recipient })
}
