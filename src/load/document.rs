//! One file that a person wrote: its text, its tree with places, and its typed value, checked against the JSON
//! Schema that is made from the type, so that all its problems are found in one run.

use std::any::TypeId;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings};
use serde::Deserialize;
use serde_json::Value;

use super::yaml::{self, Node, NodeKind};
use crate::diagnostic::{Diagnostic, Source, Span};
use crate::schema::{self, Segment, Violation, ViolationKind};

/// The newest format of any file that this version reads and writes.
pub const FORMAT: u32 = 1;

/// A file as read.
#[derive(Debug, Clone)]
pub struct Document<T> {
    /// Its text and name.
    pub source: Arc<Source>,
    /// Its tree.
    pub root: Node,
    /// Its value.
    pub value: T,
}

impl<T> Document<T> {
    /// The place of the value at `path`, or of the nearest one above it that is there.
    pub fn at(&self, path: &[&str]) -> Span {
        let node = path.iter().try_fold(&self.root, |node, part| child(node, part).ok_or(node));
        let node = node.unwrap_or_else(|nearest| nearest);
        Span::new(&self.source, first_line(&self.source.text, node.range.clone()))
    }

    /// Whether something is written at `path`.
    pub fn holds(&self, path: &[&str]) -> bool {
        path.iter().try_fold(&self.root, |node, part| child(node, part)).is_some()
    }

    /// The place of the key at the end of `path`.
    pub fn key(&self, path: &[&str]) -> Span {
        let (last, parents) = match path.split_last() {
            Some(split) => split,
            None => return Span::file(&self.source),
        };
        let parent = parents.iter().try_fold(&self.root, |node, part| child(node, part));
        match parent.and_then(|node| node.entry(last)) {
            Some((key, _)) => Span::new(&self.source, key.range.clone()),
            None => self.at(path),
        }
    }
}

fn child<'n>(node: &'n Node, part: &str) -> Option<&'n Node> {
    match &node.kind {
        NodeKind::List(items) => items.get(part.parse::<usize>().ok()?),
        _ => node.get(part),
    }
}

/// A caret block shows one line: a place that spans several ends with its first.
fn first_line(text: &str, range: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let end = text.get(range.clone()).and_then(|t| t.find('\n')).map_or(range.end, |at| range.start + at);
    range.start..end
}

/// Reads `source` as a `T`.
///
/// Errors: YAML's own problems, a newer format than this version knows, or everything that the schema refuses.
pub fn read<T: JsonSchema + for<'de> Deserialize<'de> + 'static>(
    source: &Arc<Source>,
) -> Result<Document<T>, Vec<Diagnostic>> {
    read_checked(source, &known_schema::<T>())
}

/// The schema of a type, made once in a process: a thousand apps are read with it.
fn known_schema<T: JsonSchema + 'static>() -> Arc<Value> {
    static KNOWN: Mutex<BTreeMap<TypeId, Arc<Value>>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(known.entry(TypeId::of::<T>()).or_insert_with(|| Arc::new(schema_of::<T>())))
}

/// As [`read`], with the schema at hand.
fn read_checked<T: for<'de> Deserialize<'de>>(
    source: &Arc<Source>,
    schema: &Value,
) -> Result<Document<T>, Vec<Diagnostic>> {
    let root = yaml::parse(source)?;
    newer_format(source, &root)?;
    let violations = schema::violations(schema, &root.to_json());
    if !violations.is_empty() {
        return Err(violations.into_iter().map(|violation| place(source, &root, violation)).collect());
    }
    match T::deserialize(&root) {
        Ok(value) => Ok(Document { source: Arc::clone(source), root, value }),
        // The schema is made from the type, so this is a gap between the two: said at the file's beginning.
        Err(error) => Err(vec![Diagnostic::error(Span::file(source), error.to_string())]),
    }
}

/// Whether a file is of a newer format than this version knows.
pub fn is_newer(root: &Node) -> bool {
    newer_format(&Source::new("", ""), root).is_err()
}

fn newer_format(source: &Arc<Source>, root: &Node) -> Result<(), Vec<Diagnostic>> {
    let Some(node) = root.get("format") else { return Ok(()) };
    match node.to_json().as_u64() {
        Some(format) if format > u64::from(FORMAT) => Err(vec![
            Diagnostic::error(
                Span::new(source, node.range.clone()),
                format!("format {format} is newer than this cupaas, which knows format {FORMAT}"),
            )
            .hint("install a newer cupaas"),
        ]),
        _ => Ok(()),
    }
}

/// A violation at its place: the key where the key is to blame, else the value.
pub fn place(source: &Arc<Source>, root: &Node, violation: Violation) -> Diagnostic {
    let mut node = root;
    let mut range = root.range.clone();
    for segment in &violation.path {
        let step = match (&node.kind, segment) {
            (NodeKind::List(items), Segment::Index(index)) => items.get(*index).map(|item| (None, item)),
            (_, Segment::Key(key)) => node.entry(key).map(|(key, value)| (Some(key), value)),
            _ => None,
        };
        let Some((key, value)) = step else { break };
        node = value;
        range = match key {
            Some(key) if violation.at_key => key.range.clone(),
            _ => value.range.clone(),
        };
    }
    let range = first_line(&source.text, range);
    let mut message = violation.message;
    let written = source.text.get(range.clone()).unwrap_or_default();
    // A pattern says little to a person, and the hint says it better.
    if violation.kind == ViolationKind::Pattern && violation.hint.is_some() && written.len() <= 60 {
        // What stands behind `=` may be a value, and a message may end on a page.
        let shown = written.split_once('=').map_or(written.to_owned(), |(name, _)| format!("{name}=…"));
        message = format!("{shown} does not fit here");
    }
    let diagnostic = Diagnostic::error(Span::new(source, range), message);
    match violation.hint {
        Some(hint) => diagnostic.hint(hint),
        None => diagnostic,
    }
}

/// The JSON Schema (draft 2020-12) of a type.
pub fn schema_of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12();
    let schema: Schema = SchemaGenerator::new(settings).into_root_schema_for::<T>();
    schema.to_value()
}
