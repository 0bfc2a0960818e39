//! What runs where and since when, for `status`, and what ran before, for `history`: from git alone. Changes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use crate::clock::rfc3339;
use crate::diagnostic::{Diagnostic, Failure};
use crate::git::LogEntry;
use crate::load::app_name::app_of;
use crate::load::gitops::Gitops;
use crate::load::registered::{self, Registered};
use crate::load::release_file::ReleaseFile;
use crate::load::release_log::{self, ReleaseCommit};
use crate::load::{environments, known_apps, records};
use crate::outcome::history::{Approver, Change, History, PastRelease, Standing};
use crate::repository::without_credentials;
use crate::run::beside::Beside;
use crate::run::health;
use crate::run::spec::RunSpec;
use crate::run::wait::health::Opened;

/// Every release that stands there, or those of one app or environment; and what is wrong with registrations, of which
/// nothing is known then.
///
/// # Errors
/// An app or environment that nobody knows, a platform that is wrong, or the repository's own.
pub(crate) fn status(
    spec: &RunSpec,
    beside: &Beside,
    gitops: &mut Gitops,
) -> Result<(Vec<Standing>, Vec<Diagnostic>), Failure> {
    let Found { registered, problems, releases } = found(spec, gitops)?;
    let mut last = last_changes(&releases, gitops)?;
    let mut opened = Opened::new();
    let standing = |release: ReleaseFile| {
        let key = (release.environment.clone(), release.app.clone());
        let (last, remote) = (last.remove(&key), beside.remote.get(&key).cloned());
        let health =
            (beside.health && !release.removed).then(|| health::of(spec, gitops, &mut opened, &release));
        Standing { health, remote, ..standing(registered.get(&release.app), release, last) }
    };
    Ok((releases.into_iter().map(standing).collect(), problems))
}

/// What stands there, as far as it was asked for.
pub(super) struct Found {
    /// Every registration with which nothing is wrong, by the app's name.
    pub(super) registered: BTreeMap<String, Registered>,
    /// What is wrong with others, of the apps that were asked for.
    pub(super) problems: Vec<Diagnostic>,
    /// In the order of their folders.
    pub(super) releases: Vec<ReleaseFile>,
}

/// # Errors
/// As [`status`].
pub(super) fn found(spec: &RunSpec, gitops: &mut Gitops) -> Result<Found, Failure> {
    let (app, environment) = (spec.query.app.as_deref(), spec.query.environment.as_deref());
    let platform = gitops.platform()?;
    environment.map_or(Ok(()), |asked| environments::known(asked, &platform.value))?;
    // One app's file is that one's trouble: what stands there the others' releases say.
    let (mut registered, mut problems) = (BTreeMap::new(), Vec::new());
    for (name, one) in registered::by_name(gitops, spec.query.ci)? {
        match one {
            Ok(one) => {
                registered.insert(name, one);
            }
            Err(wrong) if app.is_none_or(|app| app == name) => problems.extend(wrong),
            Err(_) => {}
        }
    }
    let mut releases = records::records(gitops)?;
    releases.retain(|release| {
        app.is_none_or(|app| app == release.app)
            && environment.is_none_or(|environment| environment == release.environment)
    });
    if let Some(app) = app.filter(|_| releases.is_empty())
        && !known_apps::is_known(app, gitops)?
    {
        return Err(known_apps::unknown(app, gitops));
    }
    Ok(Found { registered, problems, releases })
}

