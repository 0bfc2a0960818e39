//! Where something stands: a text that a person wrote, and a range in it.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// A text that a person wrote, with the name by which that person knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Path as it is shown to the person: relative where it was given so.
    pub name: String,
    /// The whole text, or nothing where the file could not be read as text.
    pub text: String,
}

impl Source {
    /// A source that spans can point into.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Arc::new(Self { name: name.into(), text: text.into() })
    }
}

/// A range of bytes in a [`Source`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The text that is pointed into.
    pub source: Arc<Source>,
    /// Byte offsets; an empty range is a place between two characters.
    pub range: Range<usize>,
}

impl Span {
    /// A place in `source`; a range outside the text is cut to it, and to character boundaries.
    pub fn new(source: &Arc<Source>, range: Range<usize>) -> Self {
        let floor = |mut at: usize| {
            at = at.min(source.text.len());
            while !source.text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let start = floor(range.start);
        Self { source: Arc::clone(source), range: start..floor(range.end).max(start) }
    }

    /// The same place in a text that does not show what stands there, which may be secret.
    #[must_use]
    pub fn masked(&self) -> Self {
        let Self { source, range } = self;
        let mut text = source.text.clone();
        text.replace_range(range.clone(), &"*".repeat(range.len()));
        Self { source: Source::new(source.name.clone(), text), range: range.clone() }
    }

    /// The same place in a text that shows nothing of these places, as far as they are in it.
    #[must_use]
    pub(crate) fn hiding(&self, places: &[Self]) -> Self {
        let (own, length) = (&self.source.name, self.source.text.len());
        let here = places.iter().filter(|one| one.source.name == *own && one.source.text.len() == length);
        let hide = |span: Self, one: &Self| Self {
            range: self.range.clone(),
            ..Self::new(&span.source, one.range.clone()).masked()
        };
        here.fold(self.clone(), hide)
    }

    /// The beginning of a file, for problems of the file as a whole.
    pub fn file(source: &Arc<Source>) -> Self {
        Self::new(source, 0..0)
    }

    /// Line and column of the start, both counted from 1, the column in characters.
    pub fn line_column(&self) -> (usize, usize) {
        let before = &self.source.text[..self.range.start];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        (line, column)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, column) = self.line_column();
        write!(f, "{}:{line}:{column}", self.source.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_knows_its_line_and_column_in_characters() {
        let source = Source::new("f", "añb: 1\nçx: 2\n");
        let start = source.text.find('x').unwrap();
        assert_eq!(Span::new(&source, start..start + 1).to_string(), "f:2:2");
    }

    #[test]
    fn a_range_outside_the_text_is_cut() {
        let source = Source::new("f", "é");
        assert_eq!(Span::new(&source, 1..99).range, 0..2);
    }
}
