//! The way to a value in a file with keys, as a recipe writes it.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use serde_untagged::UntaggedEnumVisitor;

/// Names on the way to a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyPath {
    /// Names with dots between them: `project.version`.
    Dotted(String),
    /// One by one, for names that have dots of their own: `[dependencies, socket.io]`.
    Names(Vec<String>),
}

impl KeyPath {
    /// The names. Where a file has `flat` keys, which have dots of their own, a text is one name.
    pub(crate) fn names(&self, flat: bool) -> Vec<&str> {
        match self {
            Self::Dotted(text) if flat => vec![text],
            Self::Dotted(text) => text.split('.').collect(),
            Self::Names(names) => names.iter().map(String::as_str).collect(),
        }
    }
}

impl JsonSchema for KeyPath {
    fn schema_name() -> Cow<'static, str> {
        "KeyPath".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                {"type": "string", "minLength": 1, "maxLength": 200},
                {
                    "type": "array", "minItems": 1, "maxItems": 20,
                    "items": {"type": "string", "minLength": 1, "maxLength": 200},
                },
            ],
            "x-hint": "names with dots between them, such as project.version, or a list such as [dependencies, socket.io]",
        })
    }
}

impl<'de> Deserialize<'de> for KeyPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        UntaggedEnumVisitor::new()
            .expecting("names with dots between them, or a list of names")
            .string(|text| Ok(KeyPath::Dotted(text.to_owned())))
            .seq(|names| names.deserialize().map(KeyPath::Names))
            .deserialize(deserializer)
    }
}
