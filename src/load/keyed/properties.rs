//! Java's properties: `key = value` by the line, `:` or a blank for `=`, `#` and `!` for comments, and `\` before a
//! further line. Keys have dots of their own, so all stand beside each other. Nothing is refused, as Java refuses nothing.

use crate::yaml::node::{Node, NodeKind};

pub(super) fn parse(text: &str) -> Node {
    let mut entries = Vec::new();
    let mut lines = text.split_inclusive('\n');
    let mut at = 0;
    while let Some(line) = lines.next() {
        let start = at + line.len() - line.trim_start().len();
        at += line.len();
        let first = line.trim();
        if first.is_empty() || first.starts_with(['#', '!']) {
            continue;
        }
        let mut whole = first.to_owned();
        // An even number of them is written for as many backslashes by halves.
        while (whole.len() - whole.trim_end_matches('\\').len()) % 2 == 1 {
            whole.pop();
            let Some(further) = lines.next() else { break };
            at += further.len();
            whole.push_str(further.trim());
        }
        let end = key_end(&whole);
        let (key, rest) = whole.split_at(end);
        let value = rest.trim_start();
        let value = value.strip_prefix(['=', ':']).unwrap_or(value).trim_start();
        let key_at = start..start + end;
        let value_at = start + (whole.len() - value.len()).min(first.len());
        let scalar = |text: &str| NodeKind::Scalar { text: plain(text), plain: true };
        entries.push((
            Node { range: key_at, kind: scalar(key) },
            Node { range: value_at..(start + first.len()).max(value_at), kind: scalar(value) },
        ));
    }
    Node { range: 0..text.len(), kind: NodeKind::Map(entries) }
}

/// Where the key ends: at the first `=`, `:` or blank that no backslash stands before.
fn key_end(line: &str) -> usize {
    let mut escaped = false;
    let end = line.char_indices().find(|(_, c)| {
        let ends = !escaped && (matches!(c, '=' | ':') || c.is_whitespace());
        escaped = !escaped && *c == '\\';
        ends
    });
    end.map_or(line.len(), |(at, _)| at)
}

/// The text without its backslashes.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            plain.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => plain.push('\n'),
            Some('t') => plain.push('\t'),
            Some('r') => plain.push('\r'),
            Some('f') => plain.push('\u{c}'),
            Some('u') => {
                let digits: String = chars.by_ref().take(4).collect();
                plain.extend(u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32));
            }
            Some(other) => plain.push(other),
            None => {}
        }
    }
    plain
}
