//! Text → [`Node`]: YAML 1.2 with a place for every key and value, read by serde-saphyr's own parser
//! (granit-parser). Bounded in size, depth and number of nodes, so that no file costs more than a moment.
//!
//! Invariant: a plain scalar keeps the text as it was written (`3.10` is never `3.1`).

use crate::diagnostic::Code;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use serde_json::{Map, Number, Value};
use serde_saphyr::granit_parser::{Event, Parser, ScalarStyle, Span as YamlSpan};

use crate::diagnostic::{Diagnostic, Source, Span};
use crate::yaml::advice::advice;

/// The deepest nesting that a file may have.
const MAX_DEPTH: usize = 64;
/// The most values a file may hold, after its aliases are followed.
const MAX_NODES: usize = 50_000;
/// The most bytes of text they may hold together, after aliases are followed.
const MAX_BYTES: usize = 4 << 20;

/// A value of a YAML document, and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Bytes of the source.
    pub range: Range<usize>,
    /// What stands there.
    pub kind: NodeKind,
}

/// What a [`Node`] is.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeKind {
    /// A scalar, as written; `plain` where it stands without quotes and may be a number, boolean or null.
    Scalar {
        /// The text after YAML's own escapes.
        text: String,
        /// Whether it stands without quotes.
        plain: bool,
    },
    /// A list.
    List(Vec<Node>),
    /// A mapping, in the order as written; keys are scalars.
    Map(Vec<(Node, Node)>),
}

impl Node {
    /// The value of `key` in a mapping.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|(_, value)| value)
    }

    /// Key and value of `key` in a mapping.
    pub fn entry(&self, key: &str) -> Option<&(Node, Node)> {
        match &self.kind {
            NodeKind::Map(entries) => entries.iter().find(|(k, _)| k.text() == Some(key)),
            _ => None,
        }
    }

    /// The text of a scalar, as written.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            NodeKind::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// The value as JSON, plain scalars resolved by YAML 1.2's core schema.
    pub fn to_json(&self) -> Value {
        match &self.kind {
            NodeKind::Scalar { text, plain: false } => Value::String(text.clone()),
            NodeKind::Scalar { text, plain: true } => plain_to_json(text),
            NodeKind::List(items) => Value::Array(items.iter().map(Node::to_json).collect()),
            NodeKind::Map(entries) => Value::Object(
                entries
                    .iter()
                    .map(|(key, value)| (key.text().unwrap_or_default().to_owned(), value.to_json()))
                    .collect::<Map<_, _>>(),
            ),
        }
    }
}

/// YAML 1.2's core schema for a scalar without quotes.
pub(crate) fn plain_to_json(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return Value::String(text.to_owned());
    }
    let unsigned = text.strip_prefix('+').unwrap_or(text);
    let all_digits = digits.bytes().all(|b| b.is_ascii_digit());
    if let Some(integer) = unsigned.parse::<i64>().ok().filter(|_| all_digits) {
        return Value::Number(integer.into());
    }
    let is_float =
        digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'));
    match unsigned.parse::<f64>().ok().filter(|f| is_float && f.is_finite()).and_then(Number::from_f64) {
        Some(number) => Value::Number(number),
        None => Value::String(text.to_owned()),
    }
}

/// Reads the one document of `source`. An empty file is an empty mapping.
///
/// # Errors
/// When the file is not one YAML document within the limits, and every duplicate key; each with its place.
pub fn parse(source: &Arc<Source>) -> Result<Node, Vec<Diagnostic>> {
    let (root, duplicates) = parse_leniently(source)?;
    if duplicates.is_empty() { Ok(root) } else { Err(duplicates) }
}

/// Where the first one stands that no text file has.
fn control_character(text: &str) -> Option<usize> {
    // Most texts have none: their bytes are looked at first, of which 0xc2 begins U+0080 to U+009F.
    let may_be = |byte: &u8| byte.is_ascii_control() && !b"\n\r\t".contains(byte) || *byte == 0xc2;
    let is = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{85}');
    text.as_bytes().iter().any(may_be).then(|| text.find(is)).flatten()
}

