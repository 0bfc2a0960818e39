//! A tree that its schema refuses → as much of it as can be read, so that one mistake does not hide the next. What is
//! wrong is left out, a misspelt key is read as the one that it most likely stands for, and [`Doubts`] remember what is
//! not as a person wrote it.
//!
//! Invariant: each problem is about what a person wrote, never about what was left out or filled in here.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use crate::diagnostic::{Diagnostic, Source};
use crate::schema::{Fault, OwnSchema, Segment, Violation};
use crate::yaml::node::{Node, NodeKind};
use crate::yaml::place::place;

/// The most times that a tree is checked again: a misspelt key in a misspelt key takes two.
const ROUNDS: usize = 16;

/// The most mistakes of a file that is still worth reading for what is right in it.
const MOST: usize = 1000;

/// Where a document is not what a person wrote, or meant.
#[derive(Debug, Clone, Default)]
pub(super) struct Doubts(Vec<Doubt>);

#[derive(Debug, Clone, PartialEq)]
struct Doubt {
    path: Vec<Segment>,
    why: Why,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    /// The value was left out.
    LeftOut,
    /// An empty value was filled in, since one has to be there.
    Blank,
    /// An item of this list was left out.
    Item,
    /// This key cannot be one, but was kept with its value.
    Key,
    /// The key was written otherwise.
    Guess,
}

impl Doubts {
    /// Doubts about the whole document.
    pub(super) fn of_everything() -> Self {
        Self(vec![Doubt { path: Vec::new(), why: Why::LeftOut }])
    }

    /// Adds one about `path`.
    pub(super) fn add(&mut self, path: &[&str]) {
        let path = path.iter().map(|part| Segment::Key((*part).to_owned())).collect();
        self.0.push(Doubt { path, why: Why::LeftOut });
    }

    /// Whether what is read at `path`, or is missing there, is what stands in the file.
    pub(super) fn is_sound(&self, path: &[&str]) -> bool {
        !self.0.iter().any(|doubt| {
            let same = doubt.path.iter().zip(path).all(|(segment, part)| is(segment, part));
            let covers = doubt.why != Why::Item || path.len() <= doubt.path.len();
            doubt.why != Why::Guess && same && covers
        })
    }

    /// Why nothing is to be said of a violation at `path`.
    fn silence(&self, path: &[Segment], at_key: bool) -> Option<Why> {
        let silences = |doubt: &&Doubt| match doubt.why {
            Why::LeftOut => doubt.path.iter().zip(path).all(|(one, other)| one == other),
            Why::Blank | Why::Item => doubt.path == path,
            Why::Key => at_key && doubt.path == path,
            // That the guess was right is not known, so a value that does not fit there says nothing.
            Why::Guess => !at_key && doubt.path == path,
        };
        // Of several the one that says to leave the tree as it is counts.
        let mut all = self.0.iter().filter(silences).map(|doubt| doubt.why);
        let first = all.next()?;
        Some(std::iter::once(first).chain(all).find(|why| is_kept(*why)).unwrap_or(first))
    }

    /// The item `index` of the list at `path` is gone: those behind it have moved up.
    fn move_up(&mut self, path: &[Segment], index: usize) {
        let item = [path, &[Segment::Index(index)]].concat();
        self.0.retain(|doubt| !doubt.path.starts_with(&item));
        for doubt in self.0.iter_mut().filter(|doubt| doubt.path.starts_with(path)) {
            if let Some(Segment::Index(at)) = doubt.path.get_mut(path.len())
                && *at > index
            {
                *at -= 1;
            }
        }
    }
}

fn is(segment: &Segment, part: &str) -> bool {
    match segment {
        Segment::Key(key) => key == part,
        Segment::Index(index) => part.parse() == Ok(*index),
    }
}

/// Whether what is silenced for this reason stays in the tree.
fn is_kept(why: Why) -> bool {
    matches!(why, Why::Blank | Why::Key)
}

/// A tree that is being mended.
pub(super) struct Mending<'s> {
    pub(super) source: &'s Arc<Source>,
    pub(super) root: Node,
    pub(super) doubts: Doubts,
    pub(super) problems: Vec<Diagnostic>,
}

