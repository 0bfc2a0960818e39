//! The `gitops` tier: a control plane, Gitea, Flux and Argo CD. What cupaas commits is rolled out by both.

mod app;
mod drift;
mod engine;
mod faults;
mod look;
mod one_off;
mod release;
mod removal;
mod reported;
mod rollout;
mod secrets;
mod world;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use cupaas_cluster_tests::tier::{self, Check};

use app::App;
use engine::Engine;
use world::World;

/// The same check for each engine that it concerns, with an app that is called `app` and is taken away afterwards.
fn each<F>(engines: &[Engine], app: &'static str, name: &str, run: fn(App) -> F) -> Vec<Check<World>>
where
    F: Future<Output = Result<()>> + 'static,
{
    let one = |engine: &Engine| {
        let engine = *engine;
        let run = move |world: Arc<World>| async move {
            let app = App::new(&world, engine, app)?;
            run(app.clone()).await?;
            // Each commit has Flux look at every app that is there. A fault may have taken it away already.
            app.remove().await.ok();
            Ok(())
        };
        Check::new(format!("{engine}: {name}"), run)
    };
    engines.iter().map(one).collect()
}

fn main() -> ExitCode {
    use Engine::{Argocd, Flux};
    let (both, flux, argocd) = (&[Flux, Argocd], &[Flux], &[Argocd]);
    let checks = [
        // The longest first.
        each(
            both,
            "failing",
            "a release command that fails leaves the old version, until a better one",
            release::failing,
        ),
        each(both, "again", "a release command that has failed is run again without its Job", release::again),
        each(
            both,
            "unready",
            "processes that never become ready leave the old version, until a better one",
            release::never_ready,
        ),
        each(both, "f-claim", "a fault is seen: a claim that may be pruned", faults::protection),
        each(both, "f-select", "a fault is seen: a Service that selects other pods", faults::selector),
        each(
            both,
            "f-order",
            "a fault is seen: processes that do not wait for the release command",
            faults::order,
        ),
        each(both, "f-name", "a fault is seen: a Deployment of another name", faults::renamed),
        each(
            flux,
            "f-moved",
            "a fault is seen: a claim in the Kustomization before its consumer",
            faults::claim,
        ),
        each(argocd, "f-hook", "a fault is seen: a release Job that is a hook", faults::hook),
        each(
            both,
            "release",
            "a release command runs before the processes, once for each release",
            release::once,
        ),
        each(
            both,
            "removed",
            "a removed app leaves its data and credentials, and finds them again",
            removal::there_and_back,
        ),
        each(both, "image", "a deploy is rolled out, and so is the next image", rollout::images),
        each(
            both,
            "variable",
            "a changed variable restarts what reads it, and nothing else",
            rollout::variable,
        ),
        each(both, "parts", "a service that comes is found, a process that leaves is pruned", rollout::parts),
        each(both, "apart", "two apps and two environments stay apart", rollout::apart),
        each(both, "recipe", "a recipe of the platform's own is rolled out", rollout::own_recipe),
        each(both, "claims", "a claim that waits for its first consumer holds nothing up", rollout::claims),
        each(
            flux,
            "reported",
            "a deploy that waits hears of what came up, and of what did not",
            reported::healthy_and_failed,
        ),
        each(
            both,
            "once",
            "a command runs once, and neither a look nor a deploy runs it again",
            one_off::once,
        ),
        each(
            flux,
            "told",
            "a command that waits hears how it ended, and a failed one holds nothing up",
            one_off::told,
        ),
        each(both, "drift", "what is changed by hand is put back", drift::put_back),
        each(both, "restart", "a restart by hand happens once", drift::restart),
        each(
            flux,
            "sealed",
            "a sealed password arrives in clear, and so does a changed one",
            secrets::sealed,
        ),
        each(argocd, "given", "pods wait for the Secret that a person gives", secrets::given),
    ];
    tier::run(World::start, checks.into_iter().flatten().collect())
}
