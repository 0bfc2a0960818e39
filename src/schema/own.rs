//! JSON Schemas of our own files: a schema and a value become violations. Such a schema is open unless it
//! says `additionalProperties: false`, and `null` is a value.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use crate::schema::node::SchemaNode;
use crate::schema::violation::{Violation, in_document_order};
use crate::schema::walk::{Dialect, Resolver, Walk};

/// A JSON Schema of our own files. Each of its parts is read once, when it is first asked for.
#[derive(Debug)]
pub struct OwnSchema {
    schema: Value,
    read: Mutex<BTreeMap<String, Option<Arc<SchemaNode>>>>,
}

impl OwnSchema {
    /// The schema that is written in `schema`.
    pub fn new(schema: Value) -> Self {
        Self { schema, read: Mutex::default() }
    }

    /// Everything that is wrong with `value`, in its order.
    pub fn violations(&self, value: &Value) -> Vec<Violation> {
        let mut walk = Walk::new(self, Dialect::default());
        if let Some(root) = self.resolve("#") {
            walk.check(&root, value);
        }
        let mut found = walk.found;
        in_document_order(value, &mut found);
        found
    }
}

impl Resolver for OwnSchema {
    fn resolve(&self, reference: &str) -> Option<Arc<SchemaNode>> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = read.get(reference) {
            return known.clone();
        }
        let target = reference.strip_prefix('#').and_then(|pointer| self.schema.pointer(pointer));
        let node = target.map(|schema| Arc::new(SchemaNode::new(schema)));
        read.insert(reference.to_owned(), node.clone());
        node
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::OwnSchema;

    fn said(schema: &Value, value: &Value) -> Vec<String> {
        OwnSchema::new(schema.clone()).violations(value).iter().map(ToString::to_string).collect()
    }

    fn hint(schema: &Value, value: &Value) -> Option<String> {
        OwnSchema::new(schema.clone()).violations(value).into_iter().find_map(|one| one.hint)
    }

