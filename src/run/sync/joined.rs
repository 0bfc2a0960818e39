//! Every app that has moved on, in one commit: all of what can be rendered, or nothing.

use std::collections::BTreeSet;

use crate::diagnostic::Failure;
use crate::layout::owner;
use crate::outcome::sync::{SyncEntry, SyncOutcome};
use crate::plan::refused::refused;
use crate::publish::{ChangeSet, Transition};
use crate::resolve::routes;
use crate::run::deploy;
use crate::run::guard::alone;
use crate::run::land::{Landed, Planned, Site, Sourced, land};
use crate::run::spec::{RunSpec, Stage};
use crate::run::sync::fetch::ReadyApp;

/// Deploys all that is ready. Apps that cannot be rendered are entries, and left out.
///
/// # Errors
/// A plan that is refused, two apps that want one host, or the repository's own. Nothing was written then.
pub(super) fn deploy(
    site: &mut Site<'_>,
    spec: &RunSpec,
    ready: Vec<Result<ReadyApp, Box<SyncEntry>>>,
) -> Result<Vec<SyncEntry>, Failure> {
    let (ready, mut entries): (Vec<_>, Vec<_>) = ready.into_iter().partition(Result::is_ok);
    let ready: Vec<ReadyApp> = ready.into_iter().filter_map(Result::ok).collect();
    let mut all: Vec<SyncEntry> = entries.drain(..).filter_map(Result::err).map(|entry| *entry).collect();
    let members: BTreeSet<String> =
        ready.iter().filter_map(|one| names(one.spec())).map(|(app, of)| owner(app, of)).collect();
    // What ended before it could join, in this round.
    let mut ended = Vec::new();
    let landed = land(spec, site, |round| {
        let mut set = ChangeSet::default();
        ended.clear();
        for one in &ready {
            ended.push(match alone(|| deploy::source(&mut round.of(one.spec()), &members)) {
                Ok(Sourced::Changes(changes)) => {
                    set.join(changes);
                    None
                }
                Ok(Sourced::Ended(report)) => Some(Ok(report)),
                Err(failure) => Some(Err(failure)),
            });
        }
        let twice = routes::twice(set.rendered().map(|(_, one)| (&one.release, &one.inputs)));
        if !twice.is_empty() {
            return Err(Failure::invalid(twice));
        }
        let changed = set.transitions.iter().filter(|one| one.changes()).count();
        set.subject = if changed == 1 { set.subject } else { format!("deploy: {changed} releases") };
        Ok(Sourced::Changes(set))
    })?;
    let Landed::Planned(planned) = landed else { return Ok(all) };
    if spec.stage == Stage::Diff && planned.plan.blocked() {
        return Err(refused(&planned.plan));
    }
    for (one, ended) in ready.into_iter().zip(ended) {
        all.push(match ended {
            Some(result) => one.ended(result),
            None => joined(one, &planned),
        });
    }
    Ok(all)
}

/// What became of an app that joined.
fn joined(ready: ReadyApp, planned: &Planned) -> SyncEntry {
    let of = |transitions: &[Transition]| {
        let mut found = transitions.iter().filter(|one| names(ready.spec()) == Some(one.names()));
        found.find_map(|one| Some((one.image().to_owned(), one.rendered()?.release.warnings.clone())))
    };
    match (of(&planned.set.transitions), &planned.commit) {
        (Some((image, warnings)), Some(commit)) => {
            ready.landed(SyncOutcome::Deployed { image, commit: commit.clone() }, warnings)
        }
        (Some((image, warnings)), None) => ready.landed(SyncOutcome::Ready { image }, warnings),
        (None, _) => {
            let warnings = of(&planned.unchanged).map(|(_, warnings)| warnings).unwrap_or_default();
            ready.landed(SyncOutcome::Unchanged, warnings)
        }
    }
}

/// The app and the environment of an app that is followed.
fn names(spec: &RunSpec) -> Option<(&str, &str)> {
    Some((spec.query.app.as_deref()?, spec.query.environment.as_deref()?))
}
