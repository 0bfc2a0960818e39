//! Where a change lands: on the branch that was read, or on one beside it, which a pull request is made of. Someone else's
//! push in between is an answer, and begins a round again for a bounded time.

use std::collections::BTreeMap;

use crate::diagnostic::{Failure, Kind};
use crate::edit::Edit;
use crate::forge::{Ended, Forges, Told};
use crate::leaving::Leaving;
use crate::load::gitops::{Gitops, Place};
use crate::load::inputs;
use crate::load::state::State;
use crate::publish::pace::Pace;
use crate::publish::{BranchName, Change, Proposal, Pushed, Snapshot};
use crate::render::Folders;
use crate::report::Report;
use crate::request::{Stage, Step, Subject};
use crate::resolve::names::hash;

/// The landing of one run.
#[derive(Debug)]
pub(crate) struct Landing<'a> {
    step: &'a Step,
    pace: Pace,
    /// The branch beside, as it stood in this round.
    proposal: Option<Proposal>,
    /// What became of it.
    branch: Option<Branch>,
}

/// The branch of a pull request, after a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// Its name.
    pub name: String,
    /// The branch that it is to be merged into.
    pub base: String,
    /// Its commit; nothing where the branch is gone.
    pub commit: Option<String>,
    /// The commit that it stood on before the run.
    pub was: Option<String>,
}

impl<'a> Landing<'a> {
    /// A run that begins now.
    pub(crate) fn begin(step: &'a Step) -> Self {
        Self { step, pace: Pace::begin(), proposal: None, branch: None }
    }

    /// Whether the change becomes a pull request.
    pub(crate) fn proposes(&self) -> bool {
        self.step.tells.pull_request.is_some() && self.step.stage >= Stage::Deploy
    }

    /// How often someone else was first.
    pub(crate) fn tries(&self) -> u32 {
        self.pace.tries()
    }

    /// Looks, once in a round, where the branch beside stands; nothing where none is wanted.
    ///
    /// Errors: the repository's own, or a branch that somebody else has written to.
    pub(crate) fn look(
        &mut self,
        gitops: &mut Gitops,
        forges: &Forges,
        name: impl FnOnce() -> Result<BranchName, Failure>,
    ) -> Result<(), Failure> {
        if !self.proposes() {
            return Ok(());
        }
        let proposal = snapshot(gitops, self.step)?.proposal(&name()?)?;
        if let Some(head) = proposal.head().filter(|_| proposal.holds_others())
            // Merged by a squash or a rebase, it is no ancestor of anything.
            && forges.ended(proposal.branch().as_str(), &head)? != Some(Ended::Merged)
        {
            let message = format!("{} holds what cupaas did not write", proposal.branch());
            return Err(Failure::new(Kind::Forbidden, message)
                .hint("merge the pull request, or delete the branch; it will be made again"));
        }
        self.proposal = Some(proposal);
        Ok(())
    }

    /// Adds to what stands there what the branch beside has of the same release: the commit that it proposes, and
    /// credentials, which are made once, also where nobody has merged them yet.
    ///
    /// Errors: the repository's own.
    pub(crate) fn keep(&self, gitops: &mut Gitops, state: &mut State) -> Result<(), Failure> {
        let Some(proposal) = &self.proposal else { return Ok(()) };
        let folder = state.folders.release.clone();
        let found = snapshot(gitops, self.step)?.read_proposal(proposal, std::slice::from_ref(&folder))?;
        let mut files: BTreeMap<_, _> =
            found.into_iter().filter_map(|(path, entry)| Some((path, entry.text()?.to_owned()))).collect();
        let record = Folders::below(&folder, "release.yaml")?;
        // A record that cannot be read will be written anew.
        state.proposed = inputs::previous(&files, &record).ok().flatten();
        files.remove(&record);
        for (path, text) in files {
            state.kept.entry(path).or_insert(text);
        }
        Ok(())
    }

    /// Whether what the branch beside holds is still to come: its pull request is neither merged nor closed.
    ///
    /// Errors: the forge's own.
    pub(crate) fn is_open(&self, forges: &Forges) -> Result<bool, Failure> {
        let Some(proposal) = &self.proposal else { return Ok(false) };
        let Some(head) = proposal.head() else { return Ok(false) };
        Ok(forges.ended(proposal.branch().as_str(), &head)?.is_none())
    }

    /// Puts the change where it belongs.
    ///
    /// Errors: the server's own; `Forbidden` where the repository is a folder without git.
    pub(crate) fn push(
        &mut self,
        gitops: &mut Gitops,
        forges: &Forges,
        change: &Change,
        progress: &dyn Fn(&str),
    ) -> Result<Pushed, Failure> {
        let snapshot = snapshot(gitops, self.step)?;
        progress("pushing");
        let commit = match &self.proposal {
            Some(_) => snapshot.proposed(change)?,
            None => snapshot.commit(change)?,
        };
        let Some(commit) = commit else {
            // Someone else has just written the same: nothing is left to push.
            return Ok(Pushed::Landed { commit: snapshot.head().unwrap_or_default() });
        };
        let Some(proposal) = &self.proposal else { return snapshot.push(&commit) };
        let pushed = match proposal.head() {
            // A pull request that has ended is begun anew by a commit of its own: an older run that has seen the end, and
            // not this one, loses the race.
            Some(head)
                if snapshot.holds(proposal, &commit, change)?
                    && forges.ended(proposal.branch().as_str(), &head)?.is_none() =>
            {
                Pushed::Landed { commit: head }
            }
            // Within one second it would be the same commit.
            Some(head) if head == commit.id() => {
                let later = Change { time: change.time + 1, ..change.clone() };
                let later = snapshot.proposed(&later)?;
                snapshot.propose(proposal, later.as_ref().unwrap_or(&commit))?
            }
            _ => snapshot.propose(proposal, &commit)?,
        };
        if let Pushed::Landed { commit } = &pushed {
            self.branch = Some(branch(proposal, snapshot, Some(commit.clone())));
        }
        Ok(pushed)
    }

