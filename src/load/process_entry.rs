//! One entry of `processes`: what it runs alone, or a mapping with the rest.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{self, Deserializer};
use serde_untagged::UntaggedEnumVisitor;

use crate::load::scalars::{Command, Named, Text, UrlPath};

/// One process. Where nothing but `command` is set, that may stand in the place of the mapping.
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

impl std::fmt::Display for Scale {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Fixed(count) => write!(f, "{count}"),
            Self::Auto { min, max, .. } => write!(f, "{min} to {max}"),
        }
    }
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

/// `gunicorn app:app`, `[gunicorn, "app:app"]`, or `{command: gunicorn app:app, port: 8080}`.
pub(super) struct Written(ProcessEntry);

impl JsonSchema for Written {
    fn schema_name() -> Cow<'static, str> {
        "Process".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let hint = "write a command, or settings such as `{command: gunicorn app:app, port: 8080}`; on lines of their \
                    own, settings are indented further than the process's name";
        json_schema!({
            "anyOf": [
                {"type": "string", "minLength": 1, "x-hint": hint},
                {"type": "array", "minItems": 1, "items": Text::json_schema(generator)},
                generator.subschema_for::<ProcessEntry>(),
            ],
        })
    }
}

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let runs = |command| Written(ProcessEntry { command: Some(command), ..ProcessEntry::default() });
        UntaggedEnumVisitor::new()
            .expecting("a command, or a mapping of settings")
            .string(|text| Ok(runs(Command::Line(text.to_owned()))))
            .seq(|seq| {
                let words: Vec<Text> = seq.deserialize()?;
                Ok(runs(Command::Words(words.into_iter().map(|Text(word)| word).collect())))
            })
            .map(|map| map.deserialize().map(Written))
            .deserialize(deserializer)
    }
}

/// Reads `processes`, each entry in any of its forms.
pub(super) fn processes<'de, D: Deserializer<'de>>(from: D) -> Result<Named<ProcessEntry>, D::Error> {
    let written = Named::<Written>::deserialize(from)?;
    Ok(written.into_iter().map(|(name, Written(entry))| (name, entry)).collect())
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Source;
    use crate::load::app_file::AppFile;
    use crate::load::scalars::Command;
    use crate::yaml::document::read;

    fn command(written: &str) -> Result<Option<Command>, String> {
        let text = format!("runtime: python\nprocesses:\n  web: {written}\n");
        let read = read::<AppFile>(&Source::new(".cupaas", text));
        read.map(|file| file.value.processes["web"].command.clone()).map_err(|wrong| {
            let hint = wrong[0].hint.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("{}: {} ({hint})", wrong[0].span, wrong[0].message)
        })
    }

    #[test]
    fn a_command_alone_is_a_process() {
        let line = Command::Line("gunicorn app:app".to_owned());
        let words = Command::Words(vec!["gunicorn".to_owned(), "app:app".to_owned()]);
        for (written, meant) in [
            ("gunicorn app:app", &line),
            ("\"gunicorn app:app\"", &line),
            ("{command: gunicorn app:app}", &line),
            ("[gunicorn, \"app:app\"]", &words),
            ("{command: [gunicorn, \"app:app\"]}", &words),
        ] {
            assert_eq!(command(written).as_ref(), Ok(&Some(meant.clone())), "{written}");
        }
        assert_eq!(command("{port: 80}"), Ok(None));
    }

    #[test]
    fn what_is_neither_says_what_there_may_be() {
        for written in ["", "5", "true"] {
            let said = command(written).unwrap_err();
            assert!(said.contains("expected a string or a list or a mapping"), "{said}");
            assert!(said.contains("indented further than the process's name"), "{said}");
        }
        let said = command("{comand: x}").unwrap_err();
        assert!(said.starts_with(".cupaas:3:9: unknown key \"comand\""), "{said}");
        let said = command("\"\"").unwrap_err();
        assert!(said.contains("at least 1 character"), "{said}");
    }
}
