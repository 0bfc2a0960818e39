//! The `gitops` tier: a control plane, Gitea, Flux and Argo CD. What cupaas commits is rolled out by both.

mod app;
mod drift;
mod engine;
mod faults;
mod look;
mod platform;
mod release;
mod removal;
mod rollout;
mod secrets;
mod world;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use cupaas_cluster_tests::tier::{self, Check};

use engine::Engine;
use world::World;

/// The same check for each engine that it concerns.
fn each<F>(engines: &[Engine], name: &str, run: fn(Arc<World>, Engine) -> F) -> Vec<Check<World>>
where
    F: Future<Output = Result<()>> + 'static,
{
    let one = |engine: &Engine| {
        let engine = *engine;
        Check::new(format!("{engine}: {name}"), move |world| run(world, engine))
    };
    engines.iter().map(one).collect()
}

fn main() -> ExitCode {
    use Engine::{Argocd, Flux};
    let both = &[Flux, Argocd];
    let checks = [
        each(both, "a deploy is rolled out, and so is the next image", rollout::images),
        each(both, "a changed variable restarts what reads it, and nothing else", rollout::variable),
        each(both, "a service that comes is found, a process that leaves is pruned", rollout::parts),
        each(both, "two apps and two environments stay apart", rollout::apart),
        each(both, "a recipe of the platform's own is rolled out", rollout::own_recipe),
        each(
            both,
            "a removed app leaves its data and credentials, and finds them again",
            removal::there_and_back,
        ),
        each(both, "a release command runs before the processes, once for each release", release::once),
        each(
            both,
            "a release command that fails leaves the old version, until a better one",
            release::failing,
        ),
        each(
            both,
            "processes that never become ready leave the old version, until a better one",
            release::never_ready,
        ),
        each(both, "what is changed by hand is put back", drift::put_back),
        each(both, "a restart by hand happens once", drift::restart),
        each(both, "a claim that waits for its first consumer holds nothing up", rollout::claims),
        each(&[Flux], "a sealed password arrives in clear, and so does a changed one", secrets::sealed),
        each(&[Argocd], "pods wait for the Secret that a person gives", secrets::given),
        each(both, "a fault is seen: a Service that selects other pods", faults::selector),
        each(both, "a fault is seen: a claim that may be pruned", faults::protection),
        each(both, "a fault is seen: processes that do not wait for the release command", faults::order),
        each(both, "a fault is seen: a Deployment of another name", faults::renamed),
        each(&[Flux], "a fault is seen: a claim in the Kustomization before its consumer", faults::claim),
        each(&[Argocd], "a fault is seen: a release Job that is a hook", faults::hook),
    ];
    tier::run(World::start, checks.into_iter().flatten().collect())
}
