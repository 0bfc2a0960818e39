//! The key `runtime` of `.cupaas`: a name, with a version, and with what the recipe lets an app set.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use serde_untagged::UntaggedEnumVisitor;

use crate::load::entry_settings::Settings;
use crate::load::scalars::{Named, Text};

/// Which runtime, and how it is set.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RuntimeEntry {
    /// The recipe's name.
    pub name: String,
    /// The version, as written.
    pub version: Option<String>,
    /// The recipe's own parameters.
    pub settings: Map<String, Value>,
}

impl JsonSchema for RuntimeEntry {
    fn schema_name() -> Cow<'static, str> {
        "Runtime".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let hint = "a name such as python or python:3.13, or {python: {version: \"3.13\"}}";
        let settings = json_schema!({
            "type": "object",
            "properties": {"version": Text::json_schema(generator)},
            // The recipe's own parameters are checked against the recipe.
            "additionalProperties": true,
        });
        json_schema!({
            "type": ["string", "object"],
            "anyOf": [
                {"type": "string", "x-hint": hint},
                {
                    "type": "object", "minProperties": 1, "maxProperties": 1,
                    "additionalProperties": {"anyOf": [{"type": ["string", "number"]}, settings, {"type": "null"}]},
                },
            ],
            "x-hint": hint,
        })
    }
}

impl<'de> Deserialize<'de> for RuntimeEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        UntaggedEnumVisitor::new()
            .expecting("a runtime's name, or {name: settings}")
            .string(|text| {
                let (name, version) = match text.split_once(':') {
                    Some((name, version)) => (name, Some(version.to_owned())),
                    None => (text, None),
                };
                Ok(RuntimeEntry { name: name.to_owned(), version, settings: Map::new() })
            })
            .map(|map| {
                let (name, settings) = map.deserialize::<Named<Settings>>()?.pop_first().unwrap_or_default();
                Ok(RuntimeEntry { name, version: settings.version, settings: settings.rest })
            })
            .deserialize(deserializer)
    }
}
