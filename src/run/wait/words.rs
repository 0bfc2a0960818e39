//! How a wait ended that found no healthy release → the failure, with what to look at.

use std::time::Duration;

use crate::diagnostic::{Code, Failure};
use crate::names;
use crate::repository::short;
use crate::run::wait::judge::{Cause, Half, Said};
use crate::run::wait::look::Followed;

/// What to do about a rollout that has failed.
pub(super) const BETTER: &str =
    "push a better version; where something around it was wrong, the cluster tries again by itself";

/// The failure of a rollout that has failed. The engine's message is in the cluster alone: a status has no room for it.
pub(super) fn failed(release: &Followed, cause: &Cause) -> Failure {
    let (app, environment) = (&release.app, &release.environment);
    let what = short(&release.commit);
    let message = match (cause.unbuilt, &release.before) {
        (true, Some(before)) => format!(
            "the cluster could not build {what} of {app} in {environment}: {} says {:?}",
            release.context_of(cause.half, &before.id),
            cause.reason
        ),
        _ => format!(
            "{what} of {app} in {environment} did not come up: {} says {:?}",
            release.context(cause.half),
            cause.reason
        ),
    };
    Failure::new(Code::RolloutFailed, message)
        .hint(format!("the cluster's own message: {}", message_of(release, cause.half)))
        .hint(format!("the pods: kubectl -n {} get pods", names::namespace(app, environment)))
        .hint(BETTER)
}

/// The command that shows what a half says of itself.
fn message_of(release: &Followed, half: Half) -> String {
    format!(
        "kubectl -n {} get kustomization {} -o jsonpath='{{.status.conditions[?(@.type==\"Ready\")].message}}'",
        release.flux_namespace,
        names::kustomization(&release.app, &release.environment, half.name())
    )
}

/// The failure of a wait at whose end nobody had reported.
pub(super) fn silent(release: &Followed, said: &Said, time: Duration) -> Failure {
    let heard = Half::BOTH.into_iter().map(|half| {
        let words = match said.of(half) {
            None => "nothing".to_owned(),
            Some(status) => format!("{:?}", status.description),
        };
        format!("{} says {words}", release.context(half))
    });
    let message = format!(
        "nobody reported within {} s what became of {} of {} in {}: {}",
        time.as_secs(),
        short(&release.commit),
        release.app,
        release.environment,
        heard.collect::<Vec<_>>().join(", ")
    );
    let namespace = &release.flux_namespace;
    let provider = names::namespace(&release.app, &release.environment);
    let kustomizations =
        Half::BOTH.map(|half| names::kustomization(&release.app, &release.environment, half.name()));
    Failure::new(Code::RolloutUnreported, message)
        .hint(format!(
            "what the cluster is at: kubectl -n {namespace} get kustomization {}",
            kustomizations.join(" ")
        ))
        .hint(format!(
            "whether it could tell anybody: kubectl -n {namespace} get provider {provider} -o yaml; kubectl -n {namespace} \
             get events --field-selector involvedObject.kind=Alert; kubectl -n {namespace} logs deploy/notification-controller"
        ))
        .hint(
            "the address in that Provider must be one that the cluster reaches, its Secret must have the key `token`, and the \
             token may set commit statuses (Gitea, Forgejo: `write:repository`, of an account that may write there)",
        )
        .hint(format!(
            "where the forge was down at that moment, have it said again: flux reconcile kustomization {} --with-source",
            kustomizations[1]
        ))
}

/// The failure of a wait for something that does not stand there any more.
pub(super) fn replaced(why: &str) -> Failure {
    Failure::new(Code::RolloutReplaced, why.to_owned())
        .hint("`cupaas history` says by whom and when; `cupaas wait` without --source-commit waits for what stands there now")
}
