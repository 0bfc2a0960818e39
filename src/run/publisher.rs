//! Where a change lands: on the branch that was read, or on one beside it, which a pull request is made of.

use crate::diagnostic::Code;
use std::collections::BTreeMap;

use crate::clock::Retry;
use crate::diagnostic::Failure;
use crate::forge::Ended;
use crate::git::{BranchName, FileChanges, Proposal, Pushed, Snapshot};
use crate::layout::Folders;
use crate::load::current::Current;
use crate::load::gitops::{Backend, Gitops};
use crate::load::release_file::previous;
use crate::outcome::{Branch, Notices};
use crate::run::context::Context;
use crate::run::notify::Forges;
use crate::run::spec::{RunSpec, Stage};

/// What became of a change.
pub(crate) enum Published {
    /// A branch stands on this commit.
    Landed(String),
    /// There was nothing to push.
    Nothing,
    /// Someone else was first.
    Raced,
}

/// The publisher of one run.
#[derive(Debug)]
pub(crate) struct Publisher {
    proposes: bool,
    /// The repository, as people know it.
    place: String,
    retry: Retry,
    /// Whether a push was seen that someone else was first with.
    outrun: bool,
    /// The branch beside, as it stood in this round.
    proposal: Option<Proposal>,
    /// What became of it.
    branch: Option<Branch>,
}

impl Publisher {
    /// A run that begins now.
    pub(crate) fn begin(spec: &RunSpec) -> Self {
        let proposes = spec.forge.pull_request.is_some() && spec.stage >= Stage::Deploy;
        let (place, retry) = (spec.gitops.to_string(), Retry::begin());
        Self { proposes, place, retry, outrun: false, proposal: None, branch: None }
    }

    /// Whether the change becomes a pull request.
    pub(crate) fn proposes(&self) -> bool {
        self.proposes
    }

    /// How often someone else was first.
    pub(crate) fn retries(&self) -> u32 {
        self.retry.tries()
    }

    /// What forges have to be told.
    pub(crate) fn into_notices(self) -> Notices {
        Notices { branch: self.branch, ..Notices::default() }
    }

    /// Looks, once in a round, where the branch beside stands; nothing where none is wanted.
    ///
    /// # Errors
    /// The repository's own, or a branch that somebody else has written to.
    pub(crate) fn open_branch(
        &mut self,
        gitops: &mut Gitops,
        forges: &Forges,
        name: impl FnOnce() -> Result<BranchName, Failure>,
    ) -> Result<(), Failure> {
        if !self.proposes {
            return Ok(());
        }
        let proposal = self.snapshot(gitops)?.proposal(&name()?)?;
        if let Some(head) = proposal.head().filter(|_| proposal.holds_others())
            // Merged by a squash or a rebase, it is no ancestor of anything.
            && forges.ended(proposal.branch().as_str(), &head)? != Some(Ended::Merged)
        {
            let message = format!("{} has commits that cupaas did not write", proposal.branch());
            return Err(Failure::new(Code::ForeignCommits, message)
                .hint("merge the pull request, or delete the branch; cupaas creates it again"));
        }
        self.proposal = Some(proposal);
        Ok(())
    }

    /// Adds to what stands there what the branch beside has of the same release: the commit that it proposes, and
    /// credentials, which are made once, also where nobody has merged them yet.
    ///
    /// # Errors
    /// The repository's own.
    pub(crate) fn add_proposed(&self, gitops: &mut Gitops, current: &mut Current) -> Result<(), Failure> {
        let Some(proposal) = &self.proposal else { return Ok(()) };
        let folder = current.folders.release.clone();
        let found = self.snapshot(gitops)?.read_proposal(proposal, std::slice::from_ref(&folder))?;
        let mut files: BTreeMap<_, _> =
            found.into_iter().filter_map(|(path, entry)| Some((path, entry.text()?.to_owned()))).collect();
        let record = Folders::below(&folder, "release.yaml")?;
        // A record that cannot be read will be written anew.
        current.proposed = previous(&files, &record).ok().flatten();
        files.remove(&record);
        for (path, text) in files {
            current.release_files.entry(path).or_insert(text);
        }
        Ok(())
    }

    /// Whether what the branch beside holds is still to come: its pull request is neither merged nor closed.
    ///
    /// # Errors
    /// The forge's own.
    pub(crate) fn is_open(&self, forges: &Forges) -> Result<bool, Failure> {
        let Some(proposal) = &self.proposal else { return Ok(false) };
        let Some(head) = proposal.head() else { return Ok(false) };
        Ok(forges.ended(proposal.branch().as_str(), &head)?.is_none())
    }

