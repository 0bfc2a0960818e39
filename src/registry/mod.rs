//! An image's name -> its digest, as its registry has it (OCI distribution specification 1.1, "Pulling manifests"). It
//! only reads.

mod challenge;
mod client;
mod credentials;
mod reference;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use crate::diagnostic::Failure;
use crate::publish::Secret;

pub use reference::Reference;

/// How registries are reached.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// User and password, for the registry that is asked; else docker's configuration file says.
    pub login: Option<(String, Secret)>,
    /// docker's configuration files; the first that is there counts.
    pub docker_configs: Vec<PathBuf>,
    /// Registries (`host` or `host:port`) that may be spoken to without TLS, beside those on this machine.
    pub insecure: BTreeSet<String>,
    /// How long one answer may take.
    pub patience: Duration,
}

/// The digest of the manifest that a tag names, `sha256:…`; nothing where the registry does not have it.
///
/// Errors: `Unavailable` where the registry does not answer, `Forbidden` where it does not let us look.
pub fn digest(image: &Reference, access: &Access) -> Result<Option<String>, Failure> {
    client::Client::new(image, access).digest()
}
