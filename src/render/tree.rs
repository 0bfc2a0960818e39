//! What one release becomes in the GitOps repository: its folders, its files, and what has to be made once.

use crate::layout::Folders;
use serde_json::{Value as Json, json};

use crate::diagnostic::Failure;
use crate::load::file_rule::Layer;
use crate::load::release_file::ReleaseFile;
use crate::render::emit;
use crate::render::layers::Rendered;
use crate::resolve::release::{Release, Rollout};
use crate::tree::{Files, RepoPath};
use crate::yaml::document::FORMAT;

/// Everything that cupaas writes for one release, and what is to be made once.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    /// Texts by their path in the GitOps repository.
    pub files: Files,
    /// Secrets that the next deploy has to make and encrypt.
    pub missing_secrets: Vec<MissingSecret>,
}

impl Tree {
    /// What a plan compares: everything but what is kept for the next rendering.
    pub fn applied(&self) -> Files {
        let applied = |path: &RepoPath| !path.as_str().starts_with("releases/");
        self.files.iter().filter(|(path, _)| applied(path)).map(|(p, t)| (p.clone(), t.clone())).collect()
    }
}

/// A Secret that is not made yet.
#[derive(Debug, Clone, PartialEq)]
pub struct MissingSecret {
    /// The service that it is for.
    pub service: String,
    /// The object without its values.
    pub object: Json,
    /// Where its copy is applied from.
    pub applied: RepoPath,
    /// Where it is kept for ever.
    pub kept: RepoPath,
}

pub(super) fn write(folders: &Folders, objects: &[Rendered], tree: &mut Tree) -> Result<(), Failure> {
    let mut cluster: Vec<String> = Vec::new();
    for rendered in objects {
        let text = emit::to_yaml(&rendered.object)?;
        match rendered.layer {
            Layer::Cluster => cluster.push(text),
            _ => drop(tree.files.insert(rendered.path.clone(), text)),
        }
    }
    tree.files.insert(folders.cluster.clone(), cluster.join("---\n"));
    for layer in ["base", "app"] {
        list(&Folders::below(&folders.deploy, layer)?, tree)?;
    }
    tree.files
        .insert(Folders::below(&folders.deploy, "kustomization.yaml")?, kustomization(&["base", "app"])?);
    Ok(())
}

/// Adds to a folder the list of its files.
pub(super) fn list(folder: &RepoPath, tree: &mut Tree) -> Result<(), Failure> {
    let files: Vec<&str> =
        tree.files.keys().filter(|path| path.is_in(folder)).map(RepoPath::file_name).collect();
    let text = kustomization(&files)?;
    tree.files.insert(Folders::below(folder, "kustomization.yaml")?, text);
    Ok(())
}

fn kustomization(resources: &[&str]) -> Result<String, Failure> {
    emit::to_yaml(&json!({
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": resources,
    }))
}

/// What the release was made from.
pub(crate) fn release_file(release: &Release) -> ReleaseFile {
    ReleaseFile {
        format: FORMAT,
        app: release.app.clone(),
        environment: release.environment.clone(),
        cluster: release.cluster.clone(),
        removed: false,
        hold: release.hold.clone(),
        source: release.source.clone(),
        image: release.image.reference.clone(),
        runtime: release.runtime.clone(),
        versions: release.versions.clone(),
        claims: release.claims.clone(),
        external_credentials: release.external_credentials.clone(),
        set: release.set.clone(),
        dockerfile: release.dockerfile,
        facts: release.facts.clone(),
        rollout: release.rollout.as_ref().map(Rollout::record),
        hosts: release.hosts().cloned().collect(),
        files: release.files.clone(),
    }
}