    /// Puts the change where it belongs.
    ///
    /// # Errors
    /// The server's own; `Forbidden` where the repository is a folder without git.
    pub(crate) fn publish(
        &mut self,
        gitops: &mut Gitops,
        forges: &Forges,
        change: &FileChanges,
        context: &Context<'_>,
    ) -> Result<Published, Failure> {
        let snapshot = self.snapshot(gitops)?;
        context.progress("pushing");
        let commit = match &self.proposal {
            Some(_) => snapshot.proposed(change)?,
            None => snapshot.commit(change)?,
        };
        let Some(commit) = commit else {
            // Someone else has just written the same: nothing is left to push.
            return Ok(Published::Landed(snapshot.head().unwrap_or_default()));
        };
        let Some(proposal) = &self.proposal else { return Ok(snapshot.push(&commit)?.into()) };
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
                let later = FileChanges { time: change.time + 1, ..change.clone() };
                let later = snapshot.proposed(&later)?;
                snapshot.propose(proposal, later.as_ref().unwrap_or(&commit))?
            }
            _ => snapshot.propose(proposal, &commit)?,
        };
        if let Pushed::Landed { commit } = &pushed {
            self.branch = Some(branch(proposal, snapshot, Some(commit.clone())));
        }
        Ok(pushed.into())
    }

    /// Takes the branch beside away, where there is one: it has nothing left to change.
    ///
    /// # Errors
    /// As [`Publisher::publish`].
    pub(crate) fn withdraw(
        &mut self,
        gitops: &mut Gitops,
        context: &Context<'_>,
    ) -> Result<Published, Failure> {
        let Some(proposal) = &self.proposal else { return Ok(Published::Nothing) };
        let snapshot = self.snapshot(gitops)?;
        if proposal.head().is_some() {
            context.progress("withdrawing");
            if let Pushed::Raced = snapshot.withdraw(proposal)? {
                return Ok(Published::Raced);
            }
        }
        self.branch = Some(branch(proposal, snapshot, None));
        Ok(Published::Nothing)
    }

    /// Waits, and sees what was pushed since.
    ///
    /// # Errors
    /// `Unavailable` where others kept pushing for too long.
    pub(crate) fn wait_and_refresh(
        &mut self,
        gitops: &mut Gitops,
        context: &Context<'_>,
    ) -> Result<(), Failure> {
        context.progress("someone else pushed; planning again");
        if !self.retry.pause() {
            return Err(self.gave_up());
        }
        let seen = gitops.head();
        gitops.refresh()?;
        self.outrun |= self.proposes || gitops.head() != seen;
        Ok(())
    }

    /// Why no push has landed.
    fn gave_up(&self) -> Failure {
        let waited = self.retry.elapsed().as_secs();
        if self.outrun {
            let message = format!("others kept pushing for {waited} s, nothing was written");
            return Failure::new(Code::PushContention, message).hint("try again");
        }
        let message = format!(
            "{} kept its branch locked for {waited} s, though nothing new was pushed to it; nothing was written",
            self.place
        );
        Failure::new(Code::PushContention, message).hint("try again").hint(
            "if nobody writes to it, a git that was killed there has left its lock: remove `refs/heads/*.lock` in that \
             repository",
        )
    }

    fn snapshot<'g>(&self, gitops: &'g mut Gitops) -> Result<&'g mut Snapshot, Failure> {
        match &mut gitops.place {
            Backend::Snapshot(snapshot) => Ok(snapshot),
            Backend::Folder(_) | Backend::Memory(_) => {
                let message = format!("{} is not a git repository", self.place);
                Err(Failure::new(Code::GitopsWithoutGit, message)
                    .hint("`git init` it, or compare with `cupaas diff`"))
            }
        }
    }
}

impl From<Pushed> for Published {
    fn from(pushed: Pushed) -> Self {
        match pushed {
            Pushed::Landed { commit } => Self::Landed(commit),
            Pushed::Raced => Self::Raced,
        }
    }
}

fn branch(proposal: &Proposal, snapshot: &Snapshot, commit: Option<String>) -> Branch {
    let (name, base) = (proposal.branch().to_string(), snapshot.branch().to_string());
    Branch { name, base, commit, was: proposal.head() }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::backoff::Backoff;
    use crate::git::Author;
    use crate::run::home::Home;

    #[test]
    fn a_run_gives_up_where_others_keep_pushing() {
        let none = Backoff::new(Duration::ZERO, Duration::ZERO, Duration::ZERO);
        let mut publisher = Publisher {
            proposes: false,
            place: String::new(),
            retry: Retry::within(none),
            outrun: true,
            proposal: None,
            branch: None,
        };
        let (home, progress) = (Home(None), |_: &str| {});
        let author = Author { name: "ana".to_owned(), email: "ana@example.cu".to_owned() };
        let context = Context { home: &home, author: &author, job: Default::default(), progress: &progress };
        let mut gitops = Gitops::from(Backend::Memory(Default::default()));
        let failure = publisher.wait_and_refresh(&mut gitops, &context).unwrap_err();
        assert_eq!(failure.code.as_str(), "push-contention");
        assert!(failure.to_string().contains("others kept pushing"), "{failure}");
        publisher.outrun = false;
        let failure = publisher.wait_and_refresh(&mut gitops, &context).unwrap_err();
        assert!(failure.to_string().contains("kept its branch locked"), "{failure}");
    }
}
