//! Files of the tree → objects of the cluster: which files hold any, which app and which Flux Kustomization
//! they belong to, and who is the same object before and after.

use serde_json::Value;

use crate::load::platform::Delivery;
use crate::plan::model::ObjectId;
use crate::render::delivery;
use crate::tree::RepoPath;

/// Where a file stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ObjectFile {
    /// What one API server's names are unique in, as far as the tree tells: an environment or a cluster.
    pub(super) scope: String,
    /// `<env>/<app>`.
    pub(super) app: Option<String>,
    /// The folder that one Flux Kustomization applies.
    pub(super) unit: String,
}

impl ObjectFile {
    /// The place of a file that may hold objects of the cluster.
    pub(super) fn of(path: &RepoPath) -> Option<Self> {
        let parts: Vec<&str> = path.as_str().split('/').collect();
        let name = path.file_name();
        let yaml = name.ends_with(".yaml") || name.ends_with(".yml");
        if !yaml || matches!(name, "kustomization.yaml" | "kustomization.yml") {
            return None;
        }
        match parts.as_slice() {
            ["deploy", env, app, rest @ ..] if !rest.is_empty() => {
                let part = if rest.len() > 1 { format!("/{}", rest[0]) } else { String::new() };
                Some(Self {
                    scope: format!("deploy/{env}"),
                    app: Some(format!("{env}/{app}")),
                    unit: format!("deploy/{env}/{app}{part}"),
                })
            }
            ["clusters", cluster, rest @ ..] if !rest.is_empty() => {
                let app = match rest {
                    [env, file] => file.rsplit_once('.').map(|(app, _)| format!("{env}/{app}")),
                    _ => None,
                };
                let scope = format!("clusters/{cluster}");
                Some(Self { app, unit: scope.clone(), scope })
            }
            _ => None,
        }
    }
}

/// Who is the same object before and after. The version of its API is no part of it: the API server shows one
/// object in all versions of its group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    scope: String,
    group: String,
    kind: String,
    namespace: Option<String>,
    name: String,
}

/// One manifest.
#[derive(Debug, Clone)]
pub(super) struct Object {
    pub(super) key: Key,
    pub(super) id: ObjectId,
    pub(super) place: ObjectFile,
    pub(super) file: String,
    /// Without nulls, which stand for absent fields.
    pub(super) value: Value,
}

impl Object {
    fn new(file: &str, place: &ObjectFile, value: Value) -> Option<Self> {
        let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        let namespace = &value["metadata"]["namespace"];
        if !(namespace.is_null() || namespace.is_string()) {
            return None;
        }
        let id = ObjectId {
            api_version: text(&value["apiVersion"])?,
            kind: text(&value["kind"])?,
            namespace: text(namespace),
            name: text(&value["metadata"]["name"])?,
        };
        let group = id.api_version.split_once('/').map_or("", |(group, _)| group).to_owned();
        let key = Key {
            scope: place.scope.clone(),
            group,
            kind: id.kind.clone(),
            // Where none is written, the engine's default for the app is meant.
            namespace: id.namespace.clone().or_else(|| place.app.clone()),
            name: id.name.clone(),
        };
        Some(Self { key, id, place: place.clone(), file: file.to_owned(), value })
    }

    pub(super) fn kind(&self) -> &str {
        &self.id.kind
    }

    /// The group of its API, empty for the core.
    pub(super) fn group(&self) -> &str {
        &self.key.group
    }

    pub(super) fn label(&self, name: &str) -> Option<&str> {
        self.value["metadata"]["labels"][name].as_str()
    }

    pub(super) fn annotation(&self, name: &str) -> Option<&str> {
        self.value["metadata"]["annotations"][name].as_str()
    }

    /// What people call the part of the app that this object is for.
    pub(super) fn process(&self) -> String {
        let labels = ["cupaas.dev/process", "cupaas.dev/service", "app.kubernetes.io/component"];
        labels.iter().find_map(|label| self.label(label)).unwrap_or(&self.id.name).to_owned()
    }

    /// Whether the engine leaves it in the cluster when it leaves the tree.
    pub(super) fn is_protected(&self) -> bool {
        [Delivery::Flux, Delivery::Argocd].iter().any(|engine| delivery::is_kept(&self.value, *engine))
    }

    /// Whether the engine deletes and makes it again when the API server refuses a change.
    pub(super) fn is_forced(&self) -> bool {
        let argo = self.annotation("argocd.argoproj.io/sync-options").unwrap_or("");
        argo.split(',').any(|part| part.trim() == "Force=true")
            || self
                .annotation("kustomize.toolkit.fluxcd.io/force")
                .is_some_and(|v| v.eq_ignore_ascii_case("enabled"))
    }

    /// `kind/name` as `kubectl` takes it.
    pub(super) fn short(&self) -> String {
        format!("{}/{}", self.id.kind.to_lowercase(), self.id.name)
    }
}

/// The YAML documents of a text, or nothing where one is broken.
pub(crate) fn documents(text: &str) -> Option<Vec<Value>> {
    let options = serde_saphyr::options! { legacy_octal_numbers: true, with_snippet: false };
    let mut documents: Vec<Value> = serde_saphyr::from_multiple_with_options(text, options).ok()?;
    documents.iter_mut().for_each(drop_nulls);
    Some(documents)
}

/// The objects of one file; a `List` counts as what it lists. Nothing where the file is not made of objects.
pub(super) fn read(file: &str, place: &ObjectFile, text: &str) -> Option<Vec<Object>> {
    let mut objects = Vec::new();
    for mut document in documents(text)? {
        let items = if document["kind"] == "List" { document["items"].take() } else { Value::Null };
        match items {
            Value::Array(items) => {
                for item in items {
                    objects.push(Object::new(file, place, item)?);
                }
            }
            _ => objects.push(Object::new(file, place, document)?),
        }
    }
    Some(objects)
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, value| !value.is_null());
            fields.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}
