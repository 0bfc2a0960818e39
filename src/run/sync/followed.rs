//! A branch that is followed: whether a commit is still the one to deploy when somebody else has deployed meanwhile.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::diagnostic::Failure;
use crate::git::{BranchName, Remotes, RepositoryUrl};
use crate::load::current::Current;
use crate::repository::short;

/// Where a deploy's commit comes from.
#[derive(Debug, Clone)]
pub struct Followed {
    /// How the repository is reached.
    pub remotes: Arc<Remotes>,
    /// The repository.
    pub address: RepositoryUrl,
    /// The branch.
    pub branch: BranchName,
    /// What was deployed before the branch was looked at.
    pub seen: Option<String>,
}

impl Followed {
    /// Why `commit` is not the newest, where it is not. What had been deployed before the branch was looked at is
    /// older than the branch, whatever its time says: a branch may be moved back. Where something else is deployed
    /// by now, the branch is asked again.
    ///
    /// # Errors
    /// A repository that cannot be reached then.
    pub fn superseded(&self, current: &Current, commit: &str) -> Result<Option<String>, Failure> {
        let deployed = current.previous.as_ref().filter(|previous| !previous.removed);
        let deployed = deployed.and_then(|previous| previous.source.commit.as_deref());
        let Some(deployed) = deployed.filter(|deployed| *deployed != commit) else { return Ok(None) };
        if self.seen.as_deref() == Some(deployed) {
            return Ok(None);
        }
        let heads = self.remotes.heads(&self.address, &BTreeSet::from([self.branch.clone()]))?;
        if heads.branches.get(self.branch.as_str()).is_some_and(|head| head == commit) {
            return Ok(None);
        }
        Ok(Some(format!(
            "{} was deployed in the meantime, and {} no longer points to {}",
            short(deployed),
            self.branch,
            short(commit)
        )))
    }
}
