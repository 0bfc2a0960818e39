//! `maintenance` in a registration: `true`, or since when and who set it.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Deserializer;
use serde::{Deserialize, Serialize};
use serde_untagged::UntaggedEnumVisitor;

use crate::load::scalars::{Stamp, Text};

/// That a page of the platform's answers in an app's place.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Maintenance {
    /// Since when, such as `2026-11-23T10:39:00Z`; nothing where a person wrote `true`.
    pub since: Option<String>,
    /// Who set it.
    pub by: Option<String>,
}

impl Maintenance {
    /// By whom and since when; empty where neither is known.
    pub fn words(&self) -> String {
        let known = [&self.by, &self.since].into_iter().flatten();
        known.map(String::as_str).collect::<Vec<_>>().join(", ")
    }
}

/// As it is written.
pub(super) struct Written;

impl JsonSchema for Written {
    fn schema_name() -> Cow<'static, str> {
        "Maintenance".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                {"type": "boolean"},
                {
                    "type": "object",
                    "properties": {
                        "since": generator.subschema_for::<Stamp>(),
                        "by": generator.subschema_for::<Text>(),
                    },
                    "additionalProperties": false,
                },
            ],
            "x-hint": "true or false; `cupaas maintenance on` writes {since, by}",
        })
    }
}

/// Reads it; nothing where it is `false`.
pub(super) fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Maintenance>, D::Error> {
    #[derive(Deserialize)]
    struct Set {
        since: Option<Stamp>,
        by: Option<Text>,
    }
    UntaggedEnumVisitor::new()
        .expecting("true, false or {since, by}")
        .bool(|on| Ok(on.then(Maintenance::default)))
        .map(|map| {
            let Set { since, by } = map.deserialize()?;
            Ok(Some(Maintenance { since: since.map(|one| one.0), by: by.map(|one| one.0) }))
        })
        .deserialize(from)
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Source;
    use crate::load::platform::RegistrationFile;
    use crate::yaml::document;

    use super::Maintenance;

    fn read(written: &str) -> Result<Option<Maintenance>, String> {
        let text = format!("environments: {{production: {{maintenance: {written}}}}}\n");
        let file = document::read::<RegistrationFile>(&Source::new("apps/shop.yaml", text));
        let file = file.map_err(|problems| format!("{problems:?}"))?;
        Ok(file.value.environments["production"].maintenance.clone())
    }

    #[test]
    fn it_is_on_with_and_without_who_and_when() {
        let set = |since: &str, by: &str| {
            let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
            Ok(Some(Maintenance { since: text(since), by: text(by) }))
        };
        assert_eq!(read("true"), set("", ""));
        assert_eq!(read("false"), Ok(None));
        assert_eq!(read("{by: 007}"), set("", "007"), "a name is a text as it was written");
        assert_eq!(read("{since: 2026-11-28, by: ana}"), set("2026-11-28", "ana"));
        for wrong in ["on", "{page: x}", "[true]", "{since: 'a b'}"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn who_and_when_are_said_as_far_as_they_are_known() {
        let both = Maintenance { since: Some("today".to_owned()), by: Some("ana".to_owned()) };
        assert_eq!(both.words(), "ana, today");
        assert_eq!(Maintenance { by: None, ..both }.words(), "today");
        assert_eq!(Maintenance::default().words(), "");
    }
}
