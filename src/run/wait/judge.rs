//! What is said of one release → what became of its rollout. Pure.
//!
//! Flux says `success` of much that is none (`dependency not ready`, `health check canceled`): only one word of it counts.
//! A failure counts once it has stood for a while: it may be taken back at the next look. What a controller says of all that it was
//! at when it ends is no status, by the expression of the Provider (`templates/shared/flux-provider.yaml.j2`).

use crate::forge::commit_status::{CommitStatus, StatusState};

/// What Flux says when all of a Kustomization is healthy: the reason of its event, in words.
pub(super) const HEALTHY: &str = "reconciliation succeeded";
/// How many seconds a failure must have stood.
pub(super) const STANDS: i64 = 30;
/// By how many seconds the forge's clock may be behind the one that has made the commit.
const CLOCKS: i64 = 10;

/// The two halves of an app, each of which is reported by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Half {
    Base,
    App,
}

impl Half {
    pub(super) const BOTH: [Self; 2] = [Self::Base, Self::App];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::App => "app",
        }
    }
}

/// What is said of a release.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// Of its base.
    pub(super) base: Option<CommitStatus>,
    /// Of its processes.
    pub(super) app: Option<CommitStatus>,
    /// Of the base of the release before it: one that cannot be built is reported under the name of the last that could.
    pub(super) before: Option<CommitStatus>,
    /// When the release was committed.
    pub(super) since: Option<i64>,
}

/// What became of a rollout, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict<C = Cause> {
    /// Nothing that counts was said yet.
    Open,
    /// All of it is healthy.
    Healthy,
    /// A failure that has not stood for long enough.
    Failing(C),
    /// One that has.
    Failed(C),
}

/// What a look has heard, whoever was asked.
pub(super) trait Judge<C> {
    /// What became of the rollout by it.
    fn judge(&self) -> Verdict<C>;
}

/// What has failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cause {
    pub(super) half: Half,
    /// In the engine's words.
    pub(super) reason: String,
    /// Whether it is said under the name of the release before: this one could not even be built.
    pub(super) unbuilt: bool,
}

impl Judge<Cause> for Said {
    fn judge(&self) -> Verdict {
        let failed = Half::BOTH.into_iter().find_map(|half| Some((half, failure(self.of(half))?)));
        if let Some((half, status)) = failed {
            return verdict(status, Cause { half, reason: status.description.clone(), unbuilt: false });
        }
        let healthy = |half| {
            self.of(half)
                .is_some_and(|status| status.state == StatusState::Success && status.description == HEALTHY)
        };
        if Half::BOTH.into_iter().all(healthy) {
            return Verdict::Healthy;
        }
        match failure(self.before.as_ref()) {
            Some(status) if self.base.is_none() && self.is_after(status) => {
                verdict(status, Cause { half: Half::Base, reason: status.description.clone(), unbuilt: true })
            }
            _ => Verdict::Open,
        }
    }
}

impl Said {
    pub(super) fn of(&self, half: Half) -> Option<&CommitStatus> {
        match half {
            Half::Base => self.base.as_ref(),
            Half::App => self.app.as_ref(),
        }
    }

    /// Whether it was said after the release was committed: what was said before is about the one before.
    fn is_after(&self, status: &CommitStatus) -> bool {
        status.time.zip(self.since).is_some_and(|(time, since)| time.saturating_add(CLOCKS) >= since)
    }
}

fn failure(status: Option<&CommitStatus>) -> Option<&CommitStatus> {
    status.filter(|status| status.state == StatusState::Failure)
}

fn verdict(status: &CommitStatus, cause: Cause) -> Verdict {
    match status.age.is_some_and(|age| age >= STANDS) {
        true => Verdict::Failed(cause),
        false => Verdict::Failing(cause),
    }
}
