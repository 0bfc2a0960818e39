//! The GitOps repository's history → the release that is wanted, and those that ran after it.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use crate::diagnostic::{Code, Failure};
use crate::layout::path;
use crate::load::gitops::Gitops;
use crate::load::release_file::{ReleaseFile, previous};
use crate::load::release_log::{self, ReleaseCommit};
use crate::repository::short;
use crate::run::rollback::target::Target;

/// How many of an app's commits are looked at first; twice as many each time that it is not among them.
const FIRST: usize = 2;

/// A release that ran before.
#[derive(Debug)]
pub(crate) struct Found {
    /// The commit in the GitOps repository that made it.
    pub(crate) commit: String,
    /// The one that made it first, where that one went back to it itself.
    pub(super) first: String,
    /// What it was made from.
    pub(crate) record: ReleaseFile,
    /// What ran after it, the newest first; each once.
    pub(super) since: Vec<ReleaseFile>,
    /// What ran when it was looked for.
    pub(super) now: ReleaseFile,
}

/// Whether two records are of one release: of the same commit, image and files, whatever the platform has made of them.
pub(crate) fn is_same(one: &ReleaseFile, other: &ReleaseFile) -> bool {
    (&one.source.commit, &one.image, &one.set, &one.files)
        == (&other.source.commit, &other.image, &other.set, &other.files)
}

/// Looks for the release that is wanted among those that ran before `now`, as far back as it must.
///
/// # Errors
/// That there is none; records of then that cannot be read; or the repository's own.
pub(crate) fn find(now: &ReleaseFile, to: &Target, gitops: &mut Gitops) -> Result<Found, Failure> {
    let mut past = Past { records: BTreeMap::new(), gitops };
    let mut most = FIRST;
    loop {
        let commits = past.commits(now, most)?;
        let found = match to {
            Target::Back(back) => past.releases(&commits, *back)?.get(*back as usize).copied(),
            Target::Commit(commit) => past.of_commit(&commits, commit)?,
            Target::At(time) => commits.iter().position(|one| one.commit.time <= *time),
        };
        if let Some(index) = found {
            return past.found(now, to, &commits, index);
        }
        if commits.len() < most {
            if let Some(cut_off) = past.gitops.cut_off() {
                return Err(cut_off);
            }
            let earlier = past.releases(&commits, u32::MAX)?.len().saturating_sub(1);
            let is_first = earlier == 0 && matches!(to, Target::Back(_));
            let again = if is_first { past.again(now, &commits)? } else { None };
            return Err(again.map_or_else(|| none(now, to, earlier), |again| first(now, again)));
        }
        most = most.saturating_mul(2);
    }
}

/// When the release that stands there came there, by the clock of whoever committed or merged it; what was only rendered
/// again since is the same release. Of one that has stood since before `enough`, some time before that. Nothing where the
/// history does not say.
///
/// # Errors
/// Records of then that cannot be read; or the repository's own.
pub(crate) fn stands_since(
    now: &ReleaseFile,
    enough: i64,
    gitops: &mut Gitops,
) -> Result<Option<i64>, Failure> {
    let (mut since, mut before) = (Vec::new(), None);
    gitops.log(|commit| {
        if commit.landed <= enough {
            let (app, environment) = (now.app.clone(), now.environment.clone());
            before = Some(ReleaseCommit { app, environment, commit });
            return Ok(ControlFlow::Break(()));
        }
        since.extend(release_log::of(&commit).filter(|one| is_of(one, now)));
        Ok(ControlFlow::Continue(()))
    })?;
    let mut past = Past { records: BTreeMap::new(), gitops };
    if since.is_empty() {
        // One whose pull request was merged since then has an older commit.
        since = past.commits(now, 1)?;
    }
    let mut stands = None;
    for one in since.iter().chain(&before) {
        match past.record(one)? {
            Some(record) if is_same(&record, now) => stands = Some(one.commit.landed),
            _ => break,
        }
    }
    Ok(stands)
}

fn is_of(one: &ReleaseCommit, release: &ReleaseFile) -> bool {
    one.app == release.app && one.environment == release.environment
}

/// That there is no such release among the `earlier` ones.
fn none(now: &ReleaseFile, to: &Target, earlier: usize) -> Failure {
    let (app, environment) = (&now.app, &now.environment);
    let message = match (to, earlier) {
        (Target::Back(_), 0) => format!("there is no earlier release of {app} in {environment}"),
        (Target::Back(_), 1) => format!("there is only one earlier release of {app} in {environment}"),
        (Target::Back(_), some) => {
            format!("there are only {some} earlier releases of {app} in {environment}")
        }
        _ => format!("the history of {app} in {environment} has no release {to}"),
    };
    Failure::new(Code::ReleaseNotFound, message)
        .hint(format!("`cupaas history --app {app} --env {environment}` shows what ran before"))
}

/// What came before the newest commit of a release although no other release ran before it.
struct Again<'c> {
    /// Whether it is a release that was rolled back; else it is the same one, rendered otherwise.
    other: bool,
    commit: &'c str,
}