/// By environment and app, the newest commit of each; it looks back until it has found all.
fn last_changes(
    releases: &[ReleaseFile],
    gitops: &mut Gitops,
) -> Result<BTreeMap<(String, String), Change>, Failure> {
    let mut wanted: BTreeSet<(String, String)> =
        releases.iter().map(|one| (one.environment.clone(), one.app.clone())).collect();
    let mut found = BTreeMap::new();
    if wanted.is_empty() {
        return Ok(found);
    }
    // Most were made by a commit of their own.
    gitops.expect_log(releases.len())?;
    release_log::commits(gitops, |commit, made| {
        let mut known = None;
        for key in made {
            if wanted.remove(&key) {
                found.insert(key, known.get_or_insert_with(|| change(commit)).clone());
            }
        }
        if wanted.is_empty() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    Ok(found)
}

/// A commit, and who is behind it.
pub(super) fn change(commit: &LogEntry) -> Change {
    let trailer = |key| release_log::trailer(&commit.message, key).map(str::to_owned);
    Change {
        commit: commit.id.clone(),
        time: rfc3339(commit.time),
        author: commit.author.clone(),
        actor: trailer("Cupaas-Actor"),
        run: trailer("Cupaas-Run"),
    }
}

pub(super) fn standing(
    registered: Option<&Registered>,
    release: ReleaseFile,
    last: Option<Change>,
) -> Standing {
    let own = registered.and_then(|app| app.file.value.environments.get(&release.environment));
    let own = own.cloned().unwrap_or_default();
    Standing {
        repository: release.source.repository.as_deref().map(without_credentials),
        source_commit: release.source.commit,
        app: release.app,
        environment: release.environment,
        cluster: release.cluster,
        image: release.image,
        hosts: release.hosts,
        pinned: own.image,
        scale: own.scale.iter().map(|(name, scale)| (name.clone(), scale.to_string())).collect(),
        stopped: own.stopped,
        maintenance: own.maintenance,
        restarted: own.restart.map(|stamp| stamp.0),
        hold: release.hold,
        removed: release.removed,
        last,
        health: None,
        remote: None,
    }
}

/// The last `limit` releases of an app, in one environment or all.
///
/// # Errors
/// An app or environment that nobody knows, or the repository's own.
pub(crate) fn history(spec: &RunSpec, limit: usize, gitops: &mut Gitops) -> Result<History, Failure> {
    let app = app_of(&spec.query, gitops)?;
    let environment = spec.query.environment.as_deref();
    let platform = gitops.platform()?;
    environment.map_or(Ok(()), |asked| environments::known(asked, &platform.value))?;
    let mut history = History { app, releases: Vec::new(), more: false, cut_off: false };
    release_log::walk(gitops, |one| {
        let wanted = one.app == history.app && environment.is_none_or(|wanted| wanted == one.environment);
        if !wanted {
            return ControlFlow::Continue(());
        }
        if history.releases.len() == limit {
            history.more = true;
            return ControlFlow::Break(());
        }
        history.releases.push(past(one));
        ControlFlow::Continue(())
    })?;
    history.cut_off = !history.more && gitops.cut_off().is_some();
    if history.releases.is_empty() && !known_apps::is_known(&history.app, gitops)? {
        return Err(known_apps::unknown(&history.app, gitops));
    }
    Ok(history)
}

fn past(one: ReleaseCommit) -> PastRelease {
    let approved = Approvers::of(&one.commit.message).of_release(&one.environment, &one.app);
    PastRelease { approved, ..past_of(&one.commit, one.environment) }
}

/// What a commit says of the release in one environment, but for who approved it: see [`Approvers`].
pub(super) fn past_of(commit: &LogEntry, environment: String) -> PastRelease {
    let message = commit.message.as_str();
    let text = |text: Option<&str>| text.map(str::to_owned);
    PastRelease {
        change: change(commit),
        subject: release_log::subject(message).to_owned(),
        changes: text(release_log::changes(message)),
        overridden: text(release_log::trailer(message, "Cupaas-Override")),
        approved: Vec::new(),
        image: text(release_log::trailer(message, "Cupaas-Image")),
        source: text(release_log::trailer(message, "Cupaas-Source")),
        environment,
    }
}

/// Who approved what one commit brought, by release, `ENVIRONMENT/APP`: read once, because a commit may be about ten
/// thousand. What names none is of the only one.
#[derive(Debug, Default)]
pub(super) struct Approvers(BTreeMap<String, Vec<Approver>>);

impl Approvers {
    /// `login (address)`, and which release where the commit is about several.
    pub(super) fn of(message: &str) -> Self {
        let mut all: BTreeMap<String, Vec<Approver>> = BTreeMap::new();
        for value in release_log::every(message, "Cupaas-Approved-By") {
            let (who, release) = value.rsplit_once(" for ").unwrap_or((value, ""));
            let (login, rest) = who.split_once(" (").map_or((who, None), |(login, rest)| (login, Some(rest)));
            let pull_request = rest.map(|rest| rest.trim_end_matches(')').to_owned());
            let approver = Approver { login: login.to_owned(), pull_request };
            all.entry(release.to_owned()).or_default().push(approver);
        }
        Self(all)
    }

    pub(super) fn of_release(&self, environment: &str, app: &str) -> Vec<Approver> {
        let named = self.0.get(&format!("{environment}/{app}"));
        self.0.get("").into_iter().chain(named).flatten().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_approval_is_of_the_release_that_it_names() {
        let of = |message: &str, app: &str| {
            let all = Approvers::of(message).of_release("production", app).into_iter();
            all.map(|one| format!("{} {}", one.login, one.pull_request.unwrap_or_default()))
                .collect::<Vec<_>>()
        };
        let one = "deploy(a/production): 1\n\nCupaas-App: a\nCupaas-Environment: production\n\
                   Cupaas-Approved-By: bea (https://h/me/a/pulls/7)\nCupaas-Approved-By: carl\n";
        assert_eq!(of(one, "a"), ["bea https://h/me/a/pulls/7", "carl "]);
        let many = "promote: 2\n\nCupaas-Release: production/a\nCupaas-Release: production/b\n\
                    Cupaas-Approved-By: bea (https://h/me/a/pulls/7) for production/a\n\
                    Cupaas-Approved-By: carl (https://h/me/b/pulls/1) for production/b\n";
        assert_eq!(of(many, "a"), ["bea https://h/me/a/pulls/7"]);
        assert_eq!(of(many, "b"), ["carl https://h/me/b/pulls/1"]);
        assert_eq!(of("Say it\n\nCupaas-Approved-By: eve\n\nNo trailer.\n", "a"), [""; 0]);
    }
}
