//! Private age keys of the person who runs the program, from where `sops` looks for them too. Needed for new recipients
//! of old files and for nothing else; CI has none.
#![allow(clippy::disallowed_methods)] // This is where a key file is read.

use crate::diagnostic::Code;
use std::fs;
use std::path::PathBuf;

use zeroize::Zeroizing;

use crate::diagnostic::Failure;
use crate::seal::PrivateKeys;

/// Where private keys may be.
#[derive(Clone, Default)]
pub struct KeyPlaces {
    /// `SOPS_AGE_KEY`: the keys themselves.
    pub text: Option<Zeroizing<String>>,
    /// `SOPS_AGE_KEY_FILE`: a file that must be there.
    pub file: Option<PathBuf>,
    /// What `init` made, where it did.
    pub made: Option<PathBuf>,
}

impl std::fmt::Debug for KeyPlaces {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyPlaces")
            .field("file", &self.file)
            .field("made", &self.made)
            .finish_non_exhaustive()
    }
}

impl KeyPlaces {
    /// All keys that are there; none is no mistake.
    ///
    /// Errors: a file that was named and cannot be read, or holds no key.
    pub fn read(&self) -> Result<PrivateKeys, Failure> {
        let mut keys = PrivateKeys::default();
        let wrong = |what: &str| Failure::new(Code::UnsortedUsage, format!("{what} holds no age identity"));
        if let Some(text) = &self.text
            && keys.add(text) == 0
        {
            return Err(wrong("SOPS_AGE_KEY"));
        }
        if let Some(path) = &self.file {
            let text = fs::read_to_string(path).map(Zeroizing::new).map_err(|error| {
                Failure::new(
                    Code::UnsortedUsage,
                    format!("cannot read {} (SOPS_AGE_KEY_FILE): {error}", path.display()),
                )
            })?;
            if keys.add(&text) == 0 {
                return Err(wrong(&path.display().to_string()));
            }
        }
        if let Some(made) = &self.made
            && let Ok(text) = fs::read_to_string(made).map(Zeroizing::new)
        {
            keys.add(&text);
        }
        Ok(keys)
    }
}
