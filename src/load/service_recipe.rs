//! The parts of a `recipe.yaml` that only services have: what their program is given, and what becomes of it when its
//! version changes.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Deserializer;
use serde::{Deserialize, Serialize};
use serde_untagged::UntaggedEnumVisitor;

use crate::load::scalars::{Amount, Cpu, Named, Text, UrlPath};

/// How much a service's program gets where the app says nothing, and the least that it runs with.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceResources {
    /// What is set aside of memory, and the most.
    pub memory: Option<MemoryRule>,
    /// What is set aside of CPU.
    pub cpu: Option<CpuRule>,
}

/// Memory of a service.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MemoryRule {
    /// What it gets where the app says nothing.
    pub default: Amount,
    /// The least that an app may say.
    pub least: Option<Amount>,
}

/// CPU of a service.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CpuRule {
    /// What it gets where the app says nothing.
    pub default: Cpu,
    /// The least that an app may say.
    pub least: Option<Cpu>,
}

/// What a change of a service's version means for its data, where that is not what every change of a major version means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpgradeRule {
    /// The version that wrote the data; `8` is every `8.x`.
    #[schemars(extend("x-missing" = "the version that wrote the data: `from: \"16\"`"))]
    pub from: String,
    /// The version that is to read it.
    #[schemars(extend("x-missing" = "the version that is to read it: `to: \"17\"`"))]
    pub to: String,
    /// Whether the server does it by itself; default: no, and it is refused unless somebody insists.
    #[serde(default)]
    pub allowed: bool,
    /// What a person does before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<String>,
}

/// One step of changing a service's credentials. Templates with `app`, `environment`, `namespace`, `name` (the service's)
/// and `secret` in them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RotationStep {
    /// What happens, and why now.
    #[schemars(extend("x-missing" = "what happens, and why now: `say: The server still knows the old password.`"))]
    pub say: String,
    /// A command that does it.
    pub run: Option<String>,
}

/// How a release command's Job knows that a service answers: a command, or a path that answers 2xx.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ping {
    /// Program and arguments, templates with `service` in them.
    #[serde(default)]
    #[schemars(length(max = 100))]
    pub command: Vec<String>,
    /// A path of the service, in the place of a command.
    pub http: Option<HttpPing>,
    /// Variables of the command.
    #[serde(default)]
    pub env: Named<PingVariable>,
    /// The most memory that it takes; default 256Mi.
    pub memory: Option<Amount>,
    /// The image that has the program, a template; default: the service's own.
    pub image: Option<String>,
}

/// A variable of a ping: a text, which is a template, or a key of the service's Secret.
#[derive(Debug, Clone, PartialEq)]
pub enum PingVariable {
    /// A template.
    Value(String),
    /// A key of the Secret.
    Secret(String),
}

/// `{secret: password}`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OfSecret {
    /// The key.
    secret: String,
}

impl JsonSchema for PingVariable {
    fn schema_name() -> Cow<'static, str> {
        "PingVariable".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let secret = generator.subschema_for::<OfSecret>();
        let hint = "a text, or {secret: password}";
        json_schema!({"anyOf": [Text::json_schema(generator), secret], "x-hint": hint})
    }
}

impl<'de> Deserialize<'de> for PingVariable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        UntaggedEnumVisitor::new()
            .expecting("a text, or {secret: a key}")
            .string(|text| Ok(Self::Value(text.to_owned())))
            .map(|map| map.deserialize::<OfSecret>().map(|of| Self::Secret(of.secret)))
            .deserialize(deserializer)
    }
}

/// A path of a service that answers 2xx once it is ready.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HttpPing {
    /// The path.
    pub path: UrlPath,
    /// The port; default: the service's own.
    #[schemars(range(min = 1, max = 65535))]
    pub port: Option<u16>,
}
