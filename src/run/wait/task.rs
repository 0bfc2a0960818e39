//! What the cluster says of a one-off task, waited for: its Kustomization is healthy once its Job has succeeded.

use std::time::Duration;

use crate::clock::Stopwatch;
use crate::diagnostic::{Code, Failure};
use crate::forge::commit_status::{CommitStatus, StatusState};
use crate::load::platform::Delivery;
use crate::load::release_file::ReleaseFile;
use crate::load::task_file;
use crate::names;
use crate::outcome::rollout::RolledOut;
use crate::outcome::{Outcome, Report};
use crate::repository::short;
use crate::resolve::release::{Release, Task};
use crate::run::context::Context;
use crate::run::spec::RunSpec;
use crate::run::wait::follow::{Ended, Sight, follow};
use crate::run::wait::judge::{HEALTHY, Judge, STANDS, Verdict};
use crate::run::wait::look::with_remedy;

/// The context of a task's status.
pub(crate) fn context(environment: &str, app: &str, id: &str) -> String {
    format!("cupaas/{environment}/{app}/run/{id}")
}

/// What is said of a task.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Said(pub(super) Option<CommitStatus>);

impl Judge<String> for Said {
    fn judge(&self) -> Verdict<String> {
        let Some(status) = &self.0 else { return Verdict::Open };
        let reason = status.description.clone();
        match status.state {
            StatusState::Success if reason == HEALTHY => Verdict::Healthy,
            StatusState::Failure if status.age.is_some_and(|age| age >= STANDS) => Verdict::Failed(reason),
            StatusState::Failure => Verdict::Failing(reason),
            StatusState::Success | StatusState::Pending => Verdict::Open,
        }
    }
}

/// The outcome of `run` with how the command has ended, where that is waited for. What was asked for stays asked for.
pub(crate) fn after(context: &Context<'_>, spec: &RunSpec, mut outcome: Outcome) -> Outcome {
    let Some(time) = spec.wait else { return outcome };
    let Report::Rerendered(done) = &outcome.report else { return outcome };
    if done.commit.is_none() || done.proposed {
        return outcome;
    }
    let Some((release, task)) =
        done.releases.iter().find_map(|release| Some((release, release.task.as_ref()?)))
    else {
        return outcome;
    };
    context.progress("waiting for what the cluster says");
    let ended = of(spec, release, task, time);
    outcome.notices.rollout = Some(ended.map_err(Box::new));
    outcome
}

fn of(spec: &RunSpec, release: &Release, task: &Task, time: Duration) -> Result<RolledOut, Failure> {
    let Release { app, environment, .. } = release;
    let Some(rollout) = &release.rollout else {
        let message = format!("nobody reports what becomes of {app} in {environment}");
        return Err(Failure::new(Code::RolloutNotReported, message));
    };
    let address = release.source.repository.as_deref().unwrap_or_default();
    let place = spec.forge.of_repository(address);
    let repository = place.open(spec.forge.job.as_ref(), "the app's repository", spec.forge.timeout)?;
    let name = context(environment, app, &task.id);
    let look = || {
        let mut said = repository.statuses(&rollout.commit, &name)?;
        Ok(Sight::Stands((), Said(said.remove(&name))))
    };
    match follow(look, &mut Stopwatch::begin(), time)? {
        Ended::Healthy(()) => Ok(RolledOut {
            app: app.clone(),
            environment: environment.clone(),
            source_commit: rollout.commit.clone(),
            release: rollout.id.clone(),
            task: Some(task.id.clone()),
            later: false,
            contexts: vec![name],
        }),
        Ended::Failed((), reason) => Err(failed(release, task, &reason)),
        Ended::Silent((), said) => Err(silent(release, task, &said, time)),
        Ended::Replaced(why) => Err(Failure::new(Code::RolloutReplaced, why)),
    }
}

/// The failure of a command that has failed, or has taken too long.
fn failed(release: &Release, task: &Task, reason: &str) -> Failure {
    let Release { app, environment, namespace, platform, .. } = release;
    let message = format!(
        "the command did not succeed: {} of {} says {reason:?}",
        context(environment, app, &task.id),
        release.source.commit.as_deref().map(short).unwrap_or_default()
    );
    let kustomization = names::kustomization(app, environment, &task_file::name(&task.id));
    Failure::new(Code::RolloutFailed, message)
        .hint(format!("what it has written: kubectl -n {namespace} logs job/{}", task_file::name(&task.id)))
        .hint(format!(
            "the cluster's own message: kubectl -n {} get kustomization {kustomization}",
            platform.flux_namespace
        ))
        .hint("it does not run again by itself: mend what was wrong, and ask for it again")
}

/// The failure of a wait at whose end nobody had reported.
fn silent(release: &Release, task: &Task, said: &Said, time: Duration) -> Failure {
    let Release { app, environment, namespace, platform, .. } = release;
    let heard = said.0.as_ref().map_or("nothing".to_owned(), |status| format!("{:?}", status.description));
    let message = format!(
        "nobody reported within {} s how the command ended: {} says {heard}",
        time.as_secs(),
        context(environment, app, &task.id)
    );
    let kustomization = names::kustomization(app, environment, &task_file::name(&task.id));
    Failure::new(Code::RolloutUnreported, message)
        .hint(format!("whether it runs: kubectl -n {namespace} get job {}", task_file::name(&task.id)))
        .hint(format!(
            "what the cluster is at: kubectl -n {} get kustomization {kustomization} {}",
            platform.flux_namespace, release.flux_base
        ))
        .hint("where it may take longer: --wait-timeout; do not ask for it again before you know, or it runs twice")
}

/// The failure of a command that is to be waited for, of an app of which nobody says anything: it is not run.
pub(crate) fn unreportable(record: &ReleaseFile, delivery: Delivery) -> Failure {
    let ReleaseFile { app, environment, .. } = record;
    let message =
        format!("the command was not run: nobody would report how it ends for {app} in {environment}");
    let failure = Failure::new(Code::RolloutNotReported, message)
        .hint("to run it without hearing how it goes, leave out `--wait`");
    with_remedy(failure, app, environment, delivery)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(state: StatusState, description: &str, age: i64) -> Said {
        Said(Some(CommitStatus { state, description: description.to_owned(), time: None, age: Some(age) }))
    }

    #[test]
    fn only_one_word_of_success_counts_and_a_failure_that_stands() {
        use StatusState::{Failure, Pending, Success};
        for (said, verdict) in [
            (Said(None), Verdict::Open),
            (said(Success, "reconciliation succeeded", 0), Verdict::Healthy),
            (said(Success, "dependency not ready", 99), Verdict::Open),
            (said(Success, "health check canceled", 99), Verdict::Open),
            (said(Pending, "progressing", 99), Verdict::Open),
            (said(Failure, "health check failed", 29), Verdict::Failing("health check failed".to_owned())),
            (said(Failure, "health check failed", 30), Verdict::Failed("health check failed".to_owned())),
        ] {
            assert_eq!(said.judge(), verdict, "{said:?}");
        }
    }
}
