//! Lists and mappings of a template, each weighed as it is made. Fuel pays for what is made, and for the items of two lists
//! that are compared, but not for what stands within those: a list of lists of lists that a few lines have doubled would be
//! compared, sorted or looked up for ever, or be too deep for the stack.
//!
//! A call of [`NAME`] is put around whatever makes a list hold another. Invariant: a text that passes means the same as
//! before, and no value within its values is deeper than [`DEPTH`] or holds more than [`MOST`].

use std::ops::Range;

use minijinja::value::ValueKind;
use minijinja::{Environment, Error, ErrorKind, State, Value};

use crate::expression::bounds::{Excess, Tag, excess};

/// The function, and the filter, that weigh.
const NAME: &str = "weighed";
/// How deep lists and mappings may stand in each other.
const DEPTH: usize = 32;
/// The most values that may stand within the values of a list or mapping; 64 bytes of text count as one.
const MOST: usize = 5_000;
/// Filters whose result holds what they were given.
const NESTING: [&str; 8] = ["map", "batch", "slice", "groupby", "zip", "chain", "items", "dictsort"];
/// Functions that do.
const MAKING: [&str; 2] = ["dict", "namespace"];
/// Words after which a bracket begins a list.
const KEYWORDS: [&str; 14] =
    ["and", "or", "not", "in", "is", "if", "else", "elif", "set", "with", "for", "do", "recursive", "filter"];

/// A text with calls put into it.
#[derive(Debug, Default)]
pub(crate) struct Weighed {
    /// The text.
    pub(crate) text: String,
    /// Where something was put in, in the new text, and how long it is.
    put: Vec<(usize, usize)>,
}

impl Weighed {
    /// An expression.
    ///
    /// # Errors
    /// A list that nothing can be put around.
    pub(crate) fn expression(text: &str) -> Result<Self, Excess> {
        Self::of(text, &[Tag { content: 0..text.len(), is_statement: false }])
    }

    /// A template with these tags.
    ///
    /// # Errors
    /// A list that nothing can be put around.
    pub(crate) fn of(text: &str, tags: &[Tag]) -> Result<Self, Excess> {
        let mut puts = Vec::new();
        for tag in tags {
            Reader::new(text, tag, &mut puts).read()?;
        }
        puts.sort_by_key(|(at, _)| *at);
        let mut made = Self::default();
        let mut done = 0;
        for (at, what) in puts {
            made.text.push_str(&text[done..at]);
            done = at;
            made.put.push((made.text.len(), what.len()));
            made.text.push_str(what);
        }
        made.text.push_str(&text[done..]);
        Ok(made)
    }