    #[test]
    fn each_keyword_says_what_it_expected() {
        for (schema, value, expected) in [
            (json!({"type": "integer"}), json!("5"), ": expected a whole number, found a string"),
            (json!({"type": ["string", "null"]}), json!(true), ": expected a string, found true"),
            (
                json!({"type": ["integer", "number", "string"]}),
                json!([]),
                ": expected a string or a number, found a list",
            ),
            (json!({"type": "number", "minimum": 1}), json!(0.5), ": must be at least 1"),
            (json!({"exclusiveMaximum": 3}), json!(3), ": must be less than 3"),
            (json!({"type": "integer", "format": "int32"}), json!(3_000_000_000u64), ": is out of range"),
            (json!({"type": "integer", "format": "int64"}), json!(1u64 << 63), ": is out of range"),
            (json!({"type": "integer"}), json!(1u64 << 63), ": is out of range"),
            (json!({"type": "integer"}), json!(-9.3e18), ": is out of range"),
            (json!({"minLength": 1}), json!(""), ": must have at least 1 character, has 0"),
            (json!({"pattern": "^a+$"}), json!("b"), ": does not match ^a+$"),
            (json!({"enum": ["a", "b"]}), json!("c"), r#": must be one of "a", "b""#),
            (json!({"const": 1}), json!(2), ": must be 1"),
            (json!({"maxItems": 1}), json!([1, 2]), ": must have at most 1 item, has 2"),
            (json!({"uniqueItems": true}), json!([1, 2, 1]), "[2]: is a duplicate"),
            (json!({"items": {"type": "string"}}), json!(["a", 1]), "[1]: expected a string, found a number"),
            (json!({"minProperties": 1}), json!({}), ": must have at least 1 key, has 0"),
            (json!({"required": ["a"]}), json!({}), ": missing key \"a\""),
            (json!({"additionalProperties": false}), json!({"a": 1}), "a: unknown key \"a\""),
            (
                json!({"additionalProperties": {"type": "string"}}),
                json!({"a": 1}),
                "a: expected a string, found a number",
            ),
            (
                json!({"patternProperties": {"^x": {"type": "string"}}}),
                json!({"xa": 1}),
                "xa: expected a string, found a number",
            ),
            (
                json!({"propertyNames": {"pattern": "^[A-Z]+$"}}),
                json!({"a": 1}),
                "a: does not match ^[A-Z]+$",
            ),
            (json!({"properties": {"a": false}}), json!({"a": 1}), "a: is not allowed here"),
            (json!({"not": {"type": "string"}}), json!("a"), ": is not allowed here"),
            (
                json!({"allOf": [{"type": "string"}, {"maxLength": 1}]}),
                json!("ab"),
                ": must have at most 1 character, has 2",
            ),
            (
                json!({"$ref": "#/$defs/A", "$defs": {"A": {"type": "array"}}}),
                json!(1),
                ": expected a list, found a number",
            ),
        ] {
            assert_eq!(said(&schema, &value), [expected], "{schema}");
        }
    }

    #[test]
    fn what_fits_says_nothing() {
        for (schema, value) in [
            (json!({"properties": {"a": {}}}), json!({"b": 1})),
            (json!({"type": "integer"}), json!(1.0)),
            (json!({"type": "integer", "format": "int64"}), json!(i64::MAX)),
            (json!({"type": "integer"}), json!(i64::MIN)),
            (json!({"type": "number"}), json!(1u64 << 63)),
            (
                json!({"anyOf": [{"$ref": "#/$defs/A"}, {"type": "null"}], "$defs": {"A": {"type": "object"}}}),
                json!(null),
            ),
            (json!({"$ref": "#"}), json!({"a": 1})),
            (json!({"$ref": "#/nowhere"}), json!(1)),
            (json!({"pattern": "(?=unsupported)"}), json!("a")),
            (json!({"patternProperties": {"^x": {}}, "additionalProperties": false}), json!({"xa": 1})),
            (json!(true), json!(1)),
        ] {
            assert_eq!(said(&schema, &value), [""; 0], "{schema}");
        }
    }

    /// How schemars writes `services: [name | {name: {version, …}}]`.
    #[test]
    fn of_several_forms_the_one_that_was_meant_speaks() {
        let schema = json!({"anyOf": [
            {"type": "string", "pattern": "^[a-z]+$", "x-hint": "a name such as redis"},
            {"type": "object", "properties": {"redis": {"$ref": "#/$defs/Service"}}, "additionalProperties": false},
        ], "$defs": {"Service": {"type": "object", "properties": {"version": {"type": "string"}}, "additionalProperties": false}}});
        assert_eq!(said(&schema, &json!({"redis": {"vers": "8"}})), ["redis.vers: unknown key \"vers\""]);
        assert_eq!(said(&schema, &json!("Redis")), [": does not match ^[a-z]+$"]);
        assert_eq!(hint(&schema, &json!("Redis")), Some("a name such as redis".to_owned()));
        assert_eq!(said(&schema, &json!(5)), [": expected a string or a mapping, found a number"]);
        let tagged = json!({"oneOf": [{"const": "flux"}, {"const": "argocd"}]});
        assert_eq!(said(&tagged, &json!("fluxx")), [r#": must be one of "flux", "argocd""#]);
        assert_eq!(hint(&tagged, &json!("fluxx")), Some(r#"did you mean "flux"?"#.to_owned()));
        let keys = json!({"oneOf": [{"required": ["a"]}, {"required": ["b"]}]});
        assert_eq!(said(&keys, &json!({})), [r#": needs one of the keys "a", "b""#]);
        assert_eq!(said(&keys, &json!({"a": 1, "b": 1})), [r#": only one of the keys "a", "b" may be set"#]);
    }

    #[test]
    fn all_is_said_in_the_order_of_the_document() {
        let schema =
            json!({"properties": {"a": {"type": "string"}, "b": {"type": "string"}}, "required": ["c"]});
        let value = json!({"b": 1, "a": 2});
        assert_eq!(
            said(&schema, &value),
            [
                ": missing key \"c\"",
                "b: expected a string, found a number",
                "a: expected a string, found a number"
            ]
        );
    }
}
