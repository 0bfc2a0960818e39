//! Sections of `key = value`, as Python's configparser reads them: `:` for `=`, and further lines that are indented.
//! What stands in no section is at the root. Nothing is refused: a line that is none of these says nothing.

use std::ops::Range;

use crate::yaml::node::{Node, NodeKind};

type Entries = Vec<(Node, Node)>;

pub(super) fn parse(text: &str) -> Node {
    let mut root: Entries = Vec::new();
    let mut section: Option<(Node, Entries)> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let words = line.trim();
        if words.is_empty() || words.starts_with(['#', ';']) {
            continue;
        }
        let first = start + line.len() - line.trim_start().len();
        let inside = section.as_mut().map_or(&mut root, |(_, entries)| entries);
        if first > start {
            if let Some((_, value)) = inside.last_mut() {
                add(value, words, first);
            }
        } else if let Some(name) = words.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            close(&mut root, section.take());
            section = Some((scalar(name.0.trim(), first + 1), Vec::new()));
        } else if let Some(middle) = words.find(['=', ':']) {
            let value = words[middle + 1..].trim_start();
            let key = words[..middle].trim_end().to_lowercase();
            inside.push((scalar(&key, first), scalar(value, first + words.len() - value.len())));
        }
    }
    close(&mut root, section);
    Node { range: 0..text.len(), kind: NodeKind::Map(root) }
}

fn close(root: &mut Entries, section: Option<(Node, Entries)>) {
    if let Some((name, entries)) = section {
        let range: Range<usize> = name.range.clone();
        root.push((name, Node { range, kind: NodeKind::Map(entries) }));
    }
}

fn scalar(text: &str, at: usize) -> Node {
    Node { range: at..at + text.len(), kind: NodeKind::Scalar { text: text.to_owned(), plain: true } }
}

/// A further line: the value is a list then, without the first line where that is empty.
fn add(value: &mut Node, words: &str, at: usize) {
    let line = scalar(words, at);
    let range = value.range.start..line.range.end;
    let items = match std::mem::replace(&mut value.kind, NodeKind::List(Vec::new())) {
        NodeKind::List(items) => items,
        NodeKind::Scalar { text, .. } if text.is_empty() => Vec::new(),
        kind => vec![Node { range: value.range.clone(), kind }],
    };
    value.range = range;
    value.kind = NodeKind::List(items.into_iter().chain([line]).collect());
}
