//! `.cupaas` as it is written: everything optional but the runtime, nothing decided.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::Deserializer;
use serde_json::Value;
use serde_untagged::UntaggedEnumVisitor;

use crate::load::entry_settings::Settings;
use crate::load::folder::Folder;
use crate::load::process_entry::{ProcessEntry, Written, processes};
use crate::load::runtime_entry::RuntimeEntry;
use crate::load::scalars::{
    Amount, Command, ContainerPath, EnvironmentName, Host, Name, Named, Text, VariableName, keyed,
};
use crate::load::secret_entry::SecretEntry;

/// The most processes that an app may have. Each costs several objects, and a run has to end while one app asks for
/// too much.
pub(crate) const MAX_PROCESSES: usize = 100;

/// A `.cupaas` file.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AppFile {
    /// The format of this file; 1.
    pub format: Option<u32>,
    /// The app's name; default: the registration's, else from the repository's address. Frozen once deployed.
    pub name: Option<Name>,
    /// The runtime: `python`, `python:3.13`, `{python: {version: "3.13"}}`, `dockerfile`, …
    pub runtime: RuntimeEntry,
    /// The first version's word for the web process's command.
    pub entrypoint: Option<Command>,
    /// Services that the app needs: `mongodb`, `mongodb:8.0` or `{mongodb: {version: "8.0"}}`.
    #[serde(default)]
    #[schemars(length(max = 100))]
    pub services: Vec<ServiceEntry>,
    /// What runs; default: the Procfile, else what the runtime's recipe finds.
    #[serde(default, deserialize_with = "processes")]
    #[schemars(schema_with = "keyed::<Name, Written>", extend("maxProperties" = MAX_PROCESSES))]
    pub processes: Named<ProcessEntry>,
    /// A command that runs before the processes of each new release; it must be safe to run again.
    pub release: Option<Command>,
    /// Environment variables.
    #[serde(default)]
    #[schemars(schema_with = "keyed::<VariableName, Text>", extend("maxProperties" = 1000))]
    pub env: Named<Text>,
    /// Secrets that must have been set, by name; never values: `SECRET_KEY` becomes a variable,
    /// `{SIGNING_KEY: {file: /app/keys/signing.pem}}` a file.
    #[serde(default)]
    #[schemars(length(max = 500))]
    pub secrets: Vec<SecretEntry>,
    /// Host names beside the one that the platform gives.
    #[serde(default)]
    #[schemars(length(max = 100))]
    pub domains: Vec<Host>,
    /// Disks, mounted into every process (not into the release command).
    #[serde(default)]
    #[schemars(schema_with = "keyed::<Name, VolumeEntry>", extend("maxProperties" = 100))]
    pub volumes: Named<VolumeEntry>,
    /// Folders that the app writes into while it runs, empty in each new pod: `.next/cache`, `/data/cache`.
    #[serde(default)]
    #[schemars(length(max = 20))]
    pub writable: Vec<Folder>,
    /// What differs in one environment.
    #[serde(default)]
    #[schemars(schema_with = "keyed::<EnvironmentName, EnvironmentEntry>", extend("maxProperties" = 100))]
    pub environments: Named<EnvironmentEntry>,
}

/// One disk.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VolumeEntry {
    /// Where it is mounted in the container.
    pub path: ContainerPath,
    /// How much it holds.
    pub storage: Amount,
}

/// What differs in one environment.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnvironmentEntry {
    /// Environment variables, over the app's own.
    #[serde(default)]
    #[schemars(schema_with = "keyed::<VariableName, Text>", extend("maxProperties" = 1000))]
    pub env: Named<Text>,
    /// Processes, key by key over the app's own.
    #[serde(default, deserialize_with = "processes")]
    #[schemars(schema_with = "keyed::<Name, Written>", extend("maxProperties" = MAX_PROCESSES))]
    pub processes: Named<ProcessEntry>,
    /// Host names, instead of the app's own.
    pub domains: Option<Vec<Host>>,
}

/// The settings that every service takes, whatever its recipe.
pub(super) const SERVICE_SETTINGS: [&str; 7] =
    ["version", "storage", "disks", "name", "as", "external", "public"];

/// One entry of `services`.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceEntry {
    /// The recipe's name.
    pub recipe: String,
    /// The version, as written.
    pub version: Option<String>,
    /// `storage`, `memory`, `cpu`, `name`, `as` and the recipe's own parameters.
    pub settings: serde_json::Map<String, Value>,
}

impl ServiceEntry {
    /// What it is called: its `name`, else its recipe's.
    pub(crate) fn name(&self) -> &str {
        self.settings.get("name").and_then(Value::as_str).unwrap_or(&self.recipe)
    }
}

impl JsonSchema for ServiceEntry {
    fn schema_name() -> Cow<'static, str> {
        "Service".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let hint = "a name such as mongodb, or {mongodb: {version: \"8.0\"}}";
        let settings = json_schema!({
            "type": "object",
            "properties": {
                "version": Text::json_schema(generator),
                "storage": Amount::json_schema(generator),
                "disks": {
                    "type": "object", "additionalProperties": Amount::json_schema(generator),
                    "x-hint": "sizes of the service's further disks by name, such as {logs: 2Gi}",
                },
                "memory": Text::json_schema(generator),
                "cpu": Text::json_schema(generator),
                "name": Name::json_schema(generator),
                "external": {"type": "boolean", "x-hint": "true for a service that somebody else runs"},
                "public": {"type": "boolean", "x-hint": "true for a host name of its own, for a service that answers HTTP"},
                "as": {
                    "type": "string", "pattern": "^[A-Z][A-Z0-9_]*$",
                    "x-hint": "the beginning of its variables, in upper case: CACHE gives CACHE_URL",
                },
            },
            // The recipe's own parameters are checked against the recipe.
            "additionalProperties": true,
        });
        json_schema!({
            "anyOf": [
                {"type": "string", "pattern": "^[a-z][-a-z0-9]*(:.+)?$", "x-hint": hint},
                {
                    "type": "object", "minProperties": 1, "maxProperties": 1,
                    "additionalProperties": {"anyOf": [{"type": ["string", "number"]}, settings, {"type": "null"}]},
                },
            ],
            "x-hint": hint,
        })
    }
}

impl<'de> Deserialize<'de> for ServiceEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        UntaggedEnumVisitor::new()
            .expecting("a service's name, or {name: settings}")
            .string(|text| {
                let (recipe, version) = match text.split_once(':') {
                    Some((recipe, version)) => (recipe, Some(version.to_owned())),
                    None => (text, None),
                };
                Ok(ServiceEntry { recipe: recipe.to_owned(), version, settings: serde_json::Map::new() })
            })
            .map(|map| {
                let (recipe, settings) =
                    map.deserialize::<Named<Settings>>()?.pop_first().unwrap_or_default();
                Ok(ServiceEntry { recipe, version: settings.version, settings: settings.rest })
            })
            .deserialize(deserializer)
    }
}
