//! A JSON Schema as text becomes a [`SchemaNode`], in which every keyword that the checker reads has been found
//! once. Keywords that it does not know are left out: a schema can only ask for more than is checked.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use regex_lite::Regex;
use serde_json::{Map, Value};

/// A Kubernetes version, (major, minor).
pub type Version = (u32, u32);

/// The types that a value may have, one bit each; none means any.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Types(pub u8);

impl Types {
    pub(crate) const NULL: u8 = 1;
    pub(crate) const BOOLEAN: u8 = 2;
    pub(crate) const INTEGER: u8 = 4;
    pub(crate) const NUMBER: u8 = 8;
    pub(crate) const STRING: u8 = 16;
    pub(crate) const ARRAY: u8 = 32;
    pub(crate) const OBJECT: u8 = 64;
    /// Bit and the word for it, in the order in which a message names them.
    pub(crate) const WORDS: [(u8, &'static str); 7] = [
        (Self::STRING, "a string"),
        (Self::INTEGER, "a whole number"),
        (Self::NUMBER, "a number"),
        (Self::BOOLEAN, "true or false"),
        (Self::ARRAY, "a list"),
        (Self::OBJECT, "a mapping"),
        (Self::NULL, "nothing"),
    ];

    fn of(schema: &Map<String, Value>) -> Self {
        let bit = |name: &Value| match name.as_str() {
            Some("null") => Self::NULL,
            Some("boolean") => Self::BOOLEAN,
            Some("integer") => Self::INTEGER,
            Some("number") => Self::NUMBER,
            Some("string") => Self::STRING,
            Some("array") => Self::ARRAY,
            Some("object") => Self::OBJECT,
            _ => 0,
        };
        let mut bits = match schema.get("type") {
            Some(Value::Array(list)) => list.iter().map(bit).fold(0, |all, one| all | one),
            Some(one) => bit(one),
            None => 0,
        };
        if schema.get("x-kubernetes-int-or-string") == Some(&Value::Bool(true)) {
            bits = Self::STRING | Self::INTEGER;
        }
        if bits != 0 && schema.get("nullable") == Some(&Value::Bool(true)) {
            bits |= Self::NULL;
        }
        Self(bits)
    }
}

/// A regular expression, made when it is first asked for.
#[derive(Debug)]
pub(crate) struct Pattern {
    pub(crate) text: String,
    made: OnceLock<Option<Regex>>,
}

impl Pattern {
    fn new(text: &str) -> Self {
        Self { text: text.to_owned(), made: OnceLock::new() }
    }

    /// Whether `text` matches; a pattern that this engine cannot read refuses nothing.
    pub(crate) fn matches(&self, text: &str) -> bool {
        // Schemas are written for ECMAScript or Go, where `\/` and `\_` are allowed escapes.
        let make =
            || Regex::new(&self.text.replace("\\/", "/").replace("\\_", "_").replace("\\x60", "`")).ok();
        self.made.get_or_init(make).as_ref().is_none_or(|regex| regex.is_match(text))
    }
}

/// What may stand in a mapping beside the properties that are named.
#[derive(Debug, Default)]
pub(crate) enum Additional {
    /// The schema does not say.
    #[default]
    Unsaid,
    Open,
    Closed,
    Schema(Box<SchemaNode>),
}

/// Which values of a list may not stand twice.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) enum Unique {
    #[default]
    No,
    Whole,
    /// By the values of these keys.
    Keys(Vec<String>),
}

/// One schema; see the module's words.
#[derive(Debug, Default)]
pub(crate) struct SchemaNode {
    pub(crate) types: Types,
    pub(crate) reference: Option<String>,
    pub(crate) properties: BTreeMap<String, SchemaNode>,
    pub(crate) required: Vec<String>,
    pub(crate) additional: Additional,
    pub(crate) patterned: Vec<(Pattern, SchemaNode)>,
    pub(crate) key_names: Option<Box<SchemaNode>>,
    pub(crate) items: Option<Box<SchemaNode>>,
    pub(crate) unique: Unique,
    pub(crate) choices: Option<Vec<Value>>,
    pub(crate) all_of: Vec<SchemaNode>,
    pub(crate) any_of: Vec<SchemaNode>,
    pub(crate) one_of: Vec<SchemaNode>,
    pub(crate) not: Option<Box<SchemaNode>>,
    pub(crate) minimum: Option<f64>,
    pub(crate) maximum: Option<f64>,
    pub(crate) above: Option<f64>,
    pub(crate) below: Option<f64>,
    pub(crate) length: (Option<u64>, Option<u64>),
    pub(crate) count: (Option<u64>, Option<u64>),
    pub(crate) size: (Option<u64>, Option<u64>),
    pub(crate) pattern: Option<Pattern>,
    pub(crate) format: Option<String>,
    pub(crate) nullable: bool,
    pub(crate) preserve: bool,
    pub(crate) since: Option<Version>,
    pub(crate) until: Option<Version>,
    pub(crate) hint: Option<String>,
    /// What to write where a mapping lacks this key.
    pub(crate) missing: Option<String>,
    /// `false` as a schema: nothing fits.
    pub(crate) never: bool,
}

