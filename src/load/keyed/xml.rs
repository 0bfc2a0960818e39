//! XML: elements by their names without namespace, attributes as `@name`. Elements of one name are a list. No entities of
//! the file's own are followed.

use std::sync::Arc;

use roxmltree::{Document, Error, Node as Element, ParsingOptions};

use crate::diagnostic::{Code, Diagnostic, Source, Span};
use crate::load::keyed::TEXT;
use crate::yaml::node::{Node, NodeKind};

/// The most elements, attributes and texts of a file.
const MAX_NODES: u32 = 50_000;
/// The deepest that elements may stand in each other.
const MAX_DEPTH: usize = 64;

/// # Errors
/// Why it cannot be read, with the place.
pub(super) fn parse(source: &Arc<Source>) -> Result<Node, Box<Diagnostic>> {
    let options = ParsingOptions { nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    let wrong = |at: usize, words: String| {
        let span = Span::new(source, at..at);
        Box::new(Diagnostic::warning(Code::FileNotRead, span, format!("not valid XML: {words}")))
    };
    let document = Document::parse_with_options(&source.text, options)
        .map_err(|error| wrong(place(&source.text, &error), words(&error)))?;
    let root = document.root_element();
    if document.descendants().any(|node| node.is_element() && node.ancestors().count() > MAX_DEPTH) {
        return Err(wrong(0, format!("more than {MAX_DEPTH} elements stand in each other")));
    }
    let element = (scalar(root.tag_name().name(), root.range()), of_element(root));
    Ok(Node { range: 0..source.text.len(), kind: NodeKind::Map(vec![element]) })
}

fn of_element(element: Element<'_, '_>) -> Node {
    let mut entries: Vec<(Node, Node)> = Vec::new();
    for attribute in element.attributes() {
        let name = scalar(&format!("@{}", attribute.name()), attribute.range_qname());
        entries.push((name, scalar(attribute.value(), attribute.range_value())));
    }
    for child in element.children().filter(Element::is_element) {
        let (name, value) = (child.tag_name().name(), of_element(child));
        match entries.iter_mut().find(|(known, _)| known.text() == Some(name)) {
            None => entries.push((scalar(name, child.range()), value)),
            Some((_, known)) => match &mut known.kind {
                NodeKind::List(items) => items.push(value),
                kind => {
                    let first = std::mem::replace(kind, NodeKind::List(Vec::new()));
                    let first = Node { range: known.range.clone(), kind: first };
                    *kind = NodeKind::List(vec![first, value]);
                }
            },
        }
    }
    let texts = element.children().filter(|child| child.is_text());
    let words = texts.clone().filter_map(|text| text.text()).collect::<String>();
    let words = words.trim();
    let place = texts.map(|text| text.range()).find(|range| !range.is_empty());
    let place = place.unwrap_or_else(|| element.range());
    if entries.is_empty() {
        return scalar(words, place);
    }
    if !words.is_empty() {
        entries.push((scalar(TEXT, place.clone()), scalar(words, place)));
    }
    Node { range: element.range(), kind: NodeKind::Map(entries) }
}

fn scalar(text: &str, range: std::ops::Range<usize>) -> Node {
    Node { range, kind: NodeKind::Scalar { text: text.to_owned(), plain: true } }
}

fn place(text: &str, error: &Error) -> usize {
    let at = error.pos();
    let lines = usize::try_from(at.row).unwrap_or(1).saturating_sub(1);
    let start: usize = text.split_inclusive('\n').take(lines).map(str::len).sum();
    let column = usize::try_from(at.col).unwrap_or(1).saturating_sub(1);
    let line = text.get(start..).unwrap_or_default();
    start + line.char_indices().nth(column).map_or(line.len(), |(at, _)| at)
}

/// The error without the place that it ends with.
fn words(error: &Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at ").map_or(text.clone(), |(words, _)| words.to_owned())
}
