//! Registrations, the platform and what is deployed -> which branches are followed, and which of them have moved on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::git::{BranchName, Heads, Remotes, RepositoryUrl};
use crate::layout::path;
use crate::load::app_files::Patterns;
use crate::load::catalog::Catalog;
use crate::load::gitops::Gitops;
use crate::load::hold::{Held, Hold, HoldUntil};
use crate::load::platform::PlatformFile;
use crate::load::release_file::ReleaseFile;
use crate::load::{environments, inputs, registered};
use crate::outcome::sync::{SyncEntry, SyncOutcome};
use crate::run::gates;
use crate::run::guard::alone;
use crate::run::held;
use crate::run::spec::RunSpec;
use crate::run::sync::at_once::at_once;
use crate::run::sync::options::Options;
use crate::run::sync::routes::{FollowedApp, FollowedBranch, of_app};
use crate::yaml::document::Document;

/// What the GitOps repository says, before any other is asked.
#[derive(Debug)]
pub(super) struct Survey {
    pub(super) platform: Arc<Document<PlatformFile>>,
    /// Files whose texts some runtime's recipe looks at.
    pub(super) patterns: Patterns,
    follows: Vec<FollowedBranch>,
    entries: Vec<SyncEntry>,
    named: BTreeSet<String>,
    /// As of which moment freezes are judged.
    now: i64,
}

/// A branch that stands elsewhere than what is deployed.
#[derive(Debug)]
pub(super) struct NewCommit {
    pub(super) target: FollowedApp,
    pub(super) branch: BranchName,
    pub(super) commit: String,
    pub(super) notes: Vec<String>,
}

/// Reads what is registered and deployed.
///
/// # Errors
/// An app or environment that was asked for and is not there, a platform that is wrong, or the repository's own.
pub(super) fn read(options: &Options, spec: &RunSpec, gitops: &mut Gitops) -> Result<Survey, Failure> {
    let files = gitops.read(&[path("cupaas.yaml")?, path("catalog")?, path("releases")?])?;
    let platform = gitops.platform()?;
    if let Some(asked) = &options.environment {
        environments::known(asked, &platform.value)?;
    }
    let registered = registered::by_name(gitops, spec.query.ci)?;
    if let Some(name) = options.apps.iter().find(|name| !registered.contains_key(*name)) {
        return Err(Failure::new(Code::UnknownApp, format!("{name:?} is not registered"))
            .hint("`cupaas app list` shows all apps, `cupaas app add URL` registers one"));
    }
    let (mut all, mut entries) = (Vec::new(), Vec::new());
    for (name, app) in registered {
        if !options.apps.is_empty() && !options.apps.contains(&name) {
            continue;
        }
        match app {
            Ok(app) => match alone(|| of_app(&app, &platform, &files)) {
                Ok((found, ended)) => {
                    all.extend(found);
                    entries.extend(ended);
                }
                Err(failure) => entries.push(SyncEntry::of(&name, SyncOutcome::Failed(failure))),
            },
            Err(problems) => {
                entries.push(SyncEntry::of(&name, SyncOutcome::Failed(Failure::invalid(problems))));
            }
        }
    }
    let wanted = |environment: Option<&String>| {
        options.environment.is_none() || environment.is_none() || environment == options.environment.as_ref()
    };
    all.retain(|follows| wanted(Some(&follows.target.environment)));
    entries.retain(|entry| wanted(entry.environment.as_ref()));
    if options.image.is_some() && all.len() > 1 {
        let message = "--image names the image of one app in one environment";
        return Err(Failure::new(Code::ConflictingArguments, message).hint("add --app and --env"));
    }
    let patterns = inputs::looked_at_by_any(&Catalog::new(files));
    Ok(Survey {
        platform,
        patterns,
        follows: all,
        entries,
        named: options.apps.clone(),
        now: gates::now(&spec.gates),
    })
}

impl Survey {
    /// The repositories that are to be asked, and for which branches.
    pub(super) fn repositories(&self) -> BTreeMap<RepositoryUrl, BTreeSet<BranchName>> {
        let mut all: BTreeMap<RepositoryUrl, BTreeSet<BranchName>> = BTreeMap::new();
        for follows in &self.follows {
            all.entry(follows.target.address.clone()).or_default().extend(follows.branch.clone());
        }
        all
    }

    /// Leaves out what is followed elsewhere than for these apps in these environments.
    pub(super) fn keep(&mut self, wanted: impl Fn(&str, &str) -> bool) {
        self.follows.retain(|one| wanted(&one.target.app, &one.target.environment));
    }

    /// Asks every repository once, many at once: what has moved on, and what is to be said of all others.
    pub(super) fn query_remotes(
        &mut self,
        options: &Options,
        remotes: &Remotes,
    ) -> (Vec<NewCommit>, Vec<SyncEntry>) {
        let judge = |survey: &Self, follows: &FollowedBranch, heads: &Heads| {
            let (branch, commit) = survey.tip(follows, heads)?;
            survey.judge(follows, branch, &commit)
        };
        self.asked(options, remotes, judge)
    }

    /// The same without a judgement: where each branch stands, and what is to be said where none does.
    pub(super) fn tips(
        &mut self,
        options: &Options,
        remotes: &Remotes,
    ) -> (Vec<(FollowedApp, BranchName, String)>, Vec<SyncEntry>) {
        let tip = |survey: &Self, follows: &FollowedBranch, heads: &Heads| {
            let (branch, commit) = survey.tip(follows, heads)?;
            Ok((follows.target.clone(), branch, commit))
        };
        self.asked(options, remotes, tip)
    }

