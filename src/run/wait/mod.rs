//! What the cluster says of a release, waited for: `wait`, and `deploy --wait`. The cluster says it on the app's commit, and
//! a forge's token is enough to hear it. Changes nothing.

mod cluster;
mod follow;
pub(crate) mod health;
mod judge;
mod look;
mod task;
#[cfg(test)]
mod tests;
mod words;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::clock::Stopwatch;
use crate::diagnostic::Failure;
use crate::kubectl::Kubectl;
use crate::load::gitops::Gitops;
use crate::load::inputs::named;
use crate::outcome::rollout::RolledOut;
use crate::outcome::{Outcome, Report};
use crate::run::context::Context;
use crate::run::open;
use crate::run::spec::RunSpec;

use follow::{Ended, follow};
use judge::Half;
use look::Watcher;

pub(crate) use look::{Wanted, unreportable};
pub(crate) use task::{after as after_task, context as task_context, unreportable as task_unreportable};

/// How it is waited.
#[derive(Debug)]
pub struct Waits {
    /// For how long at the most.
    pub time: Duration,
    /// The person's own kubectl, where the cluster itself is asked; else the forge is.
    pub via: Option<Kubectl>,
}

/// Waits for what stands there of an app.
///
/// # Errors
/// As [`of`].
pub(crate) fn run(context: Context<'_>, spec: &RunSpec, waits: &Waits) -> Result<Outcome, Failure> {
    let mut gitops = open::open(&context, spec)?;
    let of = named(&spec.query, &mut gitops)?;
    let commit = spec.query.source.commit.clone();
    let wanted = Wanted { app: &of.app, environment: &of.environment, commit };
    let rolled_out = match &waits.via {
        Some(kubectl) => cluster::of(&context, spec, &mut gitops, wanted, kubectl, waits.time)?,
        None => self::of(&context, spec, &mut gitops, wanted, waits.time)?,
    };
    Ok(Report::RolledOut(rolled_out).into())
}

/// The outcome of a deploy with what the cluster says of it, where that is waited for. What was deployed stays deployed,
/// whatever it says.
pub(crate) fn after(
    context: &Context<'_>,
    spec: &RunSpec,
    gitops: &mut Gitops,
    mut outcome: Outcome,
) -> Outcome {
    let (Some(time), Some(release)) = (spec.wait, outcome.report.release()) else { return outcome };
    let commit = match &outcome.report {
        Report::Deployed(_) | Report::Superseded { .. } => release.source.commit.clone(),
        // What stands there is the same, whatever its commit.
        Report::Unchanged { .. } => None,
        _ => {
            outcome.notices.failed.push("did not wait: nothing was deployed".to_owned());
            return outcome;
        }
    };
    let wanted = Wanted { app: &release.app, environment: &release.environment, commit };
    let ended = gitops.refresh().and_then(|()| of(context, spec, gitops, wanted, time));
    outcome.notices.rollout = Some(ended.map_err(Box::new));
    outcome
}

/// Waits until the cluster says that a release is healthy, or a later one that holds it.
///
/// # Errors
/// That it has failed, that nobody has said anything in time, that something else stands there; the repository's and the
/// forge's own.
pub(crate) fn of(
    context: &Context<'_>,
    spec: &RunSpec,
    gitops: &mut Gitops,
    wanted: Wanted<'_>,
    time: Duration,
) -> Result<RolledOut, Failure> {
    context.progress("waiting for what the cluster says");
    let mut watcher = Watcher {
        spec,
        gitops,
        app: wanted.app.to_owned(),
        environment: wanted.environment.to_owned(),
        commit: wanted.commit,
        fresh: true,
        repositories: BTreeMap::new(),
        times: BTreeMap::new(),
    };
    let mut first = None;
    let ended = follow(
        || {
            let sight = watcher.look()?;
            if let follow::Sight::Stands(release, _) = &sight {
                first.get_or_insert_with(|| release.id.clone());
            }
            Ok(sight)
        },
        &mut Stopwatch::begin(),
        time,
    )?;
    let asked = watcher.commit;
    match ended {
        Ended::Healthy(release) => Ok(RolledOut {
            // People write the beginning of a commit.
            later: first.as_ref() != Some(&release.id)
                || asked.is_none_or(|asked| !release.commit.starts_with(&asked)),
            contexts: Half::BOTH.map(|half| release.context(half)).into(),
            app: release.app,
            environment: release.environment,
            source_commit: release.commit,
            release: release.id,
            task: None,
        }),
        Ended::Failed(release, cause) => Err(words::failed(&release, &cause)),
        Ended::Silent(release, said) => Err(words::silent(&release, &said, time)),
        Ended::Replaced(why) => Err(words::replaced(&why)),
    }
}
