//! (a YAML file's text, one change) → its new text. Every byte that the change does not concern stays: comments, order,
//! quotes, indentation, line ends.
//!
//! Invariant: the new text is read again before it is given out, and says what was meant and nothing else; where
//! the file's layout does not allow that, the change is refused with its place.

use crate::diagnostic::Code;
use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Source, Span};
use crate::yaml::comments::{comment_ranges, comments, values};
use crate::yaml::node::{self, Node, NodeKind};
use crate::yaml::scalar::{Style, written};

/// One change of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum YamlEdit {
    /// The text at a path of keys, with the mappings that lead to it.
    Set(Vec<String>, String),
    /// The same without quotes: a number or a boolean.
    Plain(Vec<String>, String),
    /// Nothing at a path any more; a mapping that it leaves empty goes too.
    Unset(Vec<String>),
}

/// Makes the changes, one after the other.
///
/// # Errors
/// When the file is not YAML, or its layout cannot be edited automatically; with the place.
pub fn edit(source: &Arc<Source>, changes: &[YamlEdit]) -> Result<Arc<Source>, Vec<Diagnostic>> {
    changes.iter().try_fold(Arc::clone(source), |source, change| one(&source, change))
}

fn one(source: &Arc<Source>, change: &YamlEdit) -> Result<Arc<Source>, Vec<Diagnostic>> {
    let root = node::parse(source)?;
    let file = File { text: &source.text, root: &root };
    let place = |node: &Node| Span::new(source, node.range.clone());
    let (YamlEdit::Set(path, _) | YamlEdit::Plain(path, _) | YamlEdit::Unset(path)) = change;
    let loose = matches!(change, YamlEdit::Plain(..));
    let (nearest, _) = file.nearest(path);
    let made = match change {
        YamlEdit::Set(path, value) | YamlEdit::Plain(path, value) => match root_at(&root, path) {
            Some(node) if node.text() == Some(value) && !is_null(node) => return Ok(Arc::clone(source)),
            Some(_) => file.replace(path, value, loose),
            None => file.insert(path, value, loose),
        },
        YamlEdit::Unset(path) if root_at(&root, path).is_none() => return Ok(Arc::clone(source)),
        YamlEdit::Unset(path) => file.remove(path),
    };
    let refused = || {
        let message = format!("cannot change {:?} without changing other parts of the file", path.join("."));
        vec![
            Diagnostic::error(Code::LayoutNotEditable, place(nearest), message)
                .hint("edit the file by hand: its layout cannot be edited automatically"),
        ]
    };
    let (splice, plain) = made.ok_or_else(refused)?;
    let mut text = source.text.clone();
    text.replace_range(splice.0, &splice.1);
    let new = Source::new(source.name.clone(), text);
    let mut meant = shape(&root);
    apply(&mut meant, change, plain);
    match node::parse(&new) {
        Ok(read) if shape(&read) == meant && comments(&new.text, &read) == comments(&source.text, &root) => {
            Ok(new)
        }
        _ => Err(refused()),
    }
}

/// The value at a path.
fn root_at<'n>(root: &'n Node, path: &[String]) -> Option<&'n Node> {
    path.iter().try_fold(root, |node, key| node.get(key))
}

fn is_null(node: &Node) -> bool {
    matches!(&node.kind, NodeKind::Scalar { plain: true, .. }) && node.to_json().is_null()
}

/// Bytes to replace, and with what.
type Splice = (Range<usize>, String);

/// A file as it stands.
struct File<'f> {
    text: &'f str,
    root: &'f Node,
}

impl<'f> File<'f> {
    /// The last mapping on a path that is there, and how many keys lead to it.
    fn nearest(&self, path: &[String]) -> (&'f Node, usize) {
        let mut node = self.root;
        for (depth, key) in path.iter().enumerate() {
            match node.get(key) {
                Some(next) if matches!(next.kind, NodeKind::Map(_)) => node = next,
                _ => return (node, depth),
            }
        }
        (node, path.len())
    }