    /// Asks every repository once, many at once, and takes the answers.
    fn asked<T>(
        &mut self,
        options: &Options,
        remotes: &Remotes,
        take: impl Fn(&Self, &FollowedBranch, &Heads) -> Result<T, Box<SyncEntry>>,
    ) -> (Vec<T>, Vec<SyncEntry>) {
        let repositories: Vec<_> = self.repositories().into_iter().collect();
        let ask = |(address, branches): &(_, _)| remotes.heads(address, branches);
        let answers = at_once(&repositories, options.at_once, ask);
        let heads: BTreeMap<&RepositoryUrl, Result<Heads, Failure>> =
            repositories.iter().map(|(address, _)| address).zip(answers).collect();
        let (mut taken, mut entries) = (Vec::new(), std::mem::take(&mut self.entries));
        for follows in &self.follows {
            match heads.get(&follows.target.address) {
                Some(Ok(heads)) => match take(self, follows, heads) {
                    Ok(one) => taken.push(one),
                    Err(entry) => entries.push(*entry),
                },
                Some(Err(failure)) => {
                    let outcome = SyncOutcome::Failed(failure.clone());
                    entries.push(follows.target.entry(follows.branch.as_ref(), outcome));
                }
                None => {}
            }
        }
        (taken, entries)
    }

    /// Where a branch stands; else what is to be said.
    fn tip(&self, follows: &FollowedBranch, heads: &Heads) -> Result<(BranchName, String), Box<SyncEntry>> {
        let target = &follows.target;
        let default = heads.default.as_deref().and_then(|name| BranchName::parse(name).ok());
        let Some(branch) = follows.branch.clone().or_else(|| default.clone()) else {
            let message = "the repository has no default branch";
            let problem = Diagnostic::error(Code::BranchNotFound, target.place.clone(), message);
            let hint = format!(
                "if it is not empty, name a branch here: `branches: {{main: {}}}`",
                target.environment
            );
            return Err(Box::new(target.wrong(None, problem.hint(hint))));
        };
        let Some(commit) = heads.branches.get(branch.as_str()) else {
            return Err(Box::new(gone(follows, &branch, default.as_ref())));
        };
        // The platform's rule names this branch for another environment.
        let claimed = |other: &&FollowedBranch| {
            other.target.app == target.app
                && other.branch.as_ref() == Some(&branch)
                && follows.branch.is_none()
        };
        if let Some(other) = self.follows.iter().find(claimed) {
            let why = format!("its branch {branch} goes to {}", other.target.environment);
            return Err(Box::new(target.entry(Some(&branch), SyncOutcome::Skipped(why))));
        }
        Ok((branch, commit.clone()))
    }

    /// What has moved on; else what is to be said.
    fn judge(
        &self,
        follows: &FollowedBranch,
        branch: BranchName,
        commit: &str,
    ) -> Result<NewCommit, Box<SyncEntry>> {
        let target = &follows.target;
        let mut notes = Vec::new();
        let before = target.deployed().and_then(|record| record.source.branch.as_deref());
        if let Some(before) = before.filter(|before| *before != branch.as_str()) {
            notes.push(format!("now follows {branch} instead of {before}"));
        }
        let said = |outcome| {
            let mut entry = target.entry(Some(&branch), outcome);
            entry.commit = Some(commit.to_owned());
            Err(Box::new(entry))
        };
        if target.record.as_ref().is_some_and(|record| record.removed) && !self.named.contains(&target.app) {
            return said(SyncOutcome::Removed);
        }
        match target.deployed() {
            Some(record) if record.source.commit.as_deref() == Some(commit) => {
                return said(SyncOutcome::UpToDate);
            }
            Some(_) if target.pin.is_some() => {
                let pin = target.pin.clone();
                return said(pin.map_or(SyncOutcome::UpToDate, SyncOutcome::Pinned));
            }
            _ => {}
        }
        if let Some(held) = target.deployed().and_then(|record| held_back(record, commit)) {
            return said(SyncOutcome::Held(held));
        }
        // The next run after it brings what has to wait now.
        if let Some(on) = gates::frozen(&self.platform, &target.environment, self.now) {
            return said(SyncOutcome::Skipped(on.why));
        }
        Ok(NewCommit { target: target.clone(), branch, commit: commit.to_owned(), notes })
    }
}

/// The hold of a release that needs no look at the commit: it is the one that was rolled back, or none may come.
fn held_back(record: &ReleaseFile, commit: &str) -> Option<Held> {
    let is_kept = |hold: &Hold| hold.until == HoldUntil::Resume || hold.commit.as_deref() == Some(commit);
    held::of(record).filter(|held| is_kept(&held.hold))
}

/// A branch that is not there.
fn gone(follows: &FollowedBranch, branch: &BranchName, default: Option<&BranchName>) -> SyncEntry {
    let target = &follows.target;
    let deployed = target.deployed().and_then(|record| record.source.branch.as_deref());
    let own = matches!(follows.place, Some((true, _)));
    if !own && deployed != Some(branch.as_str()) {
        return target
            .entry(Some(branch), SyncOutcome::Skipped(format!("the repository has no branch {branch}")));
    }
    let span = follows.place.as_ref().map_or_else(|| target.place.clone(), |(_, span)| span.clone());
    let message = format!("the repository has no branch {branch}; what is deployed stays as it is");
    let hint = match default {
        Some(default) => {
            format!("if it was renamed, name the new branch here; the default branch is {default}")
        }
        None => "the repository may be empty".to_owned(),
    };
    target.wrong(Some(branch), Diagnostic::error(Code::BranchNotFound, span, message).hint(hint))
}