/// That none ran before the release that stands there, though the history goes on.
fn first(now: &ReleaseFile, again: Again<'_>) -> Failure {
    let (app, environment, commit) = (&now.app, &now.environment, short(again.commit));
    let why = if again.other {
        "it was rolled back to its first one"
    } else {
        "its first one was only rendered again"
    };
    let message = format!("there is no earlier release of {app} in {environment}: {why}");
    let what = if again.other { "what was rolled back" } else { "how it was rendered before" };
    Failure::new(Code::ReleaseNotFound, message).hint(format!(
        "to compare with {what}: `cupaas history --app {app} --env {environment} --diff {commit}`"
    ))
}

/// The history, read as far as it was looked at.
struct Past<'g> {
    /// By commit; nothing where the app was not deployed.
    records: BTreeMap<String, Option<ReleaseFile>>,
    gitops: &'g mut Gitops,
}

impl Past<'_> {
    /// The newest commits that made a release of the app in the environment.
    fn commits(&mut self, now: &ReleaseFile, most: usize) -> Result<Vec<ReleaseCommit>, Failure> {
        let mut commits = Vec::new();
        release_log::walk(self.gitops, |one| {
            if is_of(&one, now) {
                commits.push(one);
            }
            if commits.len() == most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        Ok(commits)
    }

    /// What stood there after a commit.
    fn record(&mut self, one: &ReleaseCommit) -> Result<Option<ReleaseFile>, Failure> {
        let id = &one.commit.id;
        if let Some(known) = self.records.get(id) {
            return Ok(known.clone());
        }
        let place = path(&format!("releases/{}/{}/release.yaml", one.environment, one.app))?;
        let files = self.gitops.read_at(id, std::slice::from_ref(&place))?;
        let record = previous(&files, &place)?.filter(|record| !record.removed);
        self.records.insert(id.clone(), record.clone());
        Ok(record)
    }

    /// The commits that made one release each, the newest first, and as many before it as are wanted. A release that was
    /// itself gone back to stands where it stood first: before it is what ran before it then.
    fn releases(&mut self, commits: &[ReleaseCommit], back: u32) -> Result<Vec<usize>, Failure> {
        let (mut found, mut last): (Vec<usize>, Option<ReleaseFile>) = (Vec::new(), None);
        let mut beyond: Option<String> = None;
        for (index, one) in commits.iter().enumerate() {
            if beyond.as_ref().is_some_and(|to| *to != one.commit.id) {
                continue;
            }
            beyond = None;
            let Some(record) = self.record(one)? else { continue };
            beyond = record.hold.as_ref().map(|hold| hold.to.clone());
            if last.as_ref().is_some_and(|last| is_same(last, &record)) {
                continue;
            }
            last = Some(record);
            found.push(index);
            if found.len() > back as usize {
                break;
            }
        }
        Ok(found)
    }

    /// What came before the newest of the commits: the newest other release, else the same one.
    fn again<'c>(
        &mut self,
        now: &ReleaseFile,
        commits: &'c [ReleaseCommit],
    ) -> Result<Option<Again<'c>>, Failure> {
        let older = commits.get(1..).unwrap_or_default();
        for one in older {
            if self.record(one)?.is_some_and(|record| !is_same(&record, now)) {
                return Ok(Some(Again { other: true, commit: &one.commit.id }));
            }
        }
        Ok(older.first().map(|one| Again { other: false, commit: &one.commit.id }))
    }

    /// The newest commit that made a release of the app's commit, or that is the one that was named.
    fn of_commit(&mut self, commits: &[ReleaseCommit], named: &str) -> Result<Option<usize>, Failure> {
        for (index, one) in commits.iter().enumerate() {
            // Where the trailer says it, no file has to be fetched.
            let said = one.trailer("Cupaas-Source").and_then(|source| source.rsplit('@').next());
            let is = one.commit.id.starts_with(named)
                || match said {
                    Some(commit) => commit.starts_with(named),
                    None => self.record(one)?.is_some_and(|record| {
                        record.source.commit.is_some_and(|commit| commit.starts_with(named))
                    }),
                };
            if is {
                return Ok(Some(index));
            }
        }
        Ok(None)
    }

    /// The release of the commit at `index`, and those that ran after it.
    fn found(
        &mut self,
        now: &ReleaseFile,
        to: &Target,
        commits: &[ReleaseCommit],
        index: usize,
    ) -> Result<Found, Failure> {
        let (Some(one), newer) = (commits.get(index), commits.get(..index).unwrap_or_default()) else {
            return Err(none(now, to, 0));
        };
        let Some(record) = self.record(one)? else {
            let message = format!("{} was not deployed in {} then", now.app, now.environment);
            return Err(Failure::new(Code::ReleaseNotFound, message).hint("name another release with --to"));
        };
        let mut since: Vec<ReleaseFile> = Vec::new();
        for one in newer {
            if let Some(newer) = self.record(one)?
                && !is_same(&newer, &record)
                && !since.iter().any(|known| is_same(known, &newer))
            {
                since.push(newer);
            }
        }
        let commit = one.commit.id.clone();
        let first = record.hold.as_ref().map_or_else(|| commit.clone(), |hold| hold.to.clone());
        Ok(Found { commit, first, record, since, now: now.clone() })
    }
}
