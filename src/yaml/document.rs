//! One file that a person wrote: its text, its tree with places, and its typed value, checked against the JSON
//! Schema that is made from the type, so that all its problems are found in one run.

use crate::diagnostic::Code;
use crate::yaml::node;
use crate::yaml::place::first_line;
use std::any::TypeId;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings};
use serde::Deserialize;
use serde_json::Value;

use crate::diagnostic::{Diagnostic, Source, Span};
use crate::schema::OwnSchema;
use crate::yaml::lenient::{Doubts, Mending};
use crate::yaml::node::{Node, NodeKind};

/// The newest format of any file that this version reads and writes.
pub(crate) const FORMAT: u32 = 1;

/// A file as read.
#[derive(Debug, Clone)]
pub struct Document<T> {
    /// Its text and name.
    pub source: Arc<Source>,
    /// Its tree.
    pub root: Node,
    /// Its value.
    pub value: T,
    doubts: Doubts,
}

impl<T> Document<T> {
    /// A document that is as a person wrote it.
    pub fn new(source: Arc<Source>, root: Node, value: T) -> Self {
        Self { source, root, value, doubts: Doubts::default() }
    }

    /// What stands at `path`.
    pub(crate) fn node(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(&self.root, |node, part| child(node, part))
    }

    /// The place of the value at `path`, or of the nearest one above it that is there.
    pub fn at(&self, path: &[&str]) -> Span {
        let node = path.iter().try_fold(&self.root, |node, part| child(node, part).ok_or(node));
        let node = node.unwrap_or_else(|nearest| nearest);
        Span::new(&self.source, first_line(&self.source.text, node.range.clone()))
    }

    /// Whether what is read at `path`, or is not there, is what a person wrote: of anything else nothing may be said that
    /// would be wrong once the file is mended.
    pub fn is_sound(&self, path: &[&str]) -> bool {
        self.doubts.is_sound(path)
    }

    /// Takes what is read at `path` for a guess.
    pub fn doubt(&mut self, path: &[&str]) {
        self.doubts.add(path);
    }

    /// Whether something is written at `path`.
    pub fn holds(&self, path: &[&str]) -> bool {
        path.iter().try_fold(&self.root, |node, part| child(node, part)).is_some()
    }

    /// Whether what is written at `path` is no mapping: the short form of one.
    pub fn is_short(&self, path: &[&str]) -> bool {
        let found = path.iter().try_fold(&self.root, |node, part| child(node, part));
        found.is_some_and(|node| !matches!(node.kind, NodeKind::Map(_)))
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

/// Reads `source` as a `T`.
///
/// # Errors
/// When the file is not YAML or has a newer format than this version reads, or everything that the schema refuses.
pub fn read<T: JsonSchema + for<'de> Deserialize<'de> + 'static>(
    source: &Arc<Source>,
) -> Result<Document<T>, Vec<Diagnostic>> {
    match read_leniently(source) {
        (Some(document), problems) if problems.is_empty() => Ok(document),
        (_, problems) => Err(problems),
    }
}

/// Reads `source`, which comes with this program and of which a test says that [`read`] refuses nothing: it is not held
/// against its schema again.
///
/// # Errors
/// When it is no YAML, or no `T`.
pub(crate) fn read_proven<T: for<'de> Deserialize<'de>>(
    source: &Arc<Source>,
) -> Result<Document<T>, Vec<Diagnostic>> {
    let (root, problems) = node::parse_leniently(source)?;
    if !problems.is_empty() {
        return Err(problems);
    }
    match T::deserialize(&root) {
        Ok(value) => Ok(Document::new(Arc::clone(source), root, value)),
        Err(error) => Err(vec![no_such_value(source, &error)]),
    }
}

/// Reads as much of `source` as can be read as a `T`, and says everything that is wrong with it. There is no document
/// where nothing can be said of the file: it is of a newer format.
pub(crate) fn read_leniently<T: JsonSchema + for<'de> Deserialize<'de> + 'static>(
    source: &Arc<Source>,
) -> (Option<Document<T>>, Vec<Diagnostic>) {
    match node::parse_leniently(source) {
        Ok((root, problems)) => lenient(source, root, Doubts::default(), problems),
        Err(problems) => unread(source, problems),
    }
}

/// The document of a file that cannot be read, which leaves everything open.
pub(crate) fn unread<T: JsonSchema + for<'de> Deserialize<'de> + 'static>(
    source: &Arc<Source>,
    problems: Vec<Diagnostic>,
) -> (Option<Document<T>>, Vec<Diagnostic>) {
    let root = Node { range: 0..0, kind: NodeKind::Map(Vec::new()) };
    lenient(source, root, Doubts::of_everything(), problems)
}

fn lenient<T: JsonSchema + for<'de> Deserialize<'de> + 'static>(
    source: &Arc<Source>,
    root: Node,
    doubts: Doubts,
    problems: Vec<Diagnostic>,
) -> (Option<Document<T>>, Vec<Diagnostic>) {
    if let Err(newer) = newer_format(source, &root) {
        return (None, newer);
    }
    let mut mending = Mending { source, root, doubts, problems };
    mending.mend(&known_schema::<T>());
    let Mending { root, doubts, mut problems, .. } = mending;
    match T::deserialize(&root) {
        Ok(value) => (Some(Document { source: Arc::clone(source), root, value, doubts }), problems),
        Err(error) => {
            // The schema is made from the type, so this is a gap between the two: said at the file's beginning.
            if problems.is_empty() {
                problems.push(no_such_value(source, &error));
            }
            (None, problems)
        }
    }
}

fn no_such_value(source: &Arc<Source>, error: &impl ToString) -> Diagnostic {
    Diagnostic::error(Code::InvalidValue, Span::file(source), error.to_string())
}

/// The schema of a type, made once in a process: a thousand apps are read with it.
fn known_schema<T: JsonSchema + 'static>() -> Arc<OwnSchema> {
    static KNOWN: Mutex<BTreeMap<TypeId, Arc<OwnSchema>>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(known.entry(TypeId::of::<T>()).or_insert_with(|| Arc::new(OwnSchema::new(schema_of::<T>()))))
}

fn newer_format(source: &Arc<Source>, root: &Node) -> Result<(), Vec<Diagnostic>> {
    let Some(node) = root.get("format") else { return Ok(()) };
    match node.to_json().as_u64() {
        Some(format) if format > u64::from(FORMAT) => Err(vec![
            Diagnostic::error(
                Code::NewerFormat,
                Span::new(source, node.range.clone()),
                format!("format {format} is newer than format {FORMAT}, the newest that this cupaas reads"),
            )
            .hint("install a newer cupaas"),
        ]),
        _ => Ok(()),
    }
}

/// The JSON Schema (draft 2020-12) of a type.
pub fn schema_of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12();
    let schema: Schema = SchemaGenerator::new(settings).into_root_schema_for::<T>();
    schema.to_value()
}

/// What could be read; what is wrong is among the problems.
pub(crate) fn keep<T>(
    (read, found): (Option<T>, Vec<Diagnostic>),
    problems: &mut Vec<Diagnostic>,
) -> Option<T> {
    problems.extend(found);
    read
}
