//! The app in a folder: `check`, `explain`, `dockerfile`, `render`, `diff` and `deploy`, each one stage further.

use std::collections::BTreeSet;

use crate::diagnostic::Failure;
use crate::load::inputs;
use crate::outcome::{Deployed, Difference, Outcome, Report};
use crate::plan::diff;
use crate::publish::{ChangeSet, Next, Rendered, Transition, deploy_subject};
use crate::render::Renderer;
use crate::run::context::Context;
use crate::run::land::{Found, Landed, Planned, Round, Site, land};
use crate::run::notify::{self, Forges};
use crate::run::step::{GitopsPlace, Stage, Step};
use crate::run::{branches, decide, edit, open, stages};
use crate::tree::Edits;

/// Takes the app as far as the step says, and tells forges what came of it.
///
/// # Errors
/// As [`crate::run`].
pub(crate) fn run(context: Context<'_>, step: &Step) -> Result<Outcome, Failure> {
    let forges = Forges::open(step)?;
    let mut gitops = open::open(&context, step)?;
    let mut site = Site { context, gitops: &mut gitops, forges: &forges };
    let outcome = deploy(&mut site, step).inspect_err(|failure| {
        notify::failure(step, failure, Some(&mut gitops), &context);
    })?;
    forges.notify(step, outcome, &context)
}

/// The same, in a repository that is open; nobody is told.
///
/// # Errors
/// As [`crate::run`].
pub(crate) fn deploy(site: &mut Site<'_>, step: &Step) -> Result<Outcome, Failure> {
    match land(step, site, |round| source(round, &BTreeSet::new()))? {
        Landed::Ended(report) => Ok(report.into()),
        Landed::Planned(planned) => Ok(outcome(step, *planned)),
    }
}

/// The release that the folder's files make, or why there is none to deploy. `members` are the owners of hosts whose
/// releases are decided for the same commit.
///
/// # Errors
/// What is wrong with any of the files, or the repository's own.
pub(crate) fn source(round: &mut Round<'_>, members: &BTreeSet<String>) -> Result<Found, Failure> {
    let step = round.step;
    // Anew in each round: the push that was first may have changed a recipe.
    let mut renderer = Renderer::default();
    let mut inputs = inputs::load(&step.asked, round.gitops)?;
    let (mut current, mut release) = decide::decide(step, &mut inputs, round.gitops, members)?;
    if step.stage <= Stage::Dockerfile {
        return stages::decided(step, &inputs, release, &mut renderer, &current).map(Found::Ended);
    }
    if let Some(pin) = decide::pinned(step, &current, &inputs) {
        return Ok(Found::Ended(Report::Pinned { release: Box::new(release), pin }));
    }
    round.open_branch(|| branches::of_deploy(&release.environment, &release.app))?;
    round.add_proposed(&mut current)?;
    if let Some(why) = decide::superseded(step, &current, &inputs, || round.is_open())? {
        return Ok(Found::Ended(Report::Superseded { release: Box::new(release), why }));
    }
    decide::keep_proposed_source(&current, &mut release);
    let tree = renderer.render(&release, &inputs, &current.kept)?;
    if step.stage == Stage::Render {
        return stages::rendered(step, release, tree).map(Found::Ended);
    }
    let subject = deploy_subject(&release);
    let app = Some(release.app.clone());
    let edits = registration(step, &inputs)?;
    let next = Next::Rendered(Box::new(Rendered { inputs, release, tree }));
    let transition = Transition { current, next };
    let edits = if transition.changes() { edits } else { Edits::new() };
    Ok(Found::Changes(ChangeSet { subject, app, edits, transitions: vec![transition] }))
}

/// The file that registers an app with its first deploy.
fn registration(step: &Step, inputs: &inputs::Inputs) -> Result<Edits, Failure> {
    if step.stage < Stage::Deploy || matches!(step.gitops, GitopsPlace::Embedded(_)) {
        return Ok(Edits::new());
    }
    edit::first_deploy(inputs)
}

fn outcome(step: &Step, planned: Planned) -> Outcome {
    let Planned { set, unchanged, plan, commit, retries, proposed, notices } = planned;
    let Some(Transition { current, next: Next::Rendered(one) }) =
        set.transitions.into_iter().chain(unchanged).next()
    else {
        return Report::Each(Vec::new()).into();
    };
    let Rendered { release, tree, .. } = *one;
    let report = match commit {
        _ if step.stage == Stage::Diff => Report::Differs(Box::new(Difference {
            diffs: diff::unified(&current.before, &tree.applied()),
            makes: tree.missing_secrets.iter().map(|unsealed| unsealed.service.clone()).collect(),
            exit_code: step.exit_code,
            release,
            plan,
        })),
        Some(commit) => {
            let place = step.gitops.to_string();
            Report::Deployed(Box::new(Deployed { release, plan, commit, place, retries, proposed }))
        }
        None => Report::Unchanged { release: Box::new(release) },
    };
    Outcome { report, notices }
}
