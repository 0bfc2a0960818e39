//! An app with a text in every place that takes one -> what is rendered of it, and what arrives in the container.

use std::collections::BTreeMap;
use std::path::Path;

use clap::Parser;
use cupaas::parts::cli::Cli;
use cupaas::parts::diagnostic::Failure;
use cupaas::parts::outcome::Report;
use cupaas::parts::run::action::Request;
use serde_json::{Value, json};
use tempfile::TempDir;

const PLATFORM: &str = "environments: {production: {cluster: home, domain: apps.example.cu}}\n\
    registry: {prefix: registry.example.cu/team}\nrouting: {domains: ['*.example.com']}\n";
const RECIPE: &str = "summary: takes a text\nversions: {default: '1'}\nport: 99\n\
    params: {text: {type: text, default: '', doc: any text}}\n\
    provides: [{name: TEXT, value: plain}]\nfiles: [{template: object.yaml.j2}]\n";
const OBJECT: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ service.name }}\n  namespace: {{ namespace }}\n\
    data:\n  text: {{ service.params.text }}\n  inside: {{ \"<\" ~ service.params.text ~ \">\" }}\n";

/// Files by path.
pub(crate) type Rendered = BTreeMap<String, String>;

/// Renders an app; its file is written as JSON, which is YAML.
pub(crate) fn render(app: &Value) -> Result<Rendered, Failure> {
    let folder = tempfile::tempdir().unwrap();
    write(&folder, "gitops/cupaas.yaml", PLATFORM);
    write(&folder, "gitops/catalog/services/texts/recipe.yaml", RECIPE);
    write(&folder, "gitops/catalog/services/texts/object.yaml.j2", OBJECT);
    write(&folder, "app/.cupaas", &as_written(app));
    let path = |name: &str| folder.path().join(name).display().to_string();
    // Every flag that the environment could give too is given here.
    let (app, gitops, out) = (path("app"), path("gitops"), path("out"));
    let words = [
        "cupaas",
        "render",
        &app,
        "--gitops",
        &gitops,
        "--out",
        &out,
        "--app",
        "tasks",
        "--env",
        "production",
        "--image",
        "x:1",
        "--source-repository",
        "https://git.example.cu/me/tasks",
        "--source-commit",
        "abc",
        "--source-branch",
        "main",
        "--gitops-branch",
        "main",
        "--format",
        "text",
    ];
    let request = Request::new(Cli::try_parse_from(words).unwrap(), None)?;
    match cupaas::run(&request, &|_| {})?.report {
        Report::Rendered { files, .. } => {
            Ok(files.into_iter().map(|(path, text)| (path.to_string(), text)).collect())
        }
        other => panic!("{other:?}"),
    }
}

fn write(folder: &TempDir, path: &str, text: &str) {
    let path: &Path = &folder.path().join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// JSON with everything escaped that a YAML file may not hold as it is.
fn as_written(value: &Value) -> String {
    let escape = |c: char| match c {
        '\u{7f}'..='\u{a0}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
            format!("\\u{:04x}", u32::from(c))
        }
        c => c.to_string(),
    };
    value.to_string().chars().map(escape).collect()
}

pub(crate) fn object(files: &Rendered, path: &str) -> Value {
    serde_saphyr::from_str(&files[path]).unwrap_or_else(|error| panic!("{error}\n{}", files[path]))
}

/// The tree without its texts: what a value must not change.
pub(crate) fn shape(files: &Rendered) -> BTreeMap<String, Vec<Value>> {
    files
        .iter()
        .filter(|(path, _)| !path.ends_with("release.yaml"))
        .map(|(path, text)| {
            let documents: Vec<Value> = text
                .split("\n---\n")
                .filter(|_| path.starts_with("clusters/"))
                .map(|one| serde_saphyr::from_str(one).unwrap())
                .collect();
            let documents = if documents.is_empty() && path.ends_with(".yaml") {
                vec![serde_saphyr::from_str(text).unwrap()]
            } else {
                documents
            };
            (path.clone(), documents.into_iter().map(without_texts).collect())
        })
        .collect()
}

fn without_texts(value: Value) -> Value {
    match value {
        Value::String(_) => json!("text"),
        Value::Array(items) => items.into_iter().map(without_texts).collect(),
        Value::Object(entries) => {
            let said = |(key, value): &(String, Value)| {
                key != SUBSTITUTE
                    && !(key == "annotations"
                        && value.as_object().is_some_and(|map| map.keys().all(|key| key == SUBSTITUTE)))
            };
            entries
                .into_iter()
                .filter(|(key, value)| said(&(key.clone(), value.clone())))
                .map(|(key, value)| (key, without_texts(value)))
                .collect()
        }
        other => other,
    }
}

/// Said of an object that holds `${`, so that Flux leaves it as it is.
const SUBSTITUTE: &str = "kustomize.toolkit.fluxcd.io/substitute";

/// An app with a text in every place that takes one.
pub(crate) fn app(texts: &[&str], health: &str, mount: &str) -> Value {
    let env: serde_json::Map<String, Value> =
        texts.iter().enumerate().map(|(number, text)| (format!("T{number}"), json!(text))).collect();
    let words: Vec<&str> = ["program"].into_iter().chain(texts.iter().copied()).collect();
    json!({
        "runtime": "image",
        "env": env,
        "services": [{"texts": {"text": texts.first().copied().unwrap_or_default()}}],
        "processes": {
            "web": {"command": words, "health": health},
            "nightly": {"command": words, "schedule": "0 3 * * *"},
        },
        "volumes": {"disk": {"path": mount, "storage": "1Gi"}},
    })
}
