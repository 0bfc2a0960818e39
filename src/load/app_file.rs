//! `.cupaas` as it is written: everything optional but the runtime, nothing decided.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_untagged::UntaggedEnumVisitor;

use crate::load::scalars::{
    Amount, Command, ContainerPath, EnvironmentName, Host, Name, Named, Text, UrlPath, VariableName, keyed,
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
    /// The runtime: `python`, `python:3.13`, `dockerfile`, …
    pub runtime: Text,
    /// The first version's word for the web process's command.
    pub entrypoint: Option<Command>,
    /// Services that the app needs: `mongodb`, `mongodb:8.0` or `{mongodb: {version: "8.0"}}`.
    #[serde(default)]
    #[schemars(length(max = 100))]
    pub services: Vec<ServiceEntry>,
    /// What runs; default: the Procfile, else what the runtime's recipe finds.
    #[serde(default)]
    #[schemars(schema_with = "keyed::<Name, ProcessEntry>", extend("maxProperties" = MAX_PROCESSES))]
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
    /// What differs in one environment.
    #[serde(default)]
    #[schemars(schema_with = "keyed::<EnvironmentName, EnvironmentEntry>", extend("maxProperties" = 100))]
    pub environments: Named<EnvironmentEntry>,
}

/// One process.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProcessEntry {
    /// What it runs; default: the Procfile's line of this name, else what the runtime's recipe finds.
    pub command: Option<Command>,
    /// The port it listens on, also given to it as `PORT`; `web` has one by default.
    #[schemars(range(min = 1, max = 65535))]
    pub port: Option<u16>,
    /// A path that answers 2xx when the process is ready.
    pub health: Option<UrlPath>,
    /// One of the platform's sizes.
    pub size: Option<String>,
    /// How many, or between which bounds.
    pub scale: Option<Scale>,
    /// Five cron fields: the process runs then, and ends.
    #[schemars(extend("x-hint" = "five cron fields, such as \"0 3 * * *\""))]
    pub schedule: Option<String>,
}

/// How many of a process run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// So many, always.
    Fixed(u32),
    /// As many as its CPU load asks for.
    Auto {
        /// At least.
        min: u32,
        /// At most.
        max: u32,
        /// Per cent of the requested CPU that is aimed at.
        cpu: u32,
    },
}

impl JsonSchema for Scale {
    fn schema_name() -> Cow<'static, str> {
        "Scale".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                {"type": "integer", "minimum": 0, "maximum": 1000},
                {
                    "type": "object",
                    "properties": {
                        "min": {"type": "integer", "minimum": 1, "maximum": 1000},
                        "max": {"type": "integer", "minimum": 1, "maximum": 1000},
                        "cpu": {"type": "integer", "minimum": 1, "maximum": 1000},
                    },
                    "required": ["max"],
                    "additionalProperties": false,
                },
            ],
            "x-hint": "a number such as 2, or {min: 2, max: 10, cpu: 70}",
        })
    }
}

impl<'de> Deserialize<'de> for Scale {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(default)]
        struct Auto {
            min: u32,
            max: u32,
            cpu: u32,
        }
        impl Default for Auto {
            fn default() -> Self {
                Self { min: 1, max: 1, cpu: 70 }
            }
        }
        UntaggedEnumVisitor::new()
            .expecting("a number or {min, max, cpu}")
            .u64(|number| u32::try_from(number).map(Scale::Fixed).map_err(de::Error::custom))
            .f64(|number| format!("{number:.0}").parse().map(Scale::Fixed).map_err(de::Error::custom))
            .map(|map| map.deserialize().map(|Auto { min, max, cpu }| Scale::Auto { min, max, cpu }))
            .deserialize(deserializer)
    }
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
    #[serde(default)]
    #[schemars(schema_with = "keyed::<Name, ProcessEntry>", extend("maxProperties" = MAX_PROCESSES))]
    pub processes: Named<ProcessEntry>,
    /// Host names, instead of the app's own.
    pub domains: Option<Vec<Host>>,
}

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
                "memory": Text::json_schema(generator),
                "cpu": Text::json_schema(generator),
                "name": Name::json_schema(generator),
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

/// A version alone, or a mapping of settings with the version as written.
#[derive(Default)]
struct Settings {
    version: Option<String>,
    rest: serde_json::Map<String, Value>,
}

impl<'de> Deserialize<'de> for Settings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SettingsVisitor;
        impl<'de> Visitor<'de> for SettingsVisitor {
            type Value = Settings;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a version or settings")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Settings, E> {
                let version =
                    Some(text.to_owned()).filter(|text| !matches!(text.as_str(), "" | "~" | "null"));
                Ok(Settings { version, ..Settings::default() })
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Settings, A::Error> {
                let mut settings = Settings::default();
                while let Some(key) = map.next_key::<String>()? {
                    match key.as_str() {
                        "version" => settings.version = Some(map.next_value::<Text>()?.0),
                        "storage" => {
                            settings.rest.insert(key, Value::String(map.next_value::<Text>()?.0));
                        }
                        _ => {
                            settings.rest.insert(key, map.next_value()?);
                        }
                    }
                }
                Ok(settings)
            }
        }
        // Text first: a version that looks like a number keeps its digits. A mapping goes its own way.
        deserializer.deserialize_str(SettingsVisitor)
    }
}
