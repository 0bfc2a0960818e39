//! Places in a document.

use crate::diagnostic::Code;
use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Source, Span};
use crate::schema::{Fault, Segment, Violation};
use crate::yaml::nesting;
use crate::yaml::node::{Node, NodeKind};

/// A violation at its place: the key where the key is to blame, else the value.
pub(crate) fn place(source: &Arc<Source>, root: &Node, violation: Violation) -> Diagnostic {
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
    let advice = nesting::advice(source, root, node, &violation);
    let range = first_line(&source.text, range);
    let mut message = violation.message;
    let written = source.text.get(range.clone()).unwrap_or_default();
    // A pattern says little to a person, and the hint says it better.
    if violation.fault == Fault::Pattern && violation.hint.is_some() && written.len() <= 60 {
        // What stands behind `=` may be a value, and a message may end on a page.
        let shown = written.split_once('=').map_or(written.to_owned(), |(name, _)| format!("{name}=…"));
        message = format!("{shown} does not fit here");
    }
    let code = match violation.fault {
        Fault::UnknownKey { .. } => Code::UnknownKey,
        Fault::MissingKey { .. } => Code::MissingKey,
        Fault::Value | Fault::NotText | Fault::Pattern | Fault::Crowded => Code::InvalidValue,
    };
    let diagnostic = Diagnostic::error(code, Span::new(source, range), message);
    match advice.or(violation.hint) {
        Some(hint) => diagnostic.hint(hint),
        None => diagnostic,
    }
}

/// A caret block shows one line: a place that spans several ends with its first.
pub(super) fn first_line(text: &str, range: Range<usize>) -> Range<usize> {
    let end = text.get(range.clone()).and_then(|t| t.find('\n')).map_or(range.end, |at| range.start + at);
    range.start..end
}