    fn newline(&self) -> &'static str {
        match self.text.find('\n') {
            Some(at) if self.text[..at].ends_with('\r') => "\r\n",
            _ => "\n",
        }
    }

    fn is_flow(&self, map: &Node) -> bool {
        self.text.get(map.range.clone()).is_some_and(|text| text.starts_with('{'))
    }

    /// Whether a mapping is written as in JSON: all its keys are in double quotes; of an empty one, those around it.
    fn is_json(&self, map: &Node) -> bool {
        let NodeKind::Map(entries) = &map.kind else { return false };
        let quoted = |(key, _): &(Node, Node)| self.text[key.range.clone()].starts_with('"');
        match entries.as_slice() {
            [] => !std::ptr::eq(map, self.root) && self.is_json(self.root),
            entries => self.is_flow(map) && entries.iter().all(quoted),
        }
    }

    /// Where a value ends. A block scalar reaches to the next key as it is read: its end is that of its last line, and
    /// blank lines behind it are not its own unless its text holds them.
    fn end(&self, node: &Node) -> usize {
        let last = match &node.kind {
            _ if self.is_flow(node) => None,
            NodeKind::Map(entries) => entries.last().map(|(key, value)| (key.range.end, value)),
            NodeKind::List(items) => items.last().map(|item| (item.range.start, item)),
            NodeKind::Scalar { text, .. } => return self.end_of_scalar(node, text.ends_with("\n\n")),
        };
        last.map_or(node.range.end, |(key, value)| self.end(value).max(key))
    }

    fn end_of_scalar(&self, node: &Node, holds_blanks: bool) -> usize {
        let is_blank = |line: &str| line.trim_matches([' ', '\r', '\n']).is_empty();
        let mut end = node.range.end;
        let line = self.text[..end].rfind('\n').map_or(0, |at| at + 1);
        if line <= node.range.start || !is_blank(&self.text[line..end]) {
            return end;
        }
        end = line;
        while !holds_blanks && end > node.range.start {
            let before = self.text[..end - 1].rfind('\n').map_or(0, |at| at + 1);
            if before <= node.range.start || !is_blank(&self.text[before..end]) {
                break;
            }
            end = before;
        }
        end
    }

    fn line_start(&self, at: usize) -> usize {
        let start = self.text[..at].rfind('\n').map_or(0, |at| at + 1);
        if self.text[start..].starts_with('\u{feff}') { start + '\u{feff}'.len_utf8() } else { start }
    }

    /// The byte behind the line that `at` stands in; `at` itself where a block scalar has ended its line.
    fn line_end(&self, at: usize) -> usize {
        if at > 0 && self.text[..at].ends_with('\n') {
            return at;
        }
        self.text[at..].find('\n').map_or(self.text.len(), |end| at + end + 1)
    }

    /// How far a block mapping is indented, where its keys begin their lines.
    fn indent(&self, map: &Node) -> Option<usize> {
        let NodeKind::Map(entries) = &map.kind else { return None };
        let Some((key, _)) = entries.first() else { return Some(0) };
        let before = &self.text[self.line_start(key.range.start)..key.range.start];
        before.bytes().all(|byte| byte == b' ').then_some(before.len())
    }

    /// How much further a mapping is indented than the one around it, as the file has it.
    fn step(&self) -> usize {
        let nested = |map: &Node| {
            let outer = self.indent(map)?;
            let NodeKind::Map(entries) = &map.kind else { return None };
            entries.iter().find_map(|(_, value)| match &value.kind {
                NodeKind::Map(inner) if !inner.is_empty() && !self.is_flow(value) => {
                    self.indent(value)?.checked_sub(outer)
                }
                _ => None,
            })
        };
        nested(self.root).filter(|step| *step > 0).unwrap_or(2)
    }

    /// Another value in the place of the one that is there, in its quotes.
    fn replace(&self, path: &[String], value: &str, loose: bool) -> Option<(Splice, bool)> {
        let (last, parents) = path.split_last()?;
        let (key, node) = root_at(self.root, parents)?.entry(last)?;
        let NodeKind::Scalar { plain, .. } = &node.kind else { return None };
        let gap = self.text.get(key.range.end..node.range.start)?;
        let header = gap.find(':').map(|at| at + 1)?;
        let opening = header + (gap[header..].len() - gap[header..].trim_start().len());
        if !plain && gap[opening..].starts_with(['|', '>']) {
            // A block scalar becomes one line; the comment behind its header stays behind it.
            let comment =
                gap[opening..].find('#').map(|at| gap[opening + at..].lines().next().unwrap_or_default());
            let (new, plain) = written(value, Style::Double);
            let comment = comment.map(|comment| format!(" {}", comment.trim_end())).unwrap_or_default();
            let last = self.end(node);
            let end = if self.text[..last].ends_with('\n') { self.newline() } else { "" };
            return Some((((key.range.end + opening)..last, format!("{new}{comment}{end}")), plain));
        }
        let style = match self.text.get(node.range.clone())?.chars().next() {
            Some('\'') if !plain && !loose => Style::Single,
            Some('"') if !plain && !loose => Style::Double,
            _ => Style::Plain { loose: loose || (!node.to_json().is_string() && !is_null(node)) },
        };
        let (new, plain) = written(value, style);
        Some(((node.range.clone(), new), plain))
    }

    /// A key that is not there, behind the last one of the nearest mapping that is.
    fn insert(&self, path: &[String], value: &str, loose: bool) -> Option<(Splice, bool)> {
        let (map, depth) = self.nearest(path);
        let NodeKind::Map(entries) = &map.kind else { return None };
        // A value that is no mapping stands in the way.
        if depth + 1 < path.len() && map.get(path.get(depth)?).is_some() {
            return None;
        }
        // JSON is YAML, and stays JSON.
        let style = if self.is_json(map) { Style::Double } else { Style::Plain { loose: false } };
        let keys: Vec<String> = path[depth..].iter().map(|key| written(key, style).0).collect();
        let (value, plain) = written(value, if loose { Style::Plain { loose } } else { style });
        if self.is_flow(map) {
            let (first, rest) = keys.split_first()?;
            let nested = rest.iter().rev().fold(value, |inner, key| format!("{{{key}: {inner}}}"));
            let entry = format!("{first}: {nested}");
            return Some(match entries.last() {
                Some((_, last)) => ((last.range.end..last.range.end, format!(", {entry}")), plain),
                None => ((map.range.start + 1..map.range.start + 1, entry), plain),
            });
        }
        let (indent, step, newline) = (self.indent(map)?, self.step(), self.newline());
        let mut lines: Vec<String> = Vec::new();
        for (deeper, key) in keys.iter().enumerate() {
            let end = if deeper + 1 == keys.len() { format!(" {value}") } else { String::new() };
            lines.push(format!("{}{key}:{end}", " ".repeat(indent + deeper * step)));
        }
        let lines = lines.join(newline);
        let at = if entries.is_empty() { self.text.len() } else { self.line_end(self.end(map)) };
        let begun = at > 0 && !self.text[..at].ends_with('\n') && self.text[..at] != *"\u{feff}";
        let new = match (begun, at == self.text.len() && begun) {
            (true, _) => format!("{newline}{lines}"),
            (false, _) => format!("{lines}{newline}"),
        };
        Some(((at..at, new), plain))
    }

    /// A key and its value taken out. The comments among them stay: a command deletes nobody's words.
    fn remove(&self, path: &[String]) -> Option<(Splice, bool)> {
        let mut path = path;
        // A mapping that would be left empty goes as a whole.
        while let Some((_, parents)) = path.split_last()
            && !parents.is_empty()
            && matches!(&root_at(self.root, parents)?.kind, NodeKind::Map(entries) if entries.len() == 1)
        {
            path = parents;
        }
        let (last, parents) = path.split_last()?;
        let map = root_at(self.root, parents)?;
        let NodeKind::Map(entries) = &map.kind else { return None };
        let index = entries.iter().position(|(key, _)| key.text() == Some(last))?;
        let (key, value) = &entries[index];
        let end = self.end(value).max(key.range.end);
        if self.is_flow(map) {
            let before = index.checked_sub(1).map(|before| entries[before].1.range.end);
            let last = index + 1 == entries.len();
            let splice = match before.filter(|before| last && self.is_blank(*before..key.range.start)) {
                Some(before) => (before..end, String::new()),
                None => {
                    let (behind, kept) = self.behind(end, map.range.end.saturating_sub(1));
                    (key.range.start..behind, kept)
                }
            };
            return Some((splice, false));
        }
        let start = self.line_start(key.range.start);
        let indent = self.text.get(start..key.range.start)?;
        if !indent.bytes().all(|byte| byte == b' ') {
            return None;
        }
        let range = start..self.line_end(end);
        let kept = self.kept(&range, indent);
        Some(((range, kept), false))
    }

    /// Whether nothing but blanks and one comma stand there.
    fn is_blank(&self, range: Range<usize>) -> bool {
        self.text.get(range).is_some_and(|text| text.chars().all(|c| matches!(c, ' ' | ',')))
    }

    /// The byte behind a flow entry's comma and the blanks after it, as far as `limit`, and what stays of the text
    /// between: a comment may stand before the comma.
    fn behind(&self, end: usize, limit: usize) -> (usize, String) {
        let nothing = (end, String::new());
        let Some(rest) = self.text.get(end..limit) else { return nothing };
        let mut at = 0;
        while let Some(c) = rest[at..].chars().next().filter(|c| c.is_whitespace() || *c == '#') {
            at += if c == '#' { rest[at..].find('\n').unwrap_or(rest.len() - at) } else { c.len_utf8() };
        }
        let Some(after) = rest[at..].strip_prefix(',') else { return nothing };
        let between = &rest[..at];
        if between.contains('#') {
            return (end + at + 1, between.to_owned());
        }
        let next = after.find(|c| c != ' ').unwrap_or(after.len());
        // In front of a line's end or a comment the blanks are its own.
        let blanks = if after[next..].starts_with(['\n', '\r', '#']) { 0 } else { next };
        (end + at + 1 + blanks, String::new())
    }

    /// What stays of lines that go: comments, and the blank lines among them.
    fn kept(&self, range: &Range<usize>, indent: &str) -> String {
        let comments = comment_ranges(self.text, self.root);
        let values = values(self.root);
        // Blank lines in front of a block scalar's first line are its own.
        let begins = |node: &Node| self.text[..node.range.start].trim_end().len();
        let (mut kept, mut at) = (String::new(), range.start);
        for line in self.text[range.clone()].split_inclusive('\n') {
            let here = at..at + line.len();
            at = here.end;
            let is_value = || values.iter().any(|node| (begins(node)..self.end(node)).contains(&here.start));
            if line.trim().is_empty() && !is_value() {
                kept.push_str(line);
            }
            for comment in comments.iter().filter(|comment| here.contains(&comment.start)) {
                kept.push_str(&format!("{indent}{}{}", &self.text[comment.clone()], self.newline()));
            }
        }
        kept
    }
}

