//! The test of the tests: a fault that is put into cupaas's commits by hand turns a scenario red, for its own reason.

use anyhow::{Result, bail, ensure};
use cupaas_cluster_tests::git::WorkTree;

use crate::app::{App, Fault};
use crate::engine::Engine;
use crate::{release, removal, rollout};

/// A Service that selects pods of another name.
pub(crate) async fn selector(app: App) -> Result<()> {
    let fault = |app: &App, tree: &WorkTree| {
        let file = format!("{}/app/service-web.yaml", app.folder());
        let text = read(tree, &file)?;
        let (before, selector) = text.split_once("  selector:").unwrap_or_default();
        tree.write(
            &file,
            &format!("{before}  selector:{}", selector.replace("instance: web", "instance: wob")),
        )
    };
    let seen = "answers behind Service web";
    red(rollout::images(app.with(never(seen, fault))).await, seen)
}

/// A claim that the engine may prune.
pub(crate) async fn protection(app: App) -> Result<()> {
    let fault = |app: &App, tree: &WorkTree| {
        let file = format!("{}/base/persistentvolumeclaim-mongodb.yaml", app.folder());
        let kept = match app.engine {
            Engine::Flux => "    kustomize.toolkit.fluxcd.io/prune: disabled\n",
            Engine::Argocd => "    argocd.argoproj.io/sync-options: Prune=false,Delete=false\n",
        };
        replace(tree, &file, kept, "    example.cu/nothing: here\n")
    };
    red(
        removal::there_and_back(app.with(Fault { change: fault, never: None })).await,
        "persistentvolumeclaims/mongodb",
    )
}

/// A release Job that is a hook of Argo CD's.
pub(crate) async fn hook(app: App) -> Result<()> {
    let fault = |app: &App, tree: &WorkTree| {
        let file = release_job(app, tree)?;
        let wave = "    argocd.argoproj.io/sync-wave:";
        replace(tree, &file, wave, &format!("    argocd.argoproj.io/hook: Sync\n{wave}"))
    };
    red(release::once(app.with(Fault { change: fault, never: None })).await, "it ran again")
}

/// Processes that do not wait for the release command.
pub(crate) async fn order(app: App) -> Result<()> {
    let fault = |app: &App, tree: &WorkTree| match app.engine {
        Engine::Flux => {
            let file = format!("clusters/home/{}/{}.yaml", app.environment, app.name);
            replace(tree, &file, &format!("  dependsOn:\n  - name: {}-base\n", app.namespace()), "")
        }
        Engine::Argocd => replace(tree, &release_job(app, tree)?, "sync-wave: \"-1\"", "sync-wave: \"0\""),
    };
    let seen = "wait for its release command";
    red(release::once(app.with(never(seen, fault))).await, seen)
}

/// A claim of the processes in the Kustomization that is to be ready before them.
pub(crate) async fn claim(app: App) -> Result<()> {
    let fault = |app: &App, tree: &WorkTree| {
        let (name, folder) = ("persistentvolumeclaim-uploads.yaml", app.folder());
        tree.git(&["mv", &format!("{folder}/app/{name}"), &format!("{folder}/base/{name}")])?;
        let (here, there) =
            (format!("{folder}/app/kustomization.yaml"), format!("{folder}/base/kustomization.yaml"));
        replace(tree, &here, &format!("- {name}\n"), "")?;
        replace(tree, &there, "resources:\n", &format!("resources:\n- {name}\n"))
    };
    let seen = "production-base";
    red(rollout::claims(app.with(never(seen, fault))).await, seen)
}

/// A Deployment that has another name from the second version on.
pub(crate) async fn renamed(app: App) -> Result<()> {
    let fault = |app: &App, tree: &WorkTree| {
        let file = format!("{}/app/deployment-web.yaml", app.folder());
        if read(tree, &file)?.contains(&app.image("v2")) {
            replace(tree, &file, "  name: web\n  namespace", "  name: website\n  namespace")?;
        }
        Ok(())
    };
    red(rollout::images(app.with(never("web of", fault))).await, "it is not there")
}

/// A fault that shows in what never comes.
fn never(what: &'static str, change: fn(&App, &WorkTree) -> Result<()>) -> Fault {
    Fault { change, never: Some(what) }
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