impl Mending<'_> {
    /// Leaves out what `schema` refuses, until it refuses nothing.
    pub(super) fn mend(&mut self, schema: &OwnSchema) {
        for _ in 0..ROUNDS {
            let found = schema.violations(&self.root.to_json());
            if !self.round(found) {
                break;
            }
        }
        self.problems.sort_by_key(|problem| problem.span.range.start);
    }

    /// Says what is new of `found`, and mends all of it; false where nothing had to be mended.
    fn round(&mut self, found: Vec<Violation>) -> bool {
        let guesses: BTreeSet<Vec<Segment>> = found.iter().filter_map(guess).collect();
        let (mut wrong, before) = (Vec::new(), self.problems.len());
        for violation in found {
            let at = target(&violation);
            // What is said of the misspelt key is enough.
            if matches!(violation.fault, Fault::MissingKey { .. }) && guesses.contains(&at) {
                continue;
            }
            let silence = self.doubts.silence(&at, violation.at_key);
            if silence.is_none() {
                self.problems.push(place(self.source, &self.root, violation.clone()));
            }
            if !silence.is_some_and(is_kept) {
                wrong.push((at, violation));
            }
        }
        if self.problems.len() > MOST.max(before) {
            self.root.kind = NodeKind::Map(Vec::new());
            self.doubts = Doubts::of_everything();
            return true;
        }
        // From the end, so that what is still to be mended stays where it is.
        wrong.reverse();
        wrong.dedup_by(|one, other| one.0 == other.0 && one.1.at_key == other.1.at_key);
        wrong.iter().for_each(|(at, violation)| self.apply(at, violation));
        !wrong.is_empty()
    }

    fn apply(&mut self, at: &[Segment], violation: &Violation) {
        match &violation.fault {
            Fault::MissingKey { key, blank } => self.fill(at, key, blank),
            Fault::UnknownKey { .. } => match guess(violation) {
                Some(meant) if find(&mut self.root, &meant).is_none() => self.rename(at, meant),
                _ => drop(self.take(at)),
            },
            Fault::Value | Fault::NotText | Fault::Pattern if violation.at_key => self.doubt(at, Why::Key),
            Fault::Value | Fault::NotText | Fault::Pattern | Fault::Crowded => self.leave_out(at),
        }
    }

    fn doubt(&mut self, path: &[Segment], why: Why) {
        self.doubts.0.push(Doubt { path: path.to_vec(), why });
    }

    fn leave_out(&mut self, at: &[Segment]) {
        match at.split_last() {
            None => self.root.kind = NodeKind::Map(Vec::new()),
            Some((Segment::Index(index), list)) => {
                if self.take(at).is_some() {
                    self.doubts.move_up(list, *index);
                }
                return self.doubt(list, Why::Item);
            }
            Some((Segment::Key(_), _)) => drop(self.take(at)),
        }
        self.doubt(at, Why::LeftOut);
    }

    /// Writes the key as it was probably meant.
    fn rename(&mut self, at: &[Segment], meant: Vec<Segment>) {
        let (Some((Segment::Key(was), parents)), Some(Segment::Key(is))) = (at.split_last(), meant.last())
        else {
            return;
        };
        let entries = entries(&mut self.root, parents).into_iter().flatten();
        for (key, _) in entries.filter(|(key, _)| key.text() == Some(was)) {
            key.kind = text(is);
        }
        self.doubts.0.push(Doubt { path: meant, why: Why::Guess });
    }

    /// Puts an empty value where one has to be. Its place is that of the mapping.
    fn fill(&mut self, at: &[Segment], key: &str, blank: &Value) {
        let parents = &at[..at.len() - 1];
        let Some(range) = find(&mut self.root, parents).map(|node| node.range.clone()) else { return };
        let node = |kind: NodeKind| Node { range: range.clone(), kind };
        if let Some(entries) = entries(&mut self.root, parents) {
            entries.push((node(text(key)), node(empty(blank))));
        }
        self.doubt(at, Why::LeftOut);
        self.doubt(at, Why::Blank);
    }

    /// Takes a value out of its mapping or list.
    fn take(&mut self, at: &[Segment]) -> Option<Node> {
        let (last, parents) = at.split_last()?;
        let node = find(&mut self.root, parents)?;
        match (&mut node.kind, last) {
            (NodeKind::List(items), Segment::Index(index)) if *index < items.len() => {
                Some(items.remove(*index))
            }
            (NodeKind::Map(entries), Segment::Key(key)) => {
                let index = entries.iter().position(|(one, _)| one.text() == Some(key))?;
                Some(entries.remove(index).1)
            }
            _ => None,
        }
    }
}

/// The place that a violation is about: of a missing key, where it would be.
fn target(violation: &Violation) -> Vec<Segment> {
    let mut path = violation.path.clone();
    if let Fault::MissingKey { key, .. } = &violation.fault {
        path.push(Segment::Key(key.clone()));
    }
    path
}

/// The place that an unknown key was probably to have.
fn guess(violation: &Violation) -> Option<Vec<Segment>> {
    let Fault::UnknownKey { meant: Some(meant) } = &violation.fault else { return None };
    let (_, parents) = violation.path.split_last()?;
    Some([parents, &[Segment::Key(meant.clone())]].concat())
}

fn find<'n>(root: &'n mut Node, path: &[Segment]) -> Option<&'n mut Node> {
    path.iter().try_fold(root, |node, segment| match (&mut node.kind, segment) {
        (NodeKind::List(items), Segment::Index(index)) => items.get_mut(*index),
        (NodeKind::Map(entries), Segment::Key(key)) => {
            entries.iter_mut().find(|(one, _)| one.text() == Some(key)).map(|(_, value)| value)
        }
        _ => None,
    })
}

fn entries<'n>(root: &'n mut Node, path: &[Segment]) -> Option<&'n mut Vec<(Node, Node)>> {
    match &mut find(root, path)?.kind {
        NodeKind::Map(entries) => Some(entries),
        _ => None,
    }
}

fn text(text: &str) -> NodeKind {
    NodeKind::Scalar { text: text.to_owned(), plain: false }
}

/// An empty value as it would be written.
fn empty(blank: &Value) -> NodeKind {
    match blank {
        Value::Object(_) => NodeKind::Map(Vec::new()),
        Value::Array(_) => NodeKind::List(Vec::new()),
        Value::String(word) => text(word),
        other => NodeKind::Scalar { text: other.to_string(), plain: true },
    }
}

#[cfg(test)]
mod tests;