/// What a tree says, wherever it says it.
fn shape(node: &Node) -> Node {
    let kind = match &node.kind {
        NodeKind::Scalar { .. } => node.kind.clone(),
        NodeKind::List(items) => NodeKind::List(items.iter().map(shape).collect()),
        NodeKind::Map(entries) => NodeKind::Map(
            entries.iter().map(|(key, value)| (scalar(key.text(), false), shape(value))).collect(),
        ),
    };
    Node { range: 0..0, kind }
}

fn scalar(text: Option<&str>, plain: bool) -> Node {
    Node { range: 0..0, kind: NodeKind::Scalar { text: text.unwrap_or_default().to_owned(), plain } }
}

/// What the change means, on the shape of the file.
fn apply(root: &mut Node, change: &YamlEdit, plain: bool) {
    match change {
        YamlEdit::Set(path, value) | YamlEdit::Plain(path, value) => {
            set(root, path, scalar(Some(value), plain))
        }
        YamlEdit::Unset(path) => unset(root, path),
    }
}

fn set(node: &mut Node, path: &[String], value: Node) {
    let Some((first, rest)) = path.split_first() else {
        *node = value;
        return;
    };
    let NodeKind::Map(entries) = &mut node.kind else { return };
    let at = entries.iter().position(|(key, _)| key.text() == Some(first)).unwrap_or(entries.len());
    if at == entries.len() {
        let empty = Node { range: 0..0, kind: NodeKind::Map(Vec::new()) };
        entries.push((scalar(Some(first), false), empty));
    }
    set(&mut entries[at].1, rest, value);
}

fn unset(node: &mut Node, path: &[String]) {
    let (NodeKind::Map(entries), Some((first, rest))) = (&mut node.kind, path.split_first()) else { return };
    let Some(at) = entries.iter().position(|(key, _)| key.text() == Some(first)) else { return };
    if !rest.is_empty() {
        unset(&mut entries[at].1, rest);
    }
    if rest.is_empty() || matches!(&entries[at].1.kind, NodeKind::Map(inner) if inner.is_empty()) {
        entries.remove(at);
    }
}