    /// Takes the branch beside away: it has nothing left to change.
    ///
    /// Errors: as [`Landing::push`].
    pub(crate) fn withdraw(
        &mut self,
        gitops: &mut Gitops,
        progress: &dyn Fn(&str),
    ) -> Result<Pushed, Failure> {
        let nothing = Pushed::Landed { commit: String::new() };
        let Some(proposal) = &self.proposal else { return Ok(nothing) };
        let snapshot = snapshot(gitops, self.step)?;
        let pushed = match proposal.head() {
            Some(_) => {
                progress("withdrawing");
                snapshot.withdraw(proposal)?
            }
            None => nothing,
        };
        self.branch = Some(branch(proposal, snapshot, None));
        Ok(pushed)
    }

    /// Waits, and sees what was pushed since.
    ///
    /// Errors: `Unavailable` where others kept pushing for too long.
    pub(crate) fn next(&mut self, gitops: &mut Gitops, progress: &dyn Fn(&str)) -> Result<(), Failure> {
        progress("someone else has just pushed; planning again");
        if !self.pace.pause() {
            let waited = self.pace.elapsed().as_secs();
            let message = format!("others kept pushing for {waited} s, nothing was written");
            return Err(Failure::new(Kind::Unavailable, message).hint("try again"));
        }
        refresh(gitops)
    }

    /// The report, with the branch where there is one.
    pub(crate) fn told(self, report: Report) -> Report {
        match self.branch {
            Some(branch) => Report::Told(Box::new(Told::of(report, Some(branch)))),
            None => report,
        }
    }
}

fn branch(proposal: &Proposal, snapshot: &Snapshot, commit: Option<String>) -> Branch {
    let (name, base) = (proposal.branch().to_string(), snapshot.branch().to_string());
    Branch { name, base, commit, was: proposal.head() }
}

fn snapshot<'a>(gitops: &'a mut Gitops, step: &Step) -> Result<&'a mut Snapshot, Failure> {
    match &mut gitops.place {
        Place::Snapshot(snapshot) => Ok(snapshot),
        Place::Folder(_) | Place::Memory(_) => {
            let message = format!("{} is a folder without git", crate::place(step));
            Err(Failure::new(Kind::Forbidden, message).hint("`git init` it, or look with `cupaas diff`"))
        }
    }
}

/// Sees what was pushed since.
///
/// Errors: the repository's own.
pub(crate) fn refresh(gitops: &mut Gitops) -> Result<(), Failure> {
    match &mut gitops.place {
        Place::Snapshot(snapshot) => snapshot.refresh(),
        Place::Folder(_) | Place::Memory(_) => Ok(()),
    }
}

/// The branch for one app in one environment. These names are frozen: a pull request that is open is found by its own.
pub(crate) fn branch_of(environment: &str, app: &str) -> Result<BranchName, Failure> {
    BranchName::parse(&format!("cupaas/{environment}/{app}"))
}

/// The branch for several releases, or for an edit. No environment's name has a hyphen, so none of these is a folder of
/// [`branch_of`]'s.
pub(crate) fn branch_of_again(step: &Step, edit: &Edit) -> Result<BranchName, Failure> {
    let name = match (&step.subject, &edit.subject) {
        // Another wish is another pull request: one that replaced it would lose it.
        (_, Some(subject)) => {
            let hash = hash(subject, 8);
            format!("cupaas/edit-{}-{hash}", edit.app.as_deref().unwrap_or("all"))
        }
        // Not the one of a deploy, which may propose a newer commit than the one that is rendered again.
        (Subject::Released(scope), None) => match (&scope.app, &scope.environment) {
            (Some(app), Some(environment)) => format!("cupaas/render-in-{environment}/{app}"),
            (Some(app), None) => format!("cupaas/render-app/{app}"),
            (None, Some(environment)) => format!("cupaas/render-all-in-{environment}"),
            (None, None) => "cupaas/render-all".to_owned(),
        },
        _ => "cupaas/render-all".to_owned(),
    };
    BranchName::parse(&name)
}

/// The branch on which an app leaves, one environment or all. Beside its deploy's: both may wait. Neither folder is an
/// environment's, for its hyphen, and no app's name can make one of them the other.
pub(crate) fn branch_of_leaving(leaving: &Leaving) -> Result<BranchName, Failure> {
    BranchName::parse(&match &leaving.environment {
        Some(environment) => format!("cupaas/remove-in-{environment}/{}", leaving.app),
        None => format!("cupaas/remove-app/{}", leaving.app),
    })
}
