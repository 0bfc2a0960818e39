//! Where comments stand in a YAML text: a `#` that no scalar holds.

use std::ops::Range;

use crate::yaml::node::{Node, NodeKind};

/// All comments, in their order.
pub(super) fn comments<'t>(text: &'t str, root: &Node) -> Vec<&'t str> {
    comment_ranges(text, root).into_iter().map(|range| &text[range]).collect()
}

/// Where they are.
pub(super) fn comment_ranges(text: &str, root: &Node) -> Vec<Range<usize>> {
    let mut scalars = Vec::new();
    collect(root, true, &mut scalars);
    let mut scalars: Vec<Range<usize>> = scalars.into_iter().map(|node| node.range.clone()).collect();
    scalars.sort_by_key(|range| range.start);
    let mut found = Vec::new();
    let mut at = 0;
    let mut scalars = scalars.into_iter().peekable();
    while at < text.len() {
        while scalars.next_if(|scalar| scalar.end <= at).is_some() {}
        if let Some(scalar) = scalars.peek().filter(|scalar| scalar.contains(&at)) {
            at = scalar.end;
            continue;
        }
        let before = text[..at].chars().next_back();
        if text.as_bytes()[at] == b'#' && before.is_none_or(|c| c.is_whitespace() || c == '\u{feff}') {
            let end = text[at..].find(['\n', '\r']).map_or(text.len(), |end| at + end);
            found.push(at..end);
            at = end;
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    found
}

/// All scalars of a tree that are no keys.
pub(super) fn values(root: &Node) -> Vec<&Node> {
    let mut found = Vec::new();
    collect(root, false, &mut found);
    found
}

fn collect<'n>(node: &'n Node, keys: bool, scalars: &mut Vec<&'n Node>) {
    match &node.kind {
        NodeKind::Scalar { .. } => scalars.push(node),
        NodeKind::List(items) => items.iter().for_each(|item| collect(item, keys, scalars)),
        NodeKind::Map(entries) => entries.iter().for_each(|(key, value)| {
            if keys {
                collect(key, keys, scalars);
            }
            collect(value, keys, scalars);
        }),
    }
}
