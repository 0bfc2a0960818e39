//! Which names an expression or a template of a recipe can read: what the contract gives at that place, and facts.

use std::collections::{BTreeMap, BTreeSet};

use crate::load::recipe::RecipeFile;

/// What templates of manifests see of the release.
pub(crate) const RELEASE: [&str; 28] = [
    "app",
    "environment",
    "namespace",
    "flux_base",
    "flux_app",
    "cluster",
    "labels",
    "image",
    "processes",
    "release",
    "runs",
    "task",
    "operation",
    "services",
    "generators",
    "disks",
    "service_routes",
    "config",
    "config_hash",
    "variables",
    "secrets",
    "secrets_hash",
    "volumes",
    "writable",
    "route",
    "rollout",
    "platform",
    "prune_protection",
];

/// What they see of a service.
pub(crate) const SERVICE: [&str; 23] = [
    "name",
    "recipe",
    "version",
    "major_parts",
    "memory",
    "memory_mib",
    "cpu",
    "image",
    "port",
    "prefix",
    "labels",
    "workload_labels",
    "selector",
    "storage",
    "disks",
    "config",
    "config_hash",
    "params",
    "secret",
    "secret_hash",
    "credentials",
    "route",
    "ping",
];

/// What templates of cupaas's own read alone, and no recipe is told of.
const UNTOLD: [&str; 4] = ["disks", "flux_app", "flux_base", "generators"];

/// Names that can be read at one place.
#[derive(Debug, Clone, Default)]
pub(super) struct Sight {
    names: BTreeSet<String>,
    /// All attributes of some of them, by the path to them.
    attributes: BTreeMap<String, BTreeSet<String>>,
    /// Facts that are gone by then.
    passed: BTreeSet<String>,
}

/// What a text reads and cannot.
pub(super) struct Unknown {
    /// The path as it stands there: `framwork`, `service.parms`.
    pub(super) path: String,
    /// Its last name, which is the unknown one.
    pub(super) name: String,
    /// What stands before it; empty where nothing does.
    pub(super) of: String,
    /// The names that are known there.
    pub(super) known: BTreeSet<String>,
    /// Whether it is a fact that is gone by then.
    pub(super) is_passed: bool,
    /// The path at which something of that name is known: `service.cpu` of `cpu`.
    pub(super) elsewhere: Option<String>,
}

impl Sight {
    /// These names alone.
    pub(super) fn of<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        Self { names: names.into_iter().map(str::to_owned).collect(), ..Self::default() }
    }

    /// The same and further names.
    pub(super) fn with<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> Self {
        let mut sight = self.clone();
        sight.names.extend(names.into_iter().map(str::to_owned));
        sight
    }

    /// The same, where these facts are gone.
    pub(super) fn passed<'n>(mut self, facts: impl IntoIterator<Item = &'n str>) -> Self {
        self.passed = facts.into_iter().map(str::to_owned).collect();
        self
    }

    /// The same and a name with these attributes and no others.
    pub(super) fn with_all<'n>(&self, path: &str, attributes: impl IntoIterator<Item = &'n str>) -> Self {
        let mut sight = self.clone();
        sight.names.extend((!path.contains('.')).then(|| path.to_owned()));
        sight.attributes.insert(path.to_owned(), attributes.into_iter().map(str::to_owned).collect());
        sight
    }

    /// The same and the service of this recipe.
    pub(super) fn with_service(&self, recipe: &RecipeFile) -> Self {
        let params = recipe.params.keys().map(String::as_str);
        self.with_all("service", SERVICE).with_all("service.params", params)
    }

    /// The same and the service of this recipe, without what is known of its Secret.
    pub(super) fn with_service_alone(&self, recipe: &RecipeFile) -> Self {
        let of_secret = ["secret", "secret_hash", "credentials"];
        let known = SERVICE.into_iter().filter(|name| !of_secret.contains(name));
        self.with_service(recipe).with_all("service", known)
    }

    /// The same, where nothing is known of the attributes at a path.
    pub(super) fn without(mut self, path: &str) -> Self {
        self.attributes.remove(path);
        self
    }

    /// Why a path cannot be read, if it cannot.
    pub(super) fn unknown(&self, path: &str) -> Option<Unknown> {
        let mut before = String::new();
        for name in path.split('.') {
            let known = if before.is_empty() { Some(&self.names) } else { self.attributes.get(&before) };
            let known = known?;
            if !known.contains(name) {
                let path = if before.is_empty() { name.to_owned() } else { format!("{before}.{name}") };
                let known = known.iter().filter(|name| !UNTOLD.contains(&name.as_str())).cloned().collect();
                let elsewhere =
                    self.attributes.iter().find(|(_, names)| before.is_empty() && names.contains(name));
                let elsewhere = elsewhere.map(|(path, _)| format!("{path}.{name}"));
                let is_passed = before.is_empty() && self.passed.contains(name);
                return Some(Unknown {
                    path,
                    name: name.to_owned(),
                    of: before,
                    known,
                    is_passed,
                    elsewhere,
                });
            }
            before = if before.is_empty() { name.to_owned() } else { format!("{before}.{name}") };
        }
        None
    }
}
