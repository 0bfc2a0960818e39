//! What `status` shows of releases beside what the GitOps repository's newest commit says of them.

use std::collections::BTreeMap;

use crate::outcome::history::Change;
use crate::outcome::remote::RemoteStanding;
use crate::outcome::standing::FrozenEnvironment;

/// What was asked for, and what is known of it already.
#[derive(Debug)]
pub(super) struct Beside {
    /// The commit that was the newest one then, where another time than now was asked for.
    pub(super) at: Option<Change>,
    /// Whether the clusters' words are asked for.
    pub(super) health: bool,
    /// By environment and app.
    pub(super) remote: BTreeMap<(String, String), RemoteStanding>,
    /// The environments that are frozen.
    pub(super) frozen: Vec<FrozenEnvironment>,
}
