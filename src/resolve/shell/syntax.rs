//! What a line of shell is made of, and the cursor that reads one.

use std::ops::Range;

/// How deep constructs may stand in each other. No person's line comes near; a hostile one must not exhaust the stack.
const DEEPEST: usize = 50;

/// Why a line cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    /// No shell can: a quote or a bracket is open, or a word is missing.
    Invalid,
    /// Shells differ, or it is a here-document.
    Foreign,
}

/// `a && b; c & d`
#[derive(Debug)]
pub(super) struct List {
    pub(super) items: Vec<Item>,
}

/// One element of a list.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) first: Pipeline,
    pub(super) rest: Vec<(Junction, Pipeline)>,
    pub(super) end: End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Junction {
    And,
    Or,
}

/// What stands behind an element of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Nothing,
    Separator,
    Background,
}

#[derive(Debug)]
pub(super) struct Pipeline {
    pub(super) negated: bool,
    pub(super) commands: Vec<Command>,
}

#[derive(Debug)]
pub(super) enum Command {
    /// Its words without assignments and redirections.
    Simple(Vec<Word>),
    Group(List),
    /// With the places of its parentheses.
    Subshell(usize, List, usize),
    /// The bodies of `if` or `case`.
    Branches(Vec<List>),
    /// `for`, `while`, `until`
    Loop(List),
    /// The definition of a function, which runs nothing.
    Function,
}

#[derive(Debug, Clone)]
pub(super) struct Word {
    pub(super) place: Range<usize>,
    /// What it is once quotes are gone; nothing where that is known only to the shell.
    pub(super) text: Option<String>,
}

/// A line, and how far it has been read.
pub(super) struct Reader<'a> {
    pub(super) line: &'a str,
    pub(super) at: usize,
    /// The functions that the line defines.
    pub(super) functions: Vec<String>,
    /// The name of each command in the line, in its order, outside of substitutions.
    pub(super) names: Vec<Option<String>>,
    depth: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(line: &'a str) -> Self {
        Self { line, at: 0, functions: Vec::new(), names: Vec::new(), depth: 0 }
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.line[self.at..]
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// Whether this comes next; then it is read.
    pub(super) fn took(&mut self, text: &str) -> bool {
        let comes = self.rest().starts_with(text);
        if comes {
            self.at += text.len();
        }
        comes
    }

    /// Reads something that may hold itself.
    pub(super) fn within<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Unread>,
    ) -> Result<T, Unread> {
        if self.depth == DEEPEST {
            return Err(Unread::Foreign);
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }
}
