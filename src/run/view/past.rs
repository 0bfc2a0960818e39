//! Commits, newest first → the releases of each app, and of the newest ones what they changed: against what the same app
//! had in the same environment before.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Code, Failure};
use crate::layout::Folders;
use crate::load::gitops::Gitops;
use crate::outcome::history::PastRelease;
use crate::outcome::overview::{Changed, ReleaseOverview};
use crate::plan::diff::unified;
use crate::plan::{ClusterFacts, compare};
use crate::tree::{Files, RepoPath};

/// The most releases whose files are read.
const PLANS: usize = 200;

/// What ran before, app by app.
pub(super) struct Past {
    each: usize,
    apps: BTreeMap<String, Vec<Release>>,
    /// By environment and app, which of the app's releases is the one before the next that is seen.
    open: BTreeMap<(String, String), usize>,
    /// The apps that have older ones.
    pub(super) more: BTreeSet<String>,
}

struct Release {
    release: PastRelease,
    /// Which commit it was, counted from the newest.
    number: usize,
    /// The commit that made the one before it.
    before: Option<String>,
    changed: Option<Changed>,
}

impl Past {
    pub(super) fn new(each: usize) -> Self {
        Self { each, apps: BTreeMap::new(), open: BTreeMap::new(), more: BTreeSet::new() }
    }

    /// What a commit says of a release, which is older than all that were seen; `first` where none was of this app and environment.
    pub(super) fn see(&mut self, key: &(String, String), said: &PastRelease, (number, first): (usize, bool)) {
        let (environment, app) = key;
        let all = self.apps.entry(app.clone()).or_default();
        if let Some(newer) = self.open.remove(key).and_then(|index| all.get_mut(index)) {
            newer.before = Some(said.change.commit.clone());
        }
        if all.len() >= self.each && !first {
            self.more.insert(app.clone());
            return;
        }
        self.open.insert(key.clone(), all.len());
        let release = PastRelease { environment: environment.clone(), ..said.clone() };
        all.push(Release { release, number, before: None, changed: None });
    }

    /// The releases of an app.
    pub(super) fn take(&mut self, app: &str) -> Vec<ReleaseOverview> {
        let all = self.apps.remove(app).unwrap_or_default();
        all.into_iter().map(|one| ReleaseOverview { release: one.release, changed: one.changed }).collect()
    }
}

/// Reads what the newest releases changed: how many at most, and whether the server gives older commits' files. `whole`
/// says that a release before which there is none was the first; `clusters` has the one of each environment and app.
///
/// # Errors
/// When the repository cannot be read.
pub(super) fn plans(
    past: &mut Past,
    whole: bool,
    clusters: &BTreeMap<(String, String), String>,
    gitops: &mut Gitops,
) -> Result<(usize, bool), Failure> {
    let known = |one: &&mut Release| whole || one.before.is_some();
    let releases = past.apps.iter_mut().flat_map(|(app, all)| all.iter_mut().map(move |one| (app, one)));
    let mut newest: Vec<(&String, &mut Release)> = releases.filter(|(_, one)| known(one)).collect();
    newest.sort_by_key(|(_, one)| one.number);
    newest.truncate(PLANS);
    let mut wanted = BTreeSet::new();
    let places = |app: &str, one: &Release| {
        let environment = one.release.environment.clone();
        let cluster = clusters.get(&(environment.clone(), app.to_owned()));
        let folders = Folders::new(cluster.map_or("", String::as_str), &environment, app)?;
        Ok::<_, Failure>([folders.deploy, folders.cluster])
    };
    for (app, one) in &newest {
        for place in places(app, one)? {
            let commits = [Some(&one.release.change.commit), one.before.as_ref()];
            wanted.extend(commits.into_iter().flatten().map(|commit| (commit.clone(), place.clone())));
        }
    }
    let wanted: Vec<(String, RepoPath)> = wanted.into_iter().collect();
    let read = match gitops.read_each(&wanted) {
        Err(failure) if failure.code == Code::FetchIncomplete => return Ok((PLANS, false)),
        read => read?,
    };
    let files: BTreeMap<(String, RepoPath), Files> = wanted.into_iter().zip(read).collect();
    for (app, one) in newest {
        let (mut before, mut after) = (Files::new(), Files::new());
        for place in places(app, one)? {
            let of =
                |commit: &String| files.get(&(commit.clone(), place.clone())).cloned().unwrap_or_default();
            after.extend(of(&one.release.change.commit));
            before.extend(one.before.as_ref().map(of).unwrap_or_default());
        }
        one.changed = Some(changed(&before, &after));
    }
    Ok((PLANS, true))
}

/// What became of one state of a release's files.
pub(super) fn changed(before: &Files, after: &Files) -> Changed {
    // What became of it then is no question of the platform of today.
    let plan = compare(before, after, &BTreeSet::new(), ClusterFacts { expandable: true });
    Changed { plan, diffs: unified(before, after) }
}
