//! The trees that the cases of cupaas render, as objects.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};

/// One rendered GitOps repository, or a part of it.
#[derive(Debug, Clone)]
pub struct Tree {
    /// The case's folder, with hyphens between its parts.
    pub name: String,
    /// What an engine applies: files below `clusters/` and `deploy/`, in the order in which they can be applied.
    pub objects: Vec<(String, Value)>,
}

/// What every case renders: the script that starts a tier has it written.
pub fn of_cases() -> Result<Vec<Tree>> {
    let folder =
        std::env::var_os("CUPAAS_E2E_TREES").context("no CUPAAS_E2E_TREES: run tests/e2e/cluster.sh api")?;
    let mut trees = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
        let entry = entry?;
        let (name, objects) = (entry.file_name().display().to_string(), read(&entry.path())?);
        trees.push(Tree { name, objects });
    }
    trees.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(trees)
}

/// The objects of a rendered repository.
pub fn read(root: &Path) -> Result<Vec<(String, Value)>> {
    let mut objects = Vec::new();
    for place in ["clusters", "deploy"] {
        if root.join(place).is_dir() {
            read_folder(root, &root.join(place), &mut objects)?;
        }
    }
    let rank = |object: &Value| match object["kind"].as_str() {
        Some("Namespace") => 0,
        Some("ServiceAccount") => 1,
        _ => 2,
    };
    objects.sort_by(|(a, x), (b, y)| (rank(x), a).cmp(&(rank(y), b)));
    Ok(objects)
}

fn read_folder(root: &Path, folder: &Path, objects: &mut Vec<(String, Value)>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            read_folder(root, &path, objects)?;
        } else if path.extension().is_some_and(|end| end == "yaml") {
            let text = fs::read_to_string(&path)?;
            let values: Vec<Value> =
                serde_saphyr::from_multiple(&text).with_context(|| path.display().to_string())?;
            let name = path.strip_prefix(root)?.display().to_string();
            // A kustomization.yaml is read by kustomize, no object of the cluster.
            let is_object = |value: &Value| {
                !value["apiVersion"].as_str().unwrap_or_default().starts_with("kustomize.config.k8s.io")
            };
            objects.extend(values.into_iter().filter(is_object).map(|value| (name.clone(), value)));
        }
    }
    Ok(())
}

/// The object as Flux applies it: an encrypted Secret with the right shape, and any value.
pub fn decrypted(mut object: Value) -> Value {
    let Some(map) = object.as_object_mut() else { return object };
    let sealed = map.remove("sops").is_some();
    for field in ["data", "stringData"] {
        let Some(data) = map.get_mut(field).and_then(Value::as_object_mut) else { continue };
        let placeholder = |value: &Value| value.as_str().is_some_and(|text| text.starts_with('('));
        for value in data.values_mut().filter(|value| sealed || placeholder(value)) {
            *value = json!(if field == "data" { "eA==" } else { "x" });
        }
    }
    object
}

/// The same objects in another namespace, so that two trees of one app never meet.
pub fn moved(objects: &[(String, Value)], from_to: &BTreeMap<String, String>) -> Vec<(String, Value)> {
    let new = |name: &str| from_to.get(name).map_or(name, String::as_str).to_owned();
    let each = objects.iter().map(|(file, object)| {
        let mut object = object.clone();
        let field = if object["kind"] == "Namespace" { "name" } else { "namespace" };
        if let Some(name) = object["metadata"][field].as_str().map(new) {
            object["metadata"][field] = json!(name);
        }
        (file.clone(), object)
    });
    each.collect()
}

/// Every namespace that the objects are in or bring along.
pub fn namespaces(objects: &[(String, Value)]) -> BTreeSet<String> {
    let name = |object: &Value| {
        let field = if object["kind"] == "Namespace" { "name" } else { "namespace" };
        Some(object["metadata"][field].as_str()?.to_owned())
    };
    objects.iter().filter_map(|(_, object)| name(object)).collect()
}