/// As [`parse`], but of a duplicate key the first one is taken, and the others are reported beside the document.
///
/// # Errors
/// When the file is not one YAML document within the limits.
pub(crate) fn parse_leniently(source: &Arc<Source>) -> Result<(Node, Vec<Diagnostic>), Vec<Diagnostic>> {
    let problem = |range: Range<usize>, message: String| {
        vec![Diagnostic::error(Code::InvalidYaml, Span::new(source, range), message)]
    };
    if let Some(at) = control_character(&source.text) {
        return Err(problem(at..at + 1, "contains a control character; is this a text file?".to_owned()));
    }
    let mut builder = Builder::new(source);
    for next in Parser::new_from_str(&source.text) {
        let (event, span) = next.map_err(|error| {
            let at = error.marker().byte_offset().unwrap_or(0);
            let found = problem(at..at + 1, format!("not valid YAML: {}", error.info()));
            let advise = |one: Diagnostic| match advice(&source.text, at) {
                Some(advice) => one.hint(advice),
                None => one,
            };
            found.into_iter().map(advise).collect::<Vec<_>>()
        })?;
        builder.event(event, span).map_err(|diagnostic| vec![*diagnostic])?;
    }
    let duplicates = std::mem::take(&mut builder.duplicates);
    Ok((builder.finish(), duplicates))
}

/// A collection that is being filled, with its anchor.
struct Open {
    node: Node,
    anchor: usize,
    /// The key that waits for its value, in a mapping.
    key: Option<Node>,
    /// The keys so far, and where they stand.
    keys: BTreeMap<String, usize>,
    /// Whether the key that waits stands there already.
    again: bool,
}

struct Builder<'s> {
    source: &'s Arc<Source>,
    stack: Vec<Open>,
    root: Option<Node>,
    documents: usize,
    anchors: BTreeMap<usize, (Node, Size)>,
    size: Size,
    duplicates: Vec<Diagnostic>,
}

type Step = Result<(), Box<Diagnostic>>;

impl<'s> Builder<'s> {
    fn new(source: &'s Arc<Source>) -> Self {
        Self {
            source,
            stack: Vec::new(),
            root: None,
            documents: 0,
            anchors: BTreeMap::new(),
            size: Size::default(),
            duplicates: Vec::new(),
        }
    }

    fn fail<T>(&self, range: Range<usize>, message: &str, hint: &str) -> Result<T, Box<Diagnostic>> {
        let diagnostic = Diagnostic::error(Code::InvalidYaml, Span::new(self.source, range), message);
        Err(Box::new(if hint.is_empty() { diagnostic } else { diagnostic.hint(hint) }))
    }

    fn count(&mut self, more: Size, range: &Range<usize>) -> Step {
        self.size.nodes += more.nodes;
        self.size.bytes += more.bytes;
        if self.size.bytes > MAX_BYTES {
            let message = format!("more than {MAX_BYTES} bytes of text");
            return self.fail(range.clone(), &message, "aliases count each time");
        }
        if self.size.nodes > MAX_NODES {
            return self.fail(
                range.clone(),
                &format!("more than {MAX_NODES} values"),
                "aliases count each time",
            );
        }
        Ok(())
    }

