//! A JSON value against a structural schema becomes violations: all of them, in the order of the document.
//! The walk follows the value, so that a schema which refers to itself ends where the value ends.

use crate::schema::violation::Violation;
use crate::schema::walk::DEEPEST_REFERENCES;
use serde_json::{Map, Value};

use crate::schema::node::{Additional, SchemaNode, Types};
use crate::schema::violation::{Fault, Segment};
use crate::schema::walk::Walk;
use crate::schema::{leaf, suggest};

/// The most keys that are named where one was expected.
const CROWD: usize = 6;

impl Walk<'_> {
    /// Checks `value` against `node`, which alone decides what else a mapping may hold.
    pub(crate) fn check(&mut self, node: &SchemaNode, value: &Value) {
        self.check_in(node, value, self.dialect.closed);
    }

    /// As `check`; `closed` is off inside anyOf and its like, which only add to what the outer schema names.
    pub(crate) fn check_in(&mut self, node: &SchemaNode, value: &Value, closed: bool) {
        if node.never {
            return self.say("is not allowed here", None);
        }
        if self.is_opaque(value) || (value.is_null() && node.nullable) {
            return;
        }
        if let Some(reference) = &node.reference {
            self.follow(reference, value, closed);
        }
        if !leaf::check(self, node, value) {
            return;
        }
        match value {
            Value::Object(map) => self.mapping(node, map, closed),
            Value::Array(list) => self.list(node, list, closed),
            _ => {}
        }
        self.combined(node, value);
    }

    fn follow(&mut self, reference: &str, value: &Value, closed: bool) {
        if self.references >= DEEPEST_REFERENCES {
            return;
        }
        if let Some(target) = self.resolver.resolve(reference) {
            self.references += 1;
            self.check_in(&target, value, closed);
            self.references -= 1;
        }
    }

    fn is_opaque(&self, value: &Value) -> bool {
        self.dialect.encrypted && value.as_str().is_some_and(|text| text.starts_with("ENC["))
    }

    fn is_absent(&self, value: Option<&Value>) -> bool {
        value.is_none_or(|value| value.is_null() && self.dialect.null_is_absent)
    }

    fn mapping(&mut self, node: &SchemaNode, map: &Map<String, Value>, closed: bool) {
        for name in &node.required {
            let given = map.get(name);
            let null_is_fine = node.properties.get(name).is_some_and(|property| property.nullable);
            if self.is_absent(given) && !(given.is_some() && null_is_fine) {
                let blank = node.properties.get(name).map_or(Value::Null, |property| self.blank(property));
                let fault = Fault::MissingKey { key: name.clone(), blank };
                let violation = Violation::new(self.path.clone(), format!("missing key {name:?}"));
                let hint = node.properties.get(name).and_then(|property| property.missing.clone());
                self.found.push(Violation { hint, ..violation.fault(fault) });
            }
        }
        if let Some(message) = leaf::outside(node.size, map.len(), "key") {
            if node.size.1 == Some(1) && map.len() > 1 {
                // What the others hold says nothing while they are in the wrong place.
                let keys = suggest::quoted(map.keys().map(String::as_str).take(CROWD));
                let message = format!("expected one key, found {}: {keys}", map.len());
                return self.say_fault(Fault::Crowded, message, None);
            }
            self.say(message, None);
        }
        let references = std::mem::take(&mut self.references);
        for (key, value) in map {
            if self.path.is_empty() && self.dialect.encrypted && key == "sops" {
                continue;
            }
            self.path.push(Segment::Key(key.clone()));
            self.entry(node, map, key, value, closed);
            self.path.pop();
        }
        self.references = references;
    }

    fn entry(&mut self, node: &SchemaNode, map: &Map<String, Value>, key: &str, value: &Value, closed: bool) {
        if let Some(names) = &node.key_names {
            let before = self.found.len();
            self.check_in(names, &Value::String(key.to_owned()), false);
            self.found[before..].iter_mut().for_each(|one| one.at_key = true);
        }
        let absent = self.is_absent(Some(value));
        if let Some(property) = node.properties.get(key) {
            if !absent {
                self.check_version(property);
                self.deeper(property, value, closed);
            }
            return;
        }
        let mut known = false;
        for (pattern, schema) in &node.patterned {
            if pattern.matches(key) {
                known = true;
                self.deeper(schema, value, closed);
            }
        }
        match &node.additional {
            _ if known => {}
            Additional::Schema(schema) if !absent => self.deeper(schema, value, closed),
            Additional::Closed => self.unknown(node, map, key),
            Additional::Unsaid if closed && !node.preserve && !node.properties.is_empty() => {
                self.unknown(node, map, key);
            }
            _ => {}
        }
    }

    fn deeper(&mut self, node: &SchemaNode, value: &Value, closed: bool) {
        let references = std::mem::take(&mut self.references);
        self.check_in(node, value, closed);
        self.references = references;
    }

    fn unknown(&mut self, node: &SchemaNode, map: &Map<String, Value>, key: &str) {
        // A key that is already there is hardly what was meant.
        let known = node.properties.keys().map(String::as_str);
        let meant = suggest::nearest(key, known.clone().filter(|name| !map.contains_key(*name)));
        let hint = meant.map(suggest::meant).or_else(|| suggest::listed(known));
        let fault = Fault::UnknownKey { meant: meant.map(ToOwned::to_owned) };
        let violation = Violation::new(self.path.clone(), format!("unknown key {key:?}")).at_key();
        self.found.push(Violation { hint, ..violation.fault(fault) });
    }

    /// An empty value of the type that `node` asks for.
    fn blank(&self, node: &SchemaNode) -> Value {
        let target = node.reference.as_deref().and_then(|name| self.resolver.resolve(name));
        let choices = node.choices.clone().or_else(|| target.as_ref()?.choices.clone());
        let variants = target.as_ref().map_or(&node.one_of, |target| &target.one_of);
        let variant = || variants.iter().find_map(|variant| variant.choices.clone());
        if let Some(first) = choices.or_else(variant).and_then(|choices| choices.into_iter().next()) {
            return first;
        }
        let has = |bit: u8| self.types(node).0 & bit != 0;
        match () {
            () if has(Types::STRING) => Value::String(String::new()),
            () if has(Types::OBJECT) => Value::Object(Map::new()),
            () if has(Types::ARRAY) => Value::Array(Vec::new()),
            () if has(Types::INTEGER | Types::NUMBER) => Value::from(0),
            () if has(Types::BOOLEAN) => Value::Bool(false),
            () => Value::Null,
        }
    }

    /// Says where the schema is of another Kubernetes version than the one that is asked about.
    pub(crate) fn check_version(&mut self, node: &SchemaNode) {
        let Some(have) = self.dialect.version else { return };
        let platform = format!("the platform has {}.{}", have.0, have.1);
        let message = match (node.since, node.until) {
            (Some(since), _) if have < since => {
                format!("needs Kubernetes {}.{}, {platform}", since.0, since.1)
            }
            (_, Some(until)) if have >= until => {
                format!("was removed in Kubernetes {}.{}, {platform}", until.0, until.1)
            }
            _ => return,
        };
        self.found.push(Violation::new(self.path.clone(), message).at_key());
    }

    fn list(&mut self, node: &SchemaNode, list: &[Value], closed: bool) {
        if let Some(message) = leaf::outside(node.count, list.len(), "item") {
            self.say(message, None);
        }
        if let Some(items) = &node.items {
            for (index, item) in list.iter().enumerate() {
                self.path.push(Segment::Index(index));
                self.deeper(items, item, closed);
                self.path.pop();
            }
        }
        leaf::duplicates(self, &node.unique, list);
    }
}
