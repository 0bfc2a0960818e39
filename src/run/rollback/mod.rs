//! `rollback`: a release that ran before, by today's rules, as a new commit; and a hold, so that what was rolled back does
//! not come back by itself.

mod past;
mod said;
pub(crate) mod target;

use std::collections::BTreeSet;

use crate::clock::rfc3339;
use crate::diagnostic::{Code, Failure};
use crate::load::hold::{Hold, HoldUntil};
use crate::load::inputs::named;
use crate::load::known_apps;
use crate::load::query::ReleaseQuery;
use crate::load::records::{self, Scope};
use crate::load::release_file::ReleaseFile;
use crate::load::released;
use crate::outcome::Outcome;
use crate::publish::{ChangeSet, Next, Rendered, Transition};
use crate::render::Renderer;
use crate::repository::short;
use crate::resolve::image::Pinned;
use crate::run::context::Context;
use crate::run::edit::Edit;
use crate::run::land::{Landed, Round, Site, Sourced, land};
use crate::run::notify::{self, Forges};
use crate::run::rollback::past::Found;
use crate::run::spec::RunSpec;
use crate::run::{branches, decide, open, rerender};

pub(crate) use past::{find, is_same, stands_since};
pub(crate) use target::Target;

/// What `rollback` was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rollback {
    /// The release that is wanted.
    pub to: Target,
    /// What ends the hold.
    pub until: HoldUntil,
    /// Why, for whoever finds it held.
    pub why: Option<String>,
}

/// Takes up again what ran before, and tells forges what came of it.
///
/// # Errors
/// As [`crate::run`].
pub(crate) fn run(context: Context<'_>, wish: &Rollback, spec: &RunSpec) -> Result<Outcome, Failure> {
    let forges = Forges::open(spec)?;
    let outcome = rollback(context, wish, spec, &forges)
        .inspect_err(|failure| notify::failure(spec, failure, None, &context))?;
    forges.notify(spec, outcome, &context)
}

fn rollback(
    context: Context<'_>,
    wish: &Rollback,
    spec: &RunSpec,
    forges: &Forges,
) -> Result<Outcome, Failure> {
    let mut gitops = open::open(&context, spec)?;
    let signature = context.signature();
    let by = signature.job.actor.unwrap_or(&signature.author.name).to_owned();
    let asked = Hold {
        until: wish.until,
        by,
        since: rfc3339(signature.time).unwrap_or_default(),
        why: wish.why.clone(),
        ..Hold::default()
    };
    let (mut found, mut made) = (None, Edit::default());
    let mut site = Site { context, gitops: &mut gitops, forges };
    let landed = land(spec, &mut site, |round| source(round, &wish.to, &asked, (&mut found, &mut made)))?;
    match landed {
        Landed::Ended(report) => Ok((*report).into()),
        Landed::Planned(planned) => rerender::outcome(spec, &made, &mut gitops, *planned),
    }
}

/// The release that is wanted, rendered by today's rules. What was found in the first round stays what is meant: "the one
/// before" is another one once somebody has deployed.
fn source(
    round: &mut Round<'_>,
    to: &Target,
    asked: &Hold,
    (seen, made): (&mut Option<Found>, &mut Edit),
) -> Result<Sourced, Failure> {
    let here = named(&round.spec.query, round.gitops)?;
    let scope = Scope::of(&here.app, Some(&here.environment));
    let Some(now) = records::find(&scope, round.gitops)?.pop() else {
        return Err(known_apps::no_release(&here.app, &scope, round.gitops));
    };
    let found = match seen {
        Some(found) if !is_same(&found.now, &now) => return Err(overtaken(&now)),
        Some(found) => found,
        None => seen.insert(find(&now, to, round.gitops)?),
    };
    if is_same(&found.record, &now) && now.hold.is_none() {
        return Err(runs_already(&now));
    }
    let query = ReleaseQuery { image: Some(found.record.image.clone()), ..round.spec.query.clone() };
    let mut inputs = released::load(&found.record, &query, round.gitops)?;
    if let Some(pin) = Pinned::of(&inputs, &here.environment) {
        return Err(pin.refused());
    }
    let (mut current, mut release) = decide::decide(round.spec, &mut inputs, round.gitops, &BTreeSet::new())?;
    let subject = format!("rollback({}/{}): {}", now.app, now.environment, name(&found.record));
    round.open_branch(|| branches::of_edit(&subject, Some(&now.app)))?;
    round.add_proposed(&mut current)?;
    let hold = hold(&now, &found.first, asked);
    let before = [&current.previous, &current.proposed].into_iter().flatten();
    let kept = before.filter_map(|release| release.hold.clone()).find(|kept| kept.is_like(&hold));
    release.hold = Some(kept.unwrap_or(hold));
    let tree = Renderer::default().render(&release, &inputs, &current.release_files)?;
    *made = Edit {
        app: Some(now.app.clone()),
        scope: Some(scope),
        subject: Some(subject.clone()),
        notes: said::notes(found, &now, &release, round.gitops)?,
        hold: release.hold.clone(),
        ..Edit::default()
    };
    let next = Next::Rendered(Box::new(Rendered { inputs, release, tree }));
    let transitions = vec![Transition { current, next }];
    Ok(Sourced::Changes(ChangeSet { subject, app: Some(now.app), transitions, ..ChangeSet::default() }))
}

/// What stays away: what runs now; where that has been gone back to already, what was rolled back then, which is newer.
fn hold(now: &ReleaseFile, to: &str, asked: &Hold) -> Hold {
    let asked = Hold { to: to.to_owned(), ..asked.clone() };
    match &now.hold {
        Some(Hold { commit, time, image, until, .. }) => Hold {
            commit: commit.clone(),
            time: *time,
            image: image.clone(),
            until: asked.until.max(*until),
            ..asked
        },
        None => Hold {
            commit: now.source.commit.clone(),
            time: now.source.time,
            image: now.image.clone(),
            ..asked
        },
    }
}

/// A release as people know it: by its commit, else by its image.
fn name(record: &ReleaseFile) -> &str {
    match &record.source.commit {
        Some(commit) => short(commit),
        None => record.image.rsplit(['/', '@']).next().unwrap_or_default(),
    }
}

fn overtaken(now: &ReleaseFile) -> Failure {
    let (app, environment) = (&now.app, &now.environment);
    let message = format!("{app} in {environment} was deployed meanwhile: {} runs now", name(now));
    Failure::new(Code::BranchMoved, message).hint("if that is to be rolled back too, run the command again")
}

fn runs_already(now: &ReleaseFile) -> Failure {
    let message = format!("{} runs in {} already, and is not held", name(now), now.environment);
    Failure::new(Code::ReleaseNotFound, message)
        .hint(format!("`cupaas history --app {} --env {}` shows what ran before", now.app, now.environment))
}
