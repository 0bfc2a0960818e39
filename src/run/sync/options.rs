//! What `sync` was asked for.

use crate::git::SourceToken;
use crate::registry::Access;
use std::collections::BTreeSet;
use std::time::Duration;

/// What `sync` was asked for.
#[derive(Debug)]
pub struct Options {
    /// Only these apps.
    pub apps: BTreeSet<String>,
    /// Only this environment.
    pub environment: Option<String>,
    /// The image of the one app that is named.
    pub image: Option<String>,
    /// Whether all of it becomes one commit.
    pub one_commit: bool,
    /// How many repositories are asked at once.
    pub at_once: usize,
    /// How long a repository or registry may take to answer.
    pub timeout: Duration,
    /// The token for apps' repositories.
    pub token: Option<SourceToken>,
    /// How registries are reached.
    pub registry: Access,
}
