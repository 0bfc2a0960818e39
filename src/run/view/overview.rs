//! The GitOps repository → everything that a page shows of it. What stands there costs what `status` costs; of the history
//! commits come without their files, and the files of few releases in one go, however many apps there are.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use crate::diagnostic::Failure;
use crate::load::gitops::{Backend, Gitops};
use crate::load::platform::PlatformFile;
use crate::load::release_file::ReleaseFile;
use crate::load::release_log;
use crate::outcome::history::{Change, PastRelease, Standing};
use crate::outcome::overview::{AppOverview, Depth, Overview, Stand};
use crate::repository::without_credentials;
use crate::resolve::routes;
use crate::run::beside::Beside;
use crate::run::history::{Approvers, Found, change, found, past_of, standing};
use crate::run::spec::RunSpec;
use crate::run::view::past::{Past, plans};
use crate::run::wait::health::Opened;
use crate::run::{branches, health};

/// The most releases of an app.
const EACH: usize = 10;
/// The most releases of all apps, of which each gets as many, and one at least.
const ALL: usize = 30_000;
/// How many commits are looked at, where that is enough to know of every app when it was last changed.
const COMMITS: usize = 5_000;

/// What stands there and what ran before, of all apps or of those that were asked for.
///
/// # Errors
/// As `status`.
pub(super) fn overview(spec: &RunSpec, beside: Beside, gitops: &mut Gitops) -> Result<Overview, Failure> {
    let Found { registered, problems, releases } = found(spec, gitops)?;
    let platform = gitops.platform()?;
    // What waits today waited for nobody then.
    let proposals = if beside.at.is_some() { BTreeMap::new() } else { gitops.proposals()? };
    let mut names: BTreeSet<String> = releases.iter().map(|one| one.app.clone()).collect();
    let one_app = |name: &String| spec.query.app.as_ref().is_none_or(|asked| asked == name);
    if spec.query.environment.is_none() {
        names.extend(registered.keys().filter(|name| one_app(name)).cloned());
    }
    let each = (ALL / names.len().max(1)).clamp(1, EACH);
    let mut walked = walk(&releases, each, gitops)?;
    let proposed: Vec<&String> = proposals
        .iter()
        .filter(|(_, commit)| !walked.commits.contains(*commit))
        .map(|(name, _)| name)
        .collect();
    let cluster = |one: &ReleaseFile| ((one.environment.clone(), one.app.clone()), one.cluster.clone());
    let clusters = releases.iter().map(cluster).collect();
    let mut stands: BTreeMap<String, Vec<Stand>> = BTreeMap::new();
    let mut opened = Opened::new();
    for release in releases {
        let key = (release.environment.clone(), release.app.clone());
        let (last, remote) = (walked.last.remove(&key), beside.remote.get(&key).cloned());
        let health =
            (beside.health && !release.removed).then(|| health::of(spec, gitops, &mut opened, &release));
        let one = Stand {
            runtime: release.runtime.clone(),
            services: services(&release),
            url: url(&release, &platform.value),
            proposed: about(&proposed, &release),
            standing: Standing { health, remote, ..standing(registered.get(&release.app), release, last) },
        };
        stands.entry(one.standing.app.clone()).or_default().push(one);
    }
    let (plans, files) = plans(&mut walked.past, walked.whole, &clusters, gitops)?;
    let depth = Depth { each, plans, commits: walked.commits.len(), whole: walked.whole, files };
    let app = |name: String| AppOverview {
        stands: stands.remove(&name).unwrap_or_default(),
        more: walked.past.more.contains(&name),
        releases: walked.past.take(&name),
        name,
    };
    let apps = names.into_iter().map(app).collect();
    let Beside { at, frozen, .. } = beside;
    Ok(Overview {
        place: place(spec, gitops),
        past: at.is_some(),
        head: walked.head.or(at),
        frozen,
        problems,
        apps,
        depth,
    })
}

/// What the history says.
struct Walked {
    /// The newest commit.
    head: Option<Change>,
    /// By environment and app, the newest commit that was about it.
    last: BTreeMap<(String, String), Change>,
    past: Past,
    /// The commits that were looked at.
    commits: BTreeSet<String>,
    /// Whether there are no more.
    whole: bool,
}

fn walk(releases: &[ReleaseFile], each: usize, gitops: &mut Gitops) -> Result<Walked, Failure> {
    let known: BTreeSet<(String, String)> =
        releases.iter().map(|one| (one.environment.clone(), one.app.clone())).collect();
    let mut walked = Walked {
        head: None,
        last: BTreeMap::new(),
        past: Past::new(each),
        commits: BTreeSet::new(),
        whole: true,
    };
    if known.is_empty() {
        return Ok(walked);
    }
    // Most were made by a commit of their own.
    gitops.expect_log(releases.len())?;
    release_log::commits(gitops, |commit, made| {
        walked.head.get_or_insert_with(|| change(commit));
        let mut said: Option<(PastRelease, Approvers)> = None;
        for key in made.into_iter().filter(|key| known.contains(key)) {
            let (said, approvers) =
                said.get_or_insert_with(|| (past_of(commit, String::new()), Approvers::of(&commit.message)));
            said.approved = approvers.of_release(&key.0, &key.1);
            let first = !walked.last.contains_key(&key);
            walked.past.see(&key, said, (walked.commits.len(), first));
            walked.last.entry(key).or_insert_with(|| said.change.clone());
        }
        walked.commits.insert(commit.id.clone());
        if walked.last.len() == known.len() && walked.commits.len() >= COMMITS {
            walked.whole = false;
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    })?;
    walked.whole &= gitops.cut_off().is_none();
    Ok(walked)
}

fn services(release: &ReleaseFile) -> Vec<String> {
    release.versions.iter().map(|(name, version)| format!("{name} {version}")).collect()
}

fn url(release: &ReleaseFile, platform: &PlatformFile) -> Option<String> {
    let host = release.hosts.first().filter(|_| !release.removed)?;
    Some(routes::url(host, platform))
}

fn about(proposed: &[&String], release: &ReleaseFile) -> Vec<String> {
    let about = |name: &&&String| branches::is_about(name, &release.environment, &release.app);
    proposed.iter().filter(about).map(|name| format!("cupaas/{name}")).collect()
}

/// The repository as people know it, and its branch.
fn place(spec: &RunSpec, gitops: &Gitops) -> String {
    let address = without_credentials(&spec.gitops.to_string());
    match &gitops.place {
        Backend::Snapshot(snapshot) => format!("{address}, branch {}", snapshot.branch()),
        Backend::Folder(_) | Backend::Memory(_) => address,
    }
}
