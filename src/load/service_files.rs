//! What a service's program has beside its image and its first disk: files of its configuration, and further disks.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::load::scalars::{Amount, ContainerPath};

/// A file beside `recipe.yaml` that the service's program reads. It stands in a ConfigMap: no credential can be in it.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfigRule {
    /// Its name beside `recipe.yaml`; one that ends with `.j2` is a template.
    #[schemars(extend("x-missing" = "its name beside recipe.yaml: `file: server.conf.j2`"))]
    pub file: String,
    /// Where the program finds it.
    pub path: ContainerPath,
    /// Only where this expression over the service is true.
    pub when: Option<String>,
}

impl ConfigRule {
    /// The key that it has in the ConfigMap.
    pub(crate) fn key(&self) -> &str {
        self.file.strip_suffix(".j2").unwrap_or(&self.file)
    }

    /// Whether its text is a template.
    pub(crate) fn is_template(&self) -> bool {
        self.file.ends_with(".j2")
    }
}

/// A disk beside the one of `storage`.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DiskRule {
    /// How much it holds where the app says nothing.
    pub default: Amount,
    /// Where it is mounted.
    pub path: ContainerPath,
    /// What it is for.
    #[schemars(extend("x-missing" = "what it is for: `doc: the logs`"))]
    pub doc: String,
    /// Only where this expression over the service's parameters is true.
    pub when: Option<String>,
}
