//! What `--format json` prints, against the schema that is published for it.

use std::sync::LazyLock;

use cupaas::parts::report::Document;
use cupaas::parts::schema::OwnSchema;
use cupaas::parts::yaml::document::schema_of;
use serde_json::Value;

/// `cupaas schema report`.
static SCHEMA: LazyLock<OwnSchema> = LazyLock::new(|| OwnSchema::new(schema_of::<Document<'_>>()));

/// Fails where a printed text is JSON and no report. A schema and a workflow's matrix are JSON of other kinds.
pub(crate) fn check(printed: &str) {
    let Ok(value @ Value::Object(_)) = serde_json::from_str(printed) else { return };
    if value.get("$schema").is_none() && value.get("include").is_none() {
        let wrong: Vec<String> = SCHEMA.violations(&value).iter().map(ToString::to_string).collect();
        assert!(wrong.is_empty(), "this is no report: {wrong:#?}\n{value:#}");
    }
}
