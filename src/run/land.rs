//! The one loop of every command that changes something: a source gives a change set, which is planned, and shown or
//! committed. Someone else's push in between begins it again from what stands there now, for a bounded time.

use crate::diagnostic::Failure;
use crate::git::BranchName;
use crate::load::current::Current;
use crate::load::gitops::Gitops;
use crate::outcome::{Notices, Report};
use crate::plan::Plan;
use crate::plan::refused::refused;
use crate::publish::{ChangeSet, Transition, change};
use crate::run::approvals::Approvals;
use crate::run::context::Context;
use crate::run::gates;
use crate::run::notify::Forges;
use crate::run::orders::Orders;
use crate::run::publisher::{Published, Publisher};
use crate::run::spec::{RunSpec, Stage};

/// Where change sets land, and who is asked about it.
pub(crate) struct Site<'a> {
    /// Who runs.
    pub(crate) context: Context<'a>,
    /// The repository, as it stands in this round.
    pub(crate) gitops: &'a mut Gitops,
    /// The forge of a pull request.
    pub(crate) forges: &'a Forges,
}

/// What a source found in what stands there now.
pub(crate) enum Sourced {
    /// What is to be committed.
    Changes(ChangeSet),
    /// There is nothing to commit, and this is why.
    Ended(Report),
}

/// How a change set ended.
pub(crate) enum Landed {
    /// The source ended the run.
    Ended(Box<Report>),
    /// It was planned; committed too, unless the run only looks or nothing changes.
    Planned(Box<Planned>),
}

/// A change set that was planned.
pub(crate) struct Planned {
    /// What changes.
    pub(crate) set: ChangeSet,
    /// Releases that stay as they are.
    pub(crate) unchanged: Vec<Transition>,
    /// What it does to the cluster.
    pub(crate) plan: Plan,
    /// The commit, where there is one.
    pub(crate) commit: Option<String>,
    /// How often someone else was first.
    pub(crate) retries: u32,
    /// Whether it waits in a pull request.
    pub(crate) proposed: bool,
    /// What forges have to be told.
    pub(crate) notices: Notices,
}

/// One round of the loop, as a source sees it.
pub(crate) struct Round<'r> {
    pub(crate) spec: &'r RunSpec,
    pub(crate) gitops: &'r mut Gitops,
    /// What is known of the order of commits.
    pub(crate) orders: &'r Orders,
    forges: &'r Forges,
    publisher: &'r mut Publisher,
}

impl Round<'_> {
    /// The same round, for another step of it.
    pub(crate) fn of<'s>(&'s mut self, spec: &'s RunSpec) -> Round<'s> {
        let Self { gitops, orders, forges, publisher, .. } = self;
        Round { spec, gitops, orders, forges, publisher }
    }

    /// Looks where the branch of the pull request stands, where the change becomes one.
    ///
    /// # Errors
    /// The repository's own, or a branch that somebody else has written to.
    pub(crate) fn open_branch(
        &mut self,
        name: impl FnOnce() -> Result<BranchName, Failure>,
    ) -> Result<(), Failure> {
        self.publisher.open_branch(self.gitops, self.forges, name)
    }

    /// Adds to what stands there what the pull request has of the same release.
    ///
    /// # Errors
    /// The repository's own.
    pub(crate) fn add_proposed(&mut self, current: &mut Current) -> Result<(), Failure> {
        self.publisher.add_proposed(self.gitops, current)
    }

    /// Whether the pull request is neither merged nor closed.
    ///
    /// # Errors
    /// The forge's own.
    pub(crate) fn is_open(&self) -> Result<bool, Failure> {
        self.publisher.is_open(self.forges)
    }
}

/// Plans what `source` gives and, from [`Stage::Deploy`] on, commits it.
///
/// # Errors
/// The source's own; `Refused` for a plan that the cluster would refuse or that loses data, and for a new release where no
/// new one may come; the repository's and the
/// forge's own; `Unavailable` where others kept pushing. Nothing was written then.
pub(crate) fn land(
    spec: &RunSpec,
    site: &mut Site<'_>,
    mut source: impl FnMut(&mut Round<'_>) -> Result<Sourced, Failure>,
) -> Result<Landed, Failure> {
    let Site { context, gitops, forges } = site;
    let (mut publisher, orders) = (Publisher::begin(spec), Orders::default());
    let approvals = Approvals::default();
    loop {
        let mut round = Round { spec, gitops, orders: &orders, forges, publisher: &mut publisher };
        let mut set = match source(&mut round)? {
            Sourced::Ended(report) => return Ok(Landed::Ended(Box::new(report))),
            Sourced::Changes(set) => set,
        };
        let (changed, unchanged) =
            std::mem::take(&mut set.transitions).into_iter().partition(Transition::changes);
        set.transitions = changed;
        let plan = set.plan(&spec.allow_data_loss);
        let signature = context.signature();
        let now = spec.gates.now.unwrap_or(signature.time);
        match spec.stage {
            Stage::Deploy | Stage::Remove => gates::keep_out(spec, gitops, &mut set, now)?,
            _ => gates::warn(gitops, &mut set, now)?,
        }
        let published = if spec.stage < Stage::Deploy {
            Published::Nothing
        } else if plan.blocked() {
            return Err(refused(&plan));
        } else if set.is_empty() {
            publisher.withdraw(gitops, context)?
        } else {
            set.seal(crate::clock::now())?;
            approvals.add(spec, &mut set);
            publisher.publish(gitops, forges, &change(&set, &plan, signature)?, context)?
        };
        let commit = match published {
            Published::Landed(commit) => Some(commit),
            Published::Nothing => None,
            Published::Raced => {
                publisher.wait_and_refresh(gitops, context)?;
                continue;
            }
        };
        let (retries, proposed) = (publisher.retries(), publisher.proposes());
        let mut notices = publisher.into_notices();
        notices.failed.extend(approvals.warning());
        let planned = Planned { set, unchanged, plan, commit, retries, proposed, notices };
        return Ok(Landed::Planned(Box::new(planned)));
    }
}
