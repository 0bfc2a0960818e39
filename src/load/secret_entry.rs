//! One entry of `secrets` in `.cupaas`: a name, and for one that is a file where it is mounted.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{self, Deserializer};
use serde_untagged::UntaggedEnumVisitor;

use crate::load::scalars::{ContainerPath, Named, VariableName};

/// `SECRET_KEY`, or `{SIGNING_KEY: {file: /app/keys/signing.pem}}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretEntry {
    /// Its name, and without a file that of the variable.
    pub name: String,
    /// Where it is mounted, in the place of a variable.
    pub file: Option<String>,
    /// The external service that needs it, by its place in `services`; nothing where the app lists it itself.
    pub service: Option<usize>,
}

impl SecretEntry {
    /// Where it is asked for, being the one of this number.
    pub(crate) fn path(&self, index: usize) -> [String; 2] {
        match self.service {
            Some(service) => ["services".to_owned(), service.to_string()],
            None => ["secrets".to_owned(), index.to_string()],
        }
    }
}

/// Settings of a secret.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-hint" = "one that is a file has its path there: {SIGNING_KEY: {file: /app/keys/signing.pem}}"))]
struct Settings {
    /// The file in the container that holds the value, byte for byte.
    file: ContainerPath,
}

impl JsonSchema for SecretEntry {
    fn schema_name() -> Cow<'static, str> {
        "Secret".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let hint = "a name such as SECRET_KEY, or {SIGNING_KEY: {file: /app/keys/signing.pem}}";
        let settings = generator.subschema_for::<Settings>();
        json_schema!({
            "anyOf": [
                VariableName::json_schema(generator),
                {
                    "type": "object", "minProperties": 1, "maxProperties": 1,
                    "propertyNames": VariableName::json_schema(generator),
                    "additionalProperties": settings,
                },
            ],
            "x-hint": hint,
        })
    }
}

impl<'de> Deserialize<'de> for SecretEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        UntaggedEnumVisitor::new()
            .expecting("a secret's name, or {name: {file: path}}")
            .string(|text| Ok(SecretEntry { name: text.to_owned(), file: None, service: None }))
            .map(|map| {
                let entry = map.deserialize::<Named<Settings>>()?.pop_first();
                let (name, settings) = entry.ok_or_else(|| de::Error::custom("no name"))?;
                Ok(SecretEntry { name, file: Some(settings.file.0), service: None })
            })
            .deserialize(deserializer)
    }
}
