//! A folder of the container, as people and recipes write it.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A folder: `/data`, or one in the app's, such as `.next/cache`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Folder(pub String);

/// Where an app stands in its image.
const APP: &str = "/app";

impl Folder {
    /// The path in the container, without empty parts and single dots.
    pub(crate) fn path(&self) -> String {
        let whole = if self.0.starts_with('/') { self.0.clone() } else { format!("{APP}/{}", self.0) };
        let parts: Vec<&str> = whole.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
        format!("/{}", parts.join("/"))
    }
}

impl JsonSchema for Folder {
    fn schema_name() -> Cow<'static, str> {
        "Folder".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string", "minLength": 1, "maxLength": 500, "pattern": "^[^:\\\\\\x00-\\x1f]+$",
            "x-hint": "a folder of the app such as .next/cache, or a whole path such as /data/cache",
        })
    }
}