    /// Where a range of the new text was in the old one.
    pub(crate) fn original(&self, range: Range<usize>) -> Range<usize> {
        let old = |at: usize| {
            let before = self.put.iter().take_while(|(start, _)| *start < at);
            at - before.map(|(start, length)| (*length).min(at - start)).sum::<usize>()
        };
        let start = old(range.start);
        start..old(range.end).max(start)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    /// A list or mapping, or a group that turned out to be one.
    Values,
    /// Around the words of a call of one that makes a mapping.
    Making,
    /// Around the words of a filter whose result holds them.
    Nesting,
    /// Around a part of an expression, from here.
    Group(usize),
    /// Of another call, or an index.
    Words,
}

/// Reads what stands in one tag.
struct Reader<'a> {
    text: &'a str,
    at: usize,
    end: usize,
    /// The first word of a statement.
    statement: &'a str,
    puts: &'a mut Vec<(usize, &'static str)>,
    open: Vec<Open>,
    /// Whether what stands before is a value, which a bracket would index or call.
    operand: bool,
    /// The character before, blanks left out.
    before: char,
    /// What the next parenthesis is of, and the place before it.
    next: Option<Open>,
    /// Whether the `=` of a `set`, or the `in` of a `for`, has been.
    right: bool,
    /// Whether an attribute is set.
    of_attribute: bool,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, tag: &Tag, puts: &'a mut Vec<(usize, &'static str)>) -> Self {
        Self {
            text,
            at: tag.content.start,
            end: tag.content.end,
            statement: if tag.is_statement { "?" } else { "" },
            puts,
            open: Vec::new(),
            operand: false,
            before: ' ',
            next: None,
            right: false,
            of_attribute: false,
        }
    }

    fn read(mut self) -> Result<(), Excess> {
        while self.at < self.end {
            let Some(c) = self.text[self.at..self.end].chars().next() else { break };
            if c.is_alphanumeric() || c == '_' {
                self.word();
                continue;
            }
            let start = self.at;
            self.at += c.len_utf8();
            if !c.is_whitespace() {
                self.sign(c, start)?;
                self.before = c;
            }
        }
        if self.of_attribute && self.right {
            let rest = self.text[..self.end].trim_end_matches(['-', '+']);
            self.puts.push((rest.len(), ")"));
        }
        Ok(())
    }

    fn word(&mut self) {
        let rest = &self.text[self.at..self.end];
        let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let (word, start) = (&rest[..length], self.at);
        self.at += length;
        let is_name = self.before != '.';
        let called = self.text[self.at..self.end].trim_start().starts_with('(');
        if self.statement == "?" {
            self.statement = word;
        }
        if self.before == '|' && NESTING.contains(&word) {
            match called {
                true => self.next = Some(Open::Nesting),
                false => self.puts.push((self.at, "|weighed")),
            }
        } else if is_name && called && MAKING.contains(&word) {
            self.puts.push((start, "weighed("));
            self.next = Some(Open::Making);
        }
        self.right |= self.open.is_empty() && self.statement == "for" && word == "in";
        self.operand = !(is_name && KEYWORDS.contains(&word));
        self.before = 'a';
    }

    fn sign(&mut self, c: char, start: usize) -> Result<(), Excess> {
        match c {
            '"' | '\'' => {
                self.text_literal(c);
                self.operand = true;
                return Ok(());
            }
            '[' | '(' | '{' => self.begins(c, start),
            ']' | ')' | '}' => {
                self.ends();
                return Ok(());
            }
            ',' => self.comma(start)?,
            '.' if self.statement == "set" && !self.right && self.open.is_empty() => self.of_attribute = true,
            '=' if self.statement == "set" && !self.right && self.open.is_empty() => {
                self.right = true;
                if self.of_attribute {
                    self.puts.push((self.at, "weighed("));
                }
            }
            _ => {}
        }
        self.operand = false;
        Ok(())
    }

    fn text_literal(&mut self, quote: char) {
        let mut escaped = false;
        for (at, c) in self.text[self.at..self.end].char_indices() {
            if c == quote && !escaped {
                self.at += at + 1;
                return;
            }
            escaped = c == '\\' && !escaped;
        }
        self.at = self.end;
    }

    fn begins(&mut self, c: char, start: usize) {
        let open = match (self.next.take(), self.operand, c) {
            (Some(open), _, '(') => open,
            (_, true, '[' | '(') => Open::Words,
            (_, false, '(') => Open::Group(start),
            _ => {
                self.puts.push((start, "weighed("));
                Open::Values
            }
        };
        self.open.push(open);
    }

    fn ends(&mut self) {
        match self.open.pop() {
            Some(Open::Values | Open::Making) => self.puts.push((self.at, ")")),
            Some(Open::Nesting) => self.puts.push((self.at, "|weighed")),
            _ => {}
        }
        self.operand = true;
    }

    fn comma(&mut self, start: usize) -> Result<(), Excess> {
        let several = self.may_have_several();
        match self.open.last_mut() {
            Some(open) => {
                if let Open::Group(from) = *open {
                    *open = Open::Values;
                    self.puts.push((from, "weighed("));
                }
                Ok(())
            }
            None if several => Ok(()),
            None => excess(start..start + 1, "a list without brackets: write `[A, B]`"),
        }
    }

    /// Whether commas stand between the parts of the statement itself.
    fn may_have_several(&self) -> bool {
        match self.statement {
            "set" | "for" => !self.right,
            "" | "?" | "if" | "elif" | "do" => false,
            _ => true,
        }
    }
}

/// Lets texts of this environment weigh.
pub(super) fn add(environment: &mut Environment<'static>) {
    environment.add_function(NAME, |state: &State, value: Value| weigh(state, value));
    environment.add_filter(NAME, |state: &State, value: Value| weigh(state, value));
}

fn weigh(state: &State, value: Value) -> Result<Value, Error> {
    let mut scales = Scales { state, left: MOST };
    scales.within(&value, 0)?;
    Ok(value)
}

struct Scales<'a, 's, 'e> {
    state: &'a State<'s, 'e>,
    left: usize,
}

impl Scales<'_, '_, '_> {
    fn within(&mut self, value: &Value, depth: usize) -> Result<(), Error> {
        let invalid = |message: String| Err(Error::new(ErrorKind::InvalidOperation, message));
        if depth > DEPTH {
            return invalid(format!("lists more than {DEPTH} levels deep"));
        }
        if depth > 0 && is_namespace(value) {
            return invalid("a namespace cannot be part of another value".to_owned());
        }
        // The items of the list itself are paid for where it is made and where it is looked at.
        if depth > 1 {
            let cost = 1 + value.as_str().map_or(0, str::len) / 64;
            let Some(left) = self.left.checked_sub(cost) else {
                return invalid(format!("a list with more than {MOST} values within its values"));
            };
            self.left = left;
            if left.is_multiple_of(4) {
                self.state.consume_fuel(1)?;
            }
        }
        match value.kind() {
            ValueKind::Seq | ValueKind::Iterable => {
                value.try_iter()?.try_for_each(|item| self.within(&item, depth + 1))
            }
            ValueKind::Map => value.try_iter()?.try_for_each(|key| {
                self.within(&key, depth + 1)?;
                self.within(&value.get_item(&key)?, depth + 1)
            }),
            _ => Ok(()),
        }
    }
}

/// One could hold itself.
fn is_namespace(value: &Value) -> bool {
    value.as_object().is_some_and(|object| object.type_name().ends_with("::Namespace"))
}

#[cfg(test)]
#[path = "weighed/tests.rs"]
mod tests;
