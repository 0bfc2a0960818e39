//! A JSON value against a structural schema becomes violations: all of them, in the order of the document.
//! The walk follows the value, so that a schema which refers to itself ends where the value ends.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::node::{Additional, Node, Version};
use super::violation::{Segment, Violation, ViolationKind};
use super::{leaf, words};

/// Finds what `$ref` names.
pub(crate) trait Resolver {
    /// The schema that `reference` (with its `#/definitions/`) stands for; nothing if there is none, and then
    /// nothing is asked of the value.
    fn resolve(&self, reference: &str) -> Option<Arc<Node>>;
}

/// How a set of schemas wants to be read.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Habits {
    /// A mapping with named properties takes no others, unless it says so.
    pub(crate) closed: bool,
    /// `null` for something optional is nothing at all.
    pub(crate) null_is_absent: bool,
    /// The Kubernetes version that since and until are compared with.
    pub(crate) version: Option<Version>,
    /// The object is encrypted with SOPS: its `sops` key and its `ENC[…]` values are not looked at.
    pub(crate) encrypted: bool,
}

/// How deep schemas may refer to each other without going deeper into the value.
pub(crate) const DEEPEST_REFERENCES: usize = 32;

/// One walk over one value.
pub(crate) struct Walk<'a> {
    pub(crate) resolver: &'a dyn Resolver,
    pub(crate) habits: Habits,
    pub(crate) path: Vec<Segment>,
    pub(crate) found: Vec<Violation>,
    references: usize,
}

impl<'a> Walk<'a> {
    /// A walk that begins at the root of a value.
    pub(crate) fn new(resolver: &'a dyn Resolver, habits: Habits) -> Self {
        Self { resolver, habits, path: Vec::new(), found: Vec::new(), references: 0 }
    }

    /// Adds a violation of the value that the walk is at.
    pub(crate) fn say(&mut self, message: impl Into<String>, hint: Option<String>) {
        self.say_that(ViolationKind::Other, message, hint);
    }

    /// The same of a sort that something is decided by.
    pub(crate) fn say_that(&mut self, kind: ViolationKind, message: impl Into<String>, hint: Option<String>) {
        let violation = Violation::new(self.path.clone(), message);
        self.found.push(Violation { kind, hint, ..violation });
    }

    /// Checks `value` against `node`, which alone decides what else a mapping may hold.
    pub(crate) fn check(&mut self, node: &Node, value: &Value) {
        self.check_in(node, value, self.habits.closed);
    }

    /// As `check`; `closed` is off inside anyOf and its like, which only add to what the outer schema names.
    pub(crate) fn check_in(&mut self, node: &Node, value: &Value, closed: bool) {
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
        self.habits.encrypted && value.as_str().is_some_and(|text| text.starts_with("ENC["))
    }

    fn is_absent(&self, value: Option<&Value>) -> bool {
        value.is_none_or(|value| value.is_null() && self.habits.null_is_absent)
    }

    fn mapping(&mut self, node: &Node, map: &Map<String, Value>, closed: bool) {
        for name in &node.required {
            let given = map.get(name);
            let null_is_fine = node.properties.get(name).is_some_and(|property| property.nullable);
            if self.is_absent(given) && !(given.is_some() && null_is_fine) {
                self.say_that(ViolationKind::MissingKey, format!("missing key {name:?}"), None);
            }
        }
        if let Some(message) = leaf::outside(node.size, map.len(), "key") {
            self.say(message, None);
        }
        let references = std::mem::take(&mut self.references);
        for (key, value) in map {
            if self.path.is_empty() && self.habits.encrypted && key == "sops" {
                continue;
            }
            self.path.push(Segment::Key(key.clone()));
            self.entry(node, map, key, value, closed);
            self.path.pop();
        }
        self.references = references;
    }

    fn entry(&mut self, node: &Node, map: &Map<String, Value>, key: &str, value: &Value, closed: bool) {
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

    fn deeper(&mut self, node: &Node, value: &Value, closed: bool) {
        let references = std::mem::take(&mut self.references);
        self.check_in(node, value, closed);
        self.references = references;
    }

    fn unknown(&mut self, node: &Node, map: &Map<String, Value>, key: &str) {
        // A key that is already there is hardly what was meant.
        let free = || node.properties.keys().map(String::as_str).filter(|name| !map.contains_key(*name));
        let hint = words::suggestion(key, free());
        self.say(format!("unknown key {key:?}"), hint);
        if let Some(last) = self.found.last_mut() {
            last.at_key = true;
        }
    }

    /// Says where the schema is of another Kubernetes version than the one that is asked about.
    pub(crate) fn check_version(&mut self, node: &Node) {
        let Some(have) = self.habits.version else { return };
        let platform = format!("the platform says {}.{}", have.0, have.1);
        let message = match (node.since, node.until) {
            (Some(since), _) if have < since => {
                format!("needs Kubernetes {}.{}, {platform}", since.0, since.1)
            }
            (_, Some(until)) if have >= until => {
                format!("is gone since Kubernetes {}.{}, {platform}", until.0, until.1)
            }
            _ => return,
        };
        self.found.push(Violation::new(self.path.clone(), message).at_key());
    }

    fn list(&mut self, node: &Node, list: &[Value], closed: bool) {
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
