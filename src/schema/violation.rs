//! What a check says: a [`Violation`] is a place inside a JSON value and a sentence for the person who wrote
//! it. A violation never holds a value of the file, which may be a secret, only keys and what was expected.

use std::fmt;

use serde_json::Value;

/// One step from a value to a value inside it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Segment {
    /// Into a mapping.
    Key(String),
    /// Into a list, counted from 0.
    Index(usize),
}

/// What has to change in the value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Fault {
    /// What stands at the path.
    #[default]
    Value,
    /// The last key of the path, which is not known there.
    UnknownKey {
        /// The key that was probably meant; it is not in the mapping yet.
        meant: Option<String>,
    },
    /// A key that the mapping at the path lacks.
    MissingKey {
        /// The key.
        key: String,
        /// An empty value of the type that is asked for.
        blank: Value,
    },
    /// A number, or true or false, where a text has to stand.
    NotText,
    /// A text that does not match a pattern.
    Pattern,
    /// A mapping that may hold one key, and holds more.
    Crowded,
}

/// One thing that is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Where, from the root of the value; for a missing key the mapping that lacks it.
    pub path: Vec<Segment>,
    /// Whether the last key itself is to blame, and not what it holds.
    pub at_key: bool,
    /// What has to change.
    pub fault: Fault,
    /// What is wrong, one line, no full stop.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Violation {
    /// A violation of the value at `path`.
    pub fn new(path: Vec<Segment>, message: impl Into<String>) -> Self {
        Self { path, at_key: false, fault: Fault::Value, message: message.into(), hint: None }
    }

    /// Blames the last key of the path.
    #[must_use]
    pub fn at_key(mut self) -> Self {
        self.at_key = true;
        self
    }

    /// Says what has to change.
    #[must_use]
    pub fn fault(mut self, fault: Fault) -> Self {
        self.fault = fault;
        self
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The path as people write it: `spec.ports[0].name`, `metadata.labels["a.b/c"]`.
    pub fn place(&self) -> String {
        let mut text = String::new();
        for segment in &self.path {
            match segment {
                Segment::Index(index) => text.push_str(&format!("[{index}]")),
                Segment::Key(key) if is_plain(key) => {
                    if !text.is_empty() {
                        text.push('.');
                    }
                    text.push_str(key);
                }
                Segment::Key(key) => text.push_str(&format!("[{key:?}]")),
            }
        }
        text
    }
}

fn is_plain(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-' || c == '$')
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place(), self.message)
    }
}

/// Puts `violations` into the order in which their places stand in `root`, and drops what was said twice.
pub(crate) fn in_document_order(root: &Value, violations: &mut Vec<Violation>) {
    if violations.len() < 2 {
        return;
    }
    violations.sort_by_cached_key(|one| position(root, &one.path));
    let mut kept: Vec<Violation> = Vec::with_capacity(violations.len());
    for one in violations.drain(..) {
        if !kept.contains(&one) {
            kept.push(one);
        }
    }
    *violations = kept;
}

fn position(root: &Value, path: &[Segment]) -> Vec<usize> {
    let mut value = Some(root);
    path.iter()
        .map(|segment| match segment {
            Segment::Index(index) => {
                value = value.and_then(|list| list.get(index));
                *index
            }
            Segment::Key(key) => {
                let object = value.and_then(Value::as_object);
                value = object.and_then(|object| object.get(key));
                object.and_then(|object| object.keys().position(|other| other == key)).unwrap_or(usize::MAX)
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Segment {
        Segment::Key(text.to_owned())
    }

    #[test]
    fn a_place_reads_as_people_write_it() {
        let path = vec![key("metadata"), key("labels"), key("a.b/c")];
        assert_eq!(Violation::new(path, "x").place(), r#"metadata.labels["a.b/c"]"#);
        assert_eq!(Violation::new(vec![key("a"), Segment::Index(2), key("b")], "x").place(), "a[2].b");
    }

    #[test]
    fn violations_stand_in_the_order_of_the_document() {
        let root = serde_json::json!({"b": [1, {"z": 1, "a": 2}], "a": 1});
        let at = |path: &[Segment]| Violation::new(path.to_vec(), "x");
        let mut list = vec![
            at(&[key("a")]),
            at(&[key("b"), Segment::Index(1), key("a")]),
            at(&[key("b"), Segment::Index(1), key("z")]),
            at(&[key("b")]),
            at(&[key("a")]),
        ];
        in_document_order(&root, &mut list);
        let places: Vec<_> = list.iter().map(Violation::place).collect();
        assert_eq!(places, ["b", "b[1].z", "b[1].a", "a"]);
    }
}
