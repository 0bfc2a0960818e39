//! What a run tells forges.

use std::time::Duration;

use crate::forge::place::{Endpoint, Job};

/// What a run tells forges, and where they are.
#[derive(Debug, Clone, Default)]
pub struct ForgeOptions {
    /// Where the app's own repository is, which its commit is in.
    pub app: Endpoint,
    /// Where the repository is whose pull request this is about.
    pub here: Endpoint,
    /// Where the GitOps repository is.
    pub gitops: Endpoint,
    /// A short name of it for a page that anybody may read: it tells it from others, and not where it is.
    pub gitops_mark: String,
    /// The CI job that this is a step of.
    pub job: Option<Job>,
    /// The app's pull request that this run is about.
    pub number: Option<u64>,
    /// The commit of it that is looked at, where that is certain.
    pub commit: Option<String>,
    /// Whether the pull request comes from another repository.
    pub fork: bool,
    /// Whether the change becomes a pull request of the GitOps repository.
    pub pull_request: Option<Proposing>,
    /// Whether a comment says what merging the app's pull request would do.
    pub comment: bool,
    /// Whether the app's commit is told what became of it.
    pub status: bool,
    /// The job's page.
    pub run_url: Option<String>,
    /// How long one answer may take.
    pub timeout: Duration,
}

impl ForgeOptions {
    /// Whether an address is that of the job's own repository.
    pub(crate) fn is_of_job(&self, address: &str) -> bool {
        self.job.as_ref().is_some_and(|job| job.is_of(address))
    }

    /// Where the repository of an address is that somebody else has recorded: of the job's own, the job knows better.
    pub(crate) fn of_repository(&self, address: &str) -> Endpoint {
        match self.is_of_job(address) {
            true => self.here.clone(),
            false => Endpoint {
                address: Some(address.to_owned()),
                token: self.here.token.clone(),
                bound: true,
                ..Endpoint::default()
            },
        }
    }
}

/// How a pull request is to be.
#[derive(Debug, Clone, Default)]
pub struct Proposing {
    /// Merged as soon as the forge's rules allow it.
    pub auto_merge: bool,
    /// Names of labels.
    pub labels: Vec<String>,
    /// Users, or teams as `organisation/team`.
    pub reviewers: Vec<String>,
}
