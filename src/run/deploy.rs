//! The app in a folder: `check`, `explain`, `dockerfile`, `render`, `diff` and `deploy`, each one stage further.

use std::collections::BTreeSet;

use crate::diagnostic::Failure;
use crate::load::inputs;
use crate::outcome::{Deployed, Difference, Outcome, Report};
use crate::plan::diff;
use crate::publish::{ChangeSet, Next, Rendered, Transition, deploy_subject};
use crate::render::Renderer;
use crate::run::context::Context;
use crate::run::land::{Landed, Planned, Round, Site, Sourced, land};
use crate::run::notify::{self, Forges};
use crate::run::spec::{GitopsPlace, RunSpec, Stage};
use crate::run::{branches, decide, edit, held, open, stages, wait};
use crate::tree::Edits;

/// Takes the app as far as the step says, and tells forges what came of it.
///
/// # Errors
/// As [`crate::run`].
pub(crate) fn run(context: Context<'_>, spec: &RunSpec) -> Result<Outcome, Failure> {
    let forges = Forges::open(spec)?;
    let mut gitops = open::open(&context, spec)?;
    let mut site = Site { context, gitops: &mut gitops, forges: &forges };
    let outcome = deploy(&mut site, spec).inspect_err(|failure| {
        notify::failure(spec, failure, Some(&mut gitops), &context);
    })?;
    let outcome = forges.notify(spec, outcome, &context)?;
    let mut outcome = wait::after(&context, spec, &mut gitops, outcome);
    forges.rolled_out(&mut outcome);
    Ok(outcome)
}

/// The same, in a repository that is open; nobody is told.
///
/// # Errors
/// As [`crate::run`].
pub(crate) fn deploy(site: &mut Site<'_>, spec: &RunSpec) -> Result<Outcome, Failure> {
    match land(spec, site, |round| source(round, &BTreeSet::new()))? {
        Landed::Ended(report) => Ok((*report).into()),
        Landed::Planned(planned) => Ok(outcome(spec, *planned)),
    }
}

/// The release that the folder's files make, or why there is none to deploy. `members` are the owners of hosts whose
/// releases are decided for the same commit.
///
/// # Errors
/// What is wrong with any of the files, or the repository's own.
pub(crate) fn source(round: &mut Round<'_>, members: &BTreeSet<String>) -> Result<Sourced, Failure> {
    let spec = round.spec;
    // Anew in each round: the push that was first may have changed a recipe.
    let mut renderer = Renderer::default();
    let mut inputs = inputs::load(&spec.query, round.gitops)?;
    let (mut current, mut release) = decide::decide(spec, &mut inputs, round.gitops, members)?;
    if spec.stage <= Stage::Dockerfile {
        return stages::decided(spec, &inputs, release, &mut renderer, &current).map(Sourced::Ended);
    }
    if spec.wait.is_some() && release.rollout.is_none() {
        return Err(wait::unreportable(&release));
    }
    if let Some(pin) = decide::pinned(spec, &current, &inputs) {
        return Ok(Sourced::Ended(Report::Pinned { release: Box::new(release), pin }));
    }
    if let Some(held) = held::back(spec, &current, &release, round.orders)? {
        return Ok(Sourced::Ended(Report::Held { release: Box::new(release), held }));
    }
    release.hold = None;
    round.open_branch(|| branches::of_deploy(&release.environment, &release.app))?;
    round.add_proposed(&mut current)?;
    let overtaken = decide::superseded(spec, &current, &inputs, round.orders, || round.is_open())?;
    release.warnings.extend(overtaken.warning);
    if let Some(why) = overtaken.why {
        return Ok(Sourced::Ended(Report::Superseded { release: Box::new(release), why }));
    }
    decide::keep_proposed_source(&current, &mut release);
    let tree = renderer.render(&release, &inputs, &current.release_files)?;
    if spec.stage == Stage::Render {
        return stages::rendered(spec, release, tree).map(Sourced::Ended);
    }
    let subject = deploy_subject(&release);
    let app = Some(release.app.clone());
    let edits = registration(spec, &inputs)?;
    let next = Next::Rendered(Box::new(Rendered { inputs, release, tree }));
    let transition = Transition { current, next };
    let edits = if transition.changes() { edits } else { Edits::new() };
    // In a job of its own repository; anywhere else a deploy asks no forge of its app.
    let own = transition.source().repository.as_ref().is_some_and(|address| spec.forge.is_of_job(address));
    Ok(Sourced::Changes(ChangeSet {
        subject,
        app,
        edits,
        reviewed: own,
        transitions: vec![transition],
        ..ChangeSet::default()
    }))
}

/// The file that registers an app with its first deploy.
fn registration(spec: &RunSpec, inputs: &inputs::Inputs) -> Result<Edits, Failure> {
    if spec.stage < Stage::Deploy || matches!(spec.gitops, GitopsPlace::Embedded(_)) {
        return Ok(Edits::new());
    }
    edit::first_deploy(inputs)
}

fn outcome(spec: &RunSpec, planned: Planned) -> Outcome {
    let Planned { set, unchanged, plan, commit, retries, proposed, notices } = planned;
    let changes = !set.transitions.is_empty();
    let Some(Transition { current, next: Next::Rendered(one) }) =
        set.transitions.into_iter().chain(unchanged).next()
    else {
        return Report::Each(Vec::new()).into();
    };
    let Rendered { release, tree, .. } = *one;
    let report = match commit {
        _ if spec.stage == Stage::Diff => Report::Differs(Box::new(Difference {
            diffs: if changes { diff::unified(&current.manifests, &tree.applied()) } else { Vec::new() },
            makes: tree.missing_secrets.iter().map(|unsealed| unsealed.service.clone()).collect(),
            exit_code: spec.exit_code,
            release,
            plan,
        })),
        Some(commit) => {
            let place = spec.gitops.to_string();
            let embedded = matches!(spec.gitops, GitopsPlace::Embedded(_));
            Report::Deployed(Box::new(Deployed { release, plan, commit, place, embedded, retries, proposed }))
        }
        None => Report::Unchanged { release: Box::new(release) },
    };
    Outcome { report, notices }
}