    fn event(&mut self, event: Event<'_>, span: YamlSpan) -> Step {
        let range = span.byte_range().unwrap_or(0..0);
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    return self.fail(
                        range,
                        "more than one YAML document",
                        "remove the `---`: each file holds one document",
                    );
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                if tag.is_some() {
                    return self.fail(range, "YAML tags are not supported", "remove the `!tag`");
                }
                let size = Size { nodes: 1, bytes: text.len() };
                self.count(size, &range)?;
                let plain = style == ScalarStyle::Plain;
                let node = Node { range, kind: NodeKind::Scalar { text: text.into_owned(), plain } };
                return self.add(node, anchor, size);
            }
            Event::Alias(anchor) => {
                let Some((node, size)) = self.anchors.get(&anchor).cloned() else {
                    return self.fail(range, "this alias refers to itself or to no anchor", "");
                };
                self.count(size, &range)?;
                return self.add(Node { range, ..node }, 0, Size::default());
            }
            Event::SequenceStart(_, anchor, tag) => {
                return self.open(NodeKind::List(Vec::new()), range, anchor, tag.is_some());
            }
            Event::MappingStart(_, anchor, tag) => {
                return self.open(NodeKind::Map(Vec::new()), range, anchor, tag.is_some());
            }
            Event::SequenceEnd | Event::MappingEnd => return self.close(range),
            _ => {}
        }
        Ok(())
    }

    fn open(&mut self, kind: NodeKind, range: Range<usize>, anchor: usize, tagged: bool) -> Step {
        if tagged {
            return self.fail(range, "YAML tags are not supported", "remove the `!tag`");
        }
        self.count(Size { nodes: 1, bytes: 0 }, &range)?;
        if self.stack.len() >= MAX_DEPTH {
            return self.fail(range, &format!("nested more than {MAX_DEPTH} levels deep"), "");
        }
        self.stack.push(Open {
            node: Node { range, kind },
            anchor,
            key: None,
            keys: BTreeMap::new(),
            again: false,
        });
        Ok(())
    }

    fn close(&mut self, range: Range<usize>) -> Step {
        let Some(mut open) = self.stack.pop() else { return Ok(()) };
        // A block collection "ends" where the next token begins: its text ends with its last value.
        let flow = self.source.text.get(range.clone()).is_some_and(|text| text == "}" || text == "]");
        let last = match &open.node.kind {
            NodeKind::List(items) => items.last().map(|item| item.range.end),
            NodeKind::Map(entries) => entries.last().map(|(key, value)| key.range.end.max(value.range.end)),
            NodeKind::Scalar { .. } => None,
        };
        let end = if flow { range.end } else { last.unwrap_or(range.start) };
        open.node.range.end = end.max(open.node.range.start);
        let size = if open.anchor == 0 { Size::default() } else { size(&open.node) };
        self.add(open.node, open.anchor, size)
    }

    fn add(&mut self, node: Node, anchor: usize, size: Size) -> Step {
        if anchor != 0 {
            self.anchors.insert(anchor, (node.clone(), size));
        }
        let Some(open) = self.stack.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match &mut open.node.kind {
            NodeKind::List(items) => items.push(node),
            NodeKind::Map(entries) => match open.key.take() {
                Some(_) if std::mem::take(&mut open.again) => {}
                Some(key) => entries.push((key, node)),
                None => return self.key(node),
            },
            NodeKind::Scalar { .. } => {}
        }
        Ok(())
    }

    /// A key is a scalar, and stands once in its mapping.
    fn key(&mut self, node: Node) -> Step {
        let Some(text) = node.text() else {
            // `{{ version }}` without quotes is a mapping in a mapping.
            let before = self.source.text.get(..node.range.start).unwrap_or_default();
            let is_text = before.ends_with('{') && matches!(node.kind, NodeKind::Map(_));
            let hint = if is_text {
                "a text that begins with `{{` has to stand in quotes: \"{{ … }}\""
            } else {
                ""
            };
            return self.fail(node.range.clone(), "a key must be a scalar, not a list or mapping", hint);
        };
        let Some(open) = self.stack.last_mut() else { return Ok(()) };
        if let Some(first) = open.keys.get(text) {
            let first = *first;
            open.again = true;
            let (line, _) = Span::new(self.source, first..first).line_column();
            let span = Span::new(self.source, node.range.clone());
            self.duplicates.push(
                Diagnostic::error(Code::DuplicateKey, span, format!("duplicate key {text:?}"))
                    .hint(format!("first defined on line {line}; keep one of them")),
            );
        } else {
            open.keys.insert(text.to_owned(), node.range.start);
        }
        open.key = Some(node);
        Ok(())
    }

    fn finish(self) -> Node {
        match self.root {
            // An empty file, or one of comments only, says nothing.
            Some(Node { kind: NodeKind::Scalar { ref text, plain: true }, ref range }) if text.is_empty() => {
                Node { range: range.clone(), kind: NodeKind::Map(Vec::new()) }
            }
            Some(node) => node,
            None => Node { range: 0..0, kind: NodeKind::Map(Vec::new()) },
        }
    }
}

/// What a node costs.
#[derive(Debug, Clone, Copy, Default)]
struct Size {
    nodes: usize,
    bytes: usize,
}

/// What a node and all in it cost.
fn size(node: &Node) -> Size {
    let sum = |sizes: &mut dyn Iterator<Item = Size>| {
        sizes.fold(Size { nodes: 1, bytes: 0 }, |a, b| Size {
            nodes: a.nodes + b.nodes,
            bytes: a.bytes + b.bytes,
        })
    };
    match &node.kind {
        NodeKind::Scalar { text, .. } => Size { nodes: 1, bytes: text.len() },
        NodeKind::List(items) => sum(&mut items.iter().map(size)),
        NodeKind::Map(entries) => sum(&mut entries.iter().flat_map(|(key, value)| [size(key), size(value)])),
    }
}

#[cfg(test)]
mod tests;