impl SchemaNode {
    /// Reads one schema and all inside it.
    pub(crate) fn new(schema: &Value) -> Self {
        let Some(map) = schema.as_object() else {
            return Self { never: schema == &Value::Bool(false), ..Self::default() };
        };
        let number = |key: &str| map.get(key).and_then(Value::as_f64);
        let count = |key: &str| map.get(key).and_then(Value::as_u64);
        let text = |key: &str| map.get(key).and_then(Value::as_str);
        let is = |key: &str| map.get(key) == Some(&Value::Bool(true));
        let exclusive = |key: &str, plain: Option<f64>| if is(key) { plain } else { number(key) };
        let (minimum, maximum) = (number("minimum"), number("maximum"));
        Self {
            types: Types::of(map),
            reference: text("$ref").map(ToOwned::to_owned),
            properties: named(map.get("properties")),
            required: texts(map.get("required")),
            additional: additional(map),
            patterned: patterned(map),
            key_names: inner(map.get("propertyNames")),
            items: inner(map.get("items")),
            unique: unique(map),
            choices: map
                .get("const")
                .map(|one| vec![one.clone()])
                .or_else(|| map.get("enum")?.as_array().cloned()),
            all_of: list(map.get("allOf")),
            any_of: list(map.get("anyOf")),
            one_of: list(map.get("oneOf")),
            not: inner(map.get("not")),
            above: exclusive("exclusiveMinimum", minimum),
            below: exclusive("exclusiveMaximum", maximum),
            minimum: minimum.filter(|_| !is("exclusiveMinimum")),
            maximum: maximum.filter(|_| !is("exclusiveMaximum")),
            length: (count("minLength"), count("maxLength")),
            count: (count("minItems"), count("maxItems")),
            size: (count("minProperties"), count("maxProperties")),
            pattern: text("pattern").map(Pattern::new),
            format: text("format").map(ToOwned::to_owned),
            nullable: is("nullable"),
            preserve: is("x-kubernetes-preserve-unknown-fields"),
            since: text("x-since").and_then(version),
            until: text("x-until").and_then(version),
            hint: text("x-hint").map(ToOwned::to_owned),
            missing: text("x-missing").map(ToOwned::to_owned),
            never: false,
        }
    }
}

/// `1.35` as numbers.
pub(crate) fn version(text: &str) -> Option<Version> {
    let (major, minor) = text.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

fn inner(schema: Option<&Value>) -> Option<Box<SchemaNode>> {
    schema.filter(|one| one.is_object() || one.is_boolean()).map(|one| Box::new(SchemaNode::new(one)))
}

fn list(schemas: Option<&Value>) -> Vec<SchemaNode> {
    schemas.and_then(Value::as_array).into_iter().flatten().map(SchemaNode::new).collect()
}

fn named(schemas: Option<&Value>) -> BTreeMap<String, SchemaNode> {
    let entries = schemas.and_then(Value::as_object).into_iter().flatten();
    entries.map(|(name, schema)| (name.clone(), SchemaNode::new(schema))).collect()
}

fn patterned(map: &Map<String, Value>) -> Vec<(Pattern, SchemaNode)> {
    let entries = map.get("patternProperties").and_then(Value::as_object).into_iter().flatten();
    entries.map(|(pattern, schema)| (Pattern::new(pattern), SchemaNode::new(schema))).collect()
}

fn texts(list: Option<&Value>) -> Vec<String> {
    let items = list.and_then(Value::as_array).into_iter().flatten();
    items.filter_map(Value::as_str).map(ToOwned::to_owned).collect()
}

fn additional(map: &Map<String, Value>) -> Additional {
    match map.get("additionalProperties") {
        Some(Value::Bool(true)) => Additional::Open,
        Some(Value::Bool(false)) => Additional::Closed,
        Some(schema) => Additional::Schema(Box::new(SchemaNode::new(schema))),
        None => Additional::Unsaid,
    }
}

fn unique(map: &Map<String, Value>) -> Unique {
    match map.get("x-kubernetes-list-type").and_then(Value::as_str) {
        Some("map") => Unique::Keys(texts(map.get("x-kubernetes-list-map-keys"))),
        Some("set") => Unique::Whole,
        _ if map.get("uniqueItems") == Some(&Value::Bool(true)) => Unique::Whole,
        _ => Unique::No,
    }
}
