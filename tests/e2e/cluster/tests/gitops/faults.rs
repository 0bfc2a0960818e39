//! The test of the tests: a fault that is put into cupaas's commits by hand turns a scenario red, for its own reason.

use std::sync::Arc;

use anyhow::{Result, bail, ensure};
use cupaas_cluster_tests::git::WorkTree;

use crate::app::{App, Fault};
use crate::engine::Engine;
use crate::world::World;
use crate::{release, removal, rollout};

/// A Service that selects pods of another name.
pub(crate) async fn selector(world: Arc<World>, engine: Engine) -> Result<()> {
    let app = faulty(&world, engine, "fault-selector", |app, tree| {
        let file = format!("{}/app/service-web.yaml", app.folder());
        let text = read(tree, &file)?;
        let (before, selector) = text.split_once("  selector:").unwrap_or_default();
        tree.write(
            &file,
            &format!("{before}  selector:{}", selector.replace("instance: web", "instance: wob")),
        )
    })?;
    red(rollout::images_of(&app).await, "answers behind Service web")
}

/// A claim that the engine may prune.
pub(crate) async fn protection(world: Arc<World>, engine: Engine) -> Result<()> {
    let app = faulty(&world, engine, "fault-claim", |app, tree| {
        let file = format!("{}/base/persistentvolumeclaim-mongodb.yaml", app.folder());
        let kept = match app.engine {
            Engine::Flux => "    kustomize.toolkit.fluxcd.io/prune: disabled\n",
            Engine::Argocd => "    argocd.argoproj.io/sync-options: Prune=false,Delete=false\n",
        };
        replace(tree, &file, kept, "    example.cu/nothing: here\n")
    })?;
    red(removal::there_and_back_of(&app).await, "persistentvolumeclaims/mongodb")
}

/// A release Job that is a hook of Argo CD's.
pub(crate) async fn hook(world: Arc<World>, engine: Engine) -> Result<()> {
    let app = faulty(&world, engine, "fault-hook", |app, tree| {
        let file = release_job(app, tree)?;
        let wave = "    argocd.argoproj.io/sync-wave:";
        replace(tree, &file, wave, &format!("    argocd.argoproj.io/hook: Sync\n{wave}"))
    })?;
    red(release::once_of(&app).await, "it ran again")
}

/// Processes that do not wait for the release command.
pub(crate) async fn order(world: Arc<World>, engine: Engine) -> Result<()> {
    let app = faulty(&world, engine, "fault-order", |app, tree| match app.engine {
        Engine::Flux => {
            let file = format!("clusters/home/{}/{}.yaml", app.environment, app.name);
            replace(tree, &file, &format!("  dependsOn:\n  - name: {}-base\n", app.namespace()), "")
        }
        Engine::Argocd => replace(tree, &release_job(app, tree)?, "sync-wave: \"-1\"", "sync-wave: \"0\""),
    })?;
    red(release::once_of(&app).await, "web did not wait for the release command of v1")
}

/// A claim of the processes in the Kustomization that is to be ready before them.
pub(crate) async fn claim(world: Arc<World>, engine: Engine) -> Result<()> {
    let app = faulty(&world, engine, "fault-moved", |app, tree| {
        let (name, folder) = ("persistentvolumeclaim-uploads.yaml", app.folder());
        tree.git(&["mv", &format!("{folder}/app/{name}"), &format!("{folder}/base/{name}")])?;
        let (here, there) =
            (format!("{folder}/app/kustomization.yaml"), format!("{folder}/base/kustomization.yaml"));
        replace(tree, &here, &format!("- {name}\n"), "")?;
        replace(tree, &there, "resources:\n", &format!("resources:\n- {name}\n"))
    })?;
    red(rollout::claims_of(&app).await, "-base")
}

/// A Deployment that has another name from the second version on.
pub(crate) async fn renamed(world: Arc<World>, engine: Engine) -> Result<()> {
    let app = faulty(&world, engine, "fault-renamed", |app, tree| {
        let file = format!("{}/app/deployment-web.yaml", app.folder());
        if read(tree, &file)?.contains(&app.image("v2")) {
            replace(tree, &file, "  name: web\n  namespace", "  name: website\n  namespace")?;
        }
        Ok(())
    })?;
    red(rollout::images_of(&app).await, "it is not there")
}

fn faulty(world: &Arc<World>, engine: Engine, name: &str, fault: Fault) -> Result<App> {
    Ok(App::new(world, engine, name)?.with(fault))
}

/// Whether the scenario failed, and because of that.
fn red(outcome: Result<()>, expected: &str) -> Result<()> {
    let Err(error) = outcome else { bail!("it passed with the fault in it") };
    let said = format!("{error:#}");
    ensure!(said.contains(expected), "it failed for another reason: {said}");
    Ok(())
}

fn release_job(app: &App, tree: &WorkTree) -> Result<String> {
    let folder = format!("{}/base", app.folder());
    for entry in std::fs::read_dir(tree.folder.join(&folder))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.starts_with("job-release-") {
            return Ok(format!("{folder}/{name}"));
        }
    }
    bail!("no release Job in {folder}")
}

fn read(tree: &WorkTree, file: &str) -> Result<String> {
    Ok(std::fs::read_to_string(tree.folder.join(file))?)
}

fn replace(tree: &WorkTree, file: &str, from: &str, to: &str) -> Result<()> {
    let text = read(tree, file)?;
    ensure!(text.contains(from), "{file} holds no {from:?}");
    tree.write(file, &text.replacen(from, to, 1))
}
