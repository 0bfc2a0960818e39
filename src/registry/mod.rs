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
use crate::token::Secret;

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
    pub timeout: Duration,
}

/// What a registry says of a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// The digest of the manifest that it names, `sha256:…`.
    Digest(String),
    /// It is not there.
    Missing,
    /// The registry knows us, and does not let us see it: it is not there, or it is not for us. Docker Hub, GitLab and
    /// others answer so for every repository that nobody has pushed to yet. What was said, for people.
    Hidden(String),
}

/// Looks a tag up.
///
/// # Errors
/// `Unavailable` where the registry does not answer, `Forbidden` where it does not let us look: without a login
/// that it takes, an image that is there and one that is not cannot be told apart.
pub fn look_up(image: &Reference, access: &Access) -> Result<Lookup, Failure> {
    client::Client::new(image, access).digest()
}
