//! What is asked of secrets.

use crate::load::age_keys::KeyPlaces;
use crate::load::secret_value::ValueFrom;
use crate::run::spec::RunSpec;

/// One run.
#[derive(Debug)]
pub struct SecretCommand {
    /// Which app in which environment, and the GitOps repository.
    pub spec: RunSpec,
    /// What to do.
    pub action: SecretAction,
}

/// What to do with secrets.
#[derive(Debug)]
pub enum SecretAction {
    /// `set`.
    Set {
        /// The secret.
        name: String,
        /// Its value.
        from: ValueFrom,
        /// Whether that may be empty.
        allow_empty: bool,
    },
    /// `unset`.
    Unset {
        /// The secret.
        name: String,
    },
    /// `list`.
    List,
    /// `rotate SERVICE`.
    Rotate {
        /// The service.
        service: String,
    },
    /// `rotate --recipients`.
    Recipients {
        /// Of every app.
        all: bool,
        /// Where private keys may be.
        keys: KeyPlaces,
    },
    /// `check`.
    Check {
        /// Of every app.
        all: bool,
        /// Where private keys may be.
        keys: KeyPlaces,
    },
}
