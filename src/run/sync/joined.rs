//! Every app that has moved on, in one commit: all of what can be rendered, or nothing.

use std::collections::BTreeSet;

use crate::diagnostic::Failure;
use crate::layout::owner;
use crate::outcome::sync::{Entry, Outcome};
use crate::plan::refused::refused;
use crate::publish::{ChangeSet, Transition};
use crate::resolve::routes;
use crate::run::deploy;
use crate::run::land::{Found, Landed, Planned, Site, land};
use crate::run::step::{Stage, Step};
use crate::run::sync::fetch::Ready;

/// Deploys all that is ready. Apps that cannot be rendered are entries, and left out.
///
/// # Errors
/// A plan that is refused, two apps that want one host, or the repository's own. Nothing was written then.
pub(super) fn deploy(
    site: &mut Site<'_>,
    step: &Step,
    ready: Vec<Result<Ready, Box<Entry>>>,
) -> Result<Vec<Entry>, Failure> {
    let (ready, mut entries): (Vec<_>, Vec<_>) = ready.into_iter().partition(Result::is_ok);
    let ready: Vec<Ready> = ready.into_iter().filter_map(Result::ok).collect();
    let mut all: Vec<Entry> = entries.drain(..).filter_map(Result::err).map(|entry| *entry).collect();
    let members: BTreeSet<String> =
        ready.iter().filter_map(|one| names(one.step())).map(|(app, of)| owner(app, of)).collect();
    // What ended before it could join, in this round.
    let mut ended = Vec::new();
    let landed = land(step, site, |round| {
        let mut set = ChangeSet::default();
        ended.clear();
        for one in &ready {
            ended.push(match deploy::source(&mut round.of(one.step()), &members) {
                Ok(Found::Changes(changes)) => {
                    set.join(changes);
                    None
                }
                Ok(Found::Ended(report)) => Some(Ok(report)),
                Err(failure) => Some(Err(failure)),
            });
        }
        let twice = routes::twice(set.rendered().map(|(_, one)| (&one.release, &one.inputs)));
        if !twice.is_empty() {
            return Err(Failure::invalid(twice));
        }
        let changed = set.transitions.iter().filter(|one| one.changes()).count();
        set.subject = if changed == 1 { set.subject } else { format!("deploy: {changed} releases") };
        Ok(Found::Changes(set))
    })?;
    let Landed::Planned(planned) = landed else { return Ok(all) };
    if step.stage == Stage::Diff && planned.plan.blocked() {
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
fn joined(ready: Ready, planned: &Planned) -> Entry {
    let of = |transitions: &[Transition]| {
        let mut found = transitions.iter().filter(|one| names(ready.step()) == Some(one.names()));
        found.find_map(|one| Some((one.image().to_owned(), one.rendered()?.release.warnings.clone())))
    };
    match (of(&planned.set.transitions), &planned.commit) {
        (Some((image, warnings)), Some(commit)) => {
            ready.landed(Outcome::Deployed { image, commit: commit.clone() }, warnings)
        }
        (Some((image, warnings)), None) => ready.landed(Outcome::Ready { image }, warnings),
        (None, _) => {
            let warnings = of(&planned.unchanged).map(|(_, warnings)| warnings).unwrap_or_default();
            ready.landed(Outcome::Unchanged, warnings)
        }
    }
}

/// The app and the environment of an app that is followed.
fn names(step: &Step) -> Option<(&str, &str)> {
    Some((step.asked.app.as_deref()?, step.asked.environment.as_deref()?))
}
