//! The words that people's files are made of: names, variables, commands, sizes: each with the pattern that its
//! JSON Schema holds, the hint that a mistake gets, and the rule's source.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;

use regex_lite::Regex;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Deserializer;
use serde::{Deserialize, Serialize};
use serde_untagged::UntaggedEnumVisitor;

/// A scalar as it was written: text, number or boolean. `3.10` stays `3.10`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Text(pub String);

impl JsonSchema for Text {
    fn schema_name() -> Cow<'static, str> {
        "Text".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": ["string", "number", "boolean"], "x-hint": "a text, a number, true or false; \"\" for an empty one"})
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Declares a word: a text with a pattern.
macro_rules! word {
    ($(#[$doc:meta])* $name:ident, $pattern:literal, $max:literal, $hint:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[allow(unreachable_pub)] // some of these words stand in no public type
        pub struct $name(pub String);

        #[allow(dead_code)] // not every word is looked at outside of its schema
        impl $name {
            /// What the word must match, whole.
            pub(crate) const PATTERN: &str = $pattern;
            /// What to tell a person whose word does not match.
            pub(crate) const HINT: &str = $hint;

            /// Whether a text is such a word.
            pub(crate) fn fits(text: &str) -> bool {
                static WHOLE: OnceLock<Option<Regex>> = OnceLock::new();
                let regex = WHOLE.get_or_init(|| Regex::new($pattern).ok());
                text.len() <= $max && regex.as_ref().is_some_and(|regex| regex.is_match(text))
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({"type": "string", "pattern": $pattern, "maxLength": $max, "x-hint": $hint})
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

word!(
    /// Name of an app, a process, a service or a volume: a DNS label (RFC 1123) that begins with a letter, as
    /// Kubernetes asks of a Service, short enough for what is put behind it.
    Name, "^[a-z]([-a-z0-9]*[a-z0-9])?$", 40,
    "lower-case letters, digits and inner hyphens, beginning with a letter, at most 40 characters"
);
word!(
    /// Name of an environment. No hyphen, so that `<app>-<env>` can be read back.
    EnvironmentName, "^[a-z][a-z0-9]*$", 20,
    "lower-case letters and digits, no hyphen, at most 20 characters"
);
word!(
    /// A point in time, or whatever else tells one start from another.
    Stamp, "^[A-Za-z0-9][A-Za-z0-9:._+-]*$", 63,
    "a time such as \"2026-11-23T10:39:00Z\""
);
word!(
    /// Name of an environment variable (POSIX 3.230).
    VariableName, "^[A-Za-z_][A-Za-z0-9_]*$", 253,
    "letters, digits and underscores, not beginning with a digit"
);
word!(
    /// Name of an object in the cluster that others make: a DNS subdomain (RFC 1123).
    ObjectName, r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$", 253,
    "lower-case letters, digits, inner hyphens and dots"
);
word!(
    /// A host name (RFC 1123), in lower case. The last label begins with a letter, as all on the internet do, so that an
    /// IP address is none: an Ingress takes no address for a host.
    Host, r"^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z]([-a-z0-9]{0,61}[a-z0-9])?$", 253,
    "a full host name in lower case, such as tasks.example.com, and no IP address"
);
word!(
    /// A host name, or all that are one label longer: `*.example.com`.
    HostPattern, r"^(\*\.)?([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z]([-a-z0-9]{0,61}[a-z0-9])?$", 253,
    "a host name such as shop.example.com, or *.example.com, and no IP address"
);
word!(
    /// An amount of storage or memory, a Kubernetes quantity.
    Amount, "^[1-9][0-9]*(\\.[0-9]+)?(Ki|Mi|Gi|Ti|Pi|k|M|G|T|P)?$", 20,
    "a number with a unit, such as 512Mi or 5Gi"
);
word!(
    /// An amount of CPU, a Kubernetes quantity.
    Cpu, "^[0-9]+(\\.[0-9]+)?m?$", 20,
    "cores, such as 0.5, or thousandths of a core, such as 250m"
);
word!(
    /// A time.
    Duration, "^[1-9][0-9]*(ms|s|m|h|d)$", 12,
    "a number with a unit, such as 30s, 15m, 6h or 7d"
);
word!(
    /// How long something takes or lasts.
    Lapse, "^([1-9][0-9]{0,5}[smhd])+$", 24,
    "a number with a unit, such as 30m, 2h, 1h30m or 2d"
);
word!(
    /// A day, or a time of a day, by the clocks of some place.
    LocalTime, "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2})?)?$", 19,
    "a day such as 2026-12-20, or a time such as 2026-12-20T16:00; its zone is `timeZone`"
);
word!(
    /// Name of a variable that a recipe gives, or the beginning of one.
    UpperName, "^[A-Z][A-Z0-9_]*$", 100,
    "upper-case letters, digits and underscores, beginning with a letter"
);
word!(
    /// A day.
    Date, "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", 10,
    "a day such as 2026-11-12"
);
word!(
    /// A path inside the container.
    ContainerPath, "^/[^\\x00-\\x1f\\x7f-\\x9f\\ufffe\\uffff:]*$", 1024,
    "an absolute path inside the container, without a colon"
);
word!(
    /// A path of a URL.
    UrlPath, "^/[^\\x00-\\x20\\x7f-\\x9f\\ufffe\\uffff]*$", 1024,
    "a path that begins with /, without spaces"
);

impl Date {
    /// When it begins, in seconds since 1970; nothing where there is no such day.
    pub(crate) fn begins(&self) -> Option<i64> {
        let day: jiff::civil::Date = self.0.parse().ok()?;
        Some(day.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second())
    }
}

/// A mapping whose keys are words: the schema of the keys gets the word's pattern and hint.
pub(crate) fn keyed<K: JsonSchema, V: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    let names = K::json_schema(generator);
    let values = generator.subschema_for::<V>();
    json_schema!({"type": "object", "propertyNames": names, "additionalProperties": values})
}

/// A command: one line for a shell, or the words of the program and its arguments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Command {
    /// Run by `/bin/sh -c`.
    Line(String),
    /// Run as it is, without a shell.
    Words(Vec<String>),
}

impl JsonSchema for Command {
    fn schema_name() -> Cow<'static, str> {
        "Command".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let hint = "a line such as \"gunicorn app:app\", or a list such as [python, app.py]";
        json_schema!({
            "anyOf": [
                {"type": "string", "minLength": 1, "x-hint": hint},
                {"type": "array", "minItems": 1, "items": Text::json_schema(&mut SchemaGenerator::default())},
            ],
            "x-hint": hint,
        })
    }
}

impl<'de> Deserialize<'de> for Command {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        UntaggedEnumVisitor::new()
            .expecting("a command line or a list of words")
            .string(|text| Ok(Command::Line(text.to_owned())))
            .seq(|seq| {
                let words: Vec<Text> = seq.deserialize()?;
                Ok(Command::Words(words.into_iter().map(|Text(word)| word).collect()))
            })
            .deserialize(deserializer)
    }
}

/// Settings by name, in the order of the names.
pub(crate) type Named<V> = BTreeMap<String, V>;
