//! What stands behind a recipe's name in `.cupaas`: a version, or a mapping of settings with the version among them.

use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use crate::load::scalars::Text;

/// A version alone, or a mapping of settings with the version as written.
#[derive(Default)]
pub(super) struct Settings {
    pub(super) version: Option<String>,
    pub(super) rest: serde_json::Map<String, Value>,
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
