//! A text of a recipe → what it calls that is not there: filters, tests and methods. The engine says so only once it comes
//! there, which may be in a branch that few apps take.

use std::ops::Range;

use minijinja::value::Serde;
use minijinja::{ErrorKind, UndefinedBehavior, Value};

use super::bounds::{self, Tag};
use super::environment;

/// Filters that templates of manifests have beside those of every text.
pub(crate) const OF_MANIFESTS: [&str; 5] = ["bytes", "go_template", "literal", "mib", "seconds"];
/// Filters that the files of a service's configuration have beside those of every text.
pub(crate) const OF_CONFIG: [&str; 3] = ["bytes", "mib", "seconds"];
/// Those of every text, for whoever writes another. Whether one is there the engine says.
const FILTERS: [&str; 44] = [
    "abs",
    "attr",
    "batch",
    "bool",
    "capitalize",
    "chain",
    "count",
    "default",
    "dictsort",
    "escape",
    "first",
    "float",
    "format",
    "groupby",
    "indent",
    "int",
    "items",
    "join",
    "last",
    "length",
    "lines",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "pprint",
    "reject",
    "rejectattr",
    "replace",
    "reverse",
    "round",
    "safe",
    "select",
    "selectattr",
    "slice",
    "sort",
    "split",
    "string",
    "sum",
    "title",
    "trim",
    "unique",
    "upper",
];
/// The same of tests.
const TESTS: [&str; 28] = [
    "boolean",
    "defined",
    "divisibleby",
    "endingwith",
    "eq",
    "even",
    "false",
    "filter",
    "float",
    "ge",
    "gt",
    "in",
    "integer",
    "iterable",
    "le",
    "lower",
    "lt",
    "mapping",
    "ne",
    "none",
    "number",
    "odd",
    "sameas",
    "sequence",
    "startingwith",
    "string",
    "undefined",
    "upper",
];

/// What is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Called {
    /// `text | upper`
    Filter,
    /// `text is string`
    Test,
    /// `text.upper()`
    Method,
}

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call<'t> {
    /// What it is.
    pub(crate) called: Called,
    /// The name that is called.
    pub(crate) name: &'t str,
    /// Where it stands.
    pub(crate) at: Range<usize>,
}

impl Called {
    /// Names that are there.
    pub(crate) fn known(self) -> &'static [&'static str] {
        match self {
            Self::Filter | Self::Method => &FILTERS,
            Self::Test => &TESTS,
        }
    }

    fn has(self, name: &str) -> bool {
        // What a filter is asked to call is a text, and could be anything.
        let is_word = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !is_word || name.is_empty() {
            return false;
        }
        let text = match self {
            Self::Filter => format!("''|{name}"),
            Self::Test => format!("'' is {name}"),
            // No value has any.
            Self::Method => return false,
        };
        let read = environment(UndefinedBehavior::Chainable).compile_expression(&text);
        let none = Value::from(Serde(serde_json::json!({})));
        let unknown = |kind| matches!(kind, ErrorKind::UnknownFilter | ErrorKind::UnknownTest);
        !read.and_then(|read| read.eval(none)).is_err_and(|error| unknown(error.kind()))
    }
}

/// The calls that lead nowhere, each name once. `further`: filters that are known there beside those of every text. A text
/// that cannot be read has none: that has been said.
pub(crate) fn unknown<'t>(text: &'t str, is_template: bool, further: &[&str]) -> Vec<Call<'t>> {
    let mut found: Vec<Call<'t>> = Vec::new();
    for call in all(text, is_template) {
        let is_known = call.called.has(call.name)
            || (call.called == Called::Filter && further.contains(&call.name))
            || found.iter().any(|other| (other.called, other.name) == (call.called, call.name));
        if !is_known {
            found.push(call);
        }
    }
    found
}

/// Where a text makes the same call.
pub(crate) fn find(text: &str, call: &Call<'_>, is_template: bool) -> Option<Range<usize>> {
    let mut same = all(text, is_template).into_iter();
    same.find(|other| (other.called, other.name) == (call.called, call.name)).map(|other| other.at)
}

/// All calls, in their order.
fn all(text: &str, is_template: bool) -> Vec<Call<'_>> {
    let tags = match is_template {
        true => bounds::template(text).unwrap_or_default(),
        false => vec![Tag { content: 0..text.len(), is_statement: false }],
    };
    // What another file gives may be called by its name, and so may a loop that has another name.
    let begins = |tag: &Tag, words: &[&str]| {
        let content = text[tag.content.clone()].trim_start_matches(['-', '+']).trim_start();
        tag.is_statement && words.iter().any(|word| content.starts_with(word))
    };
    let names_others = |tag: &Tag| {
        begins(tag, &["import ", "from "])
            || (begins(tag, &["set "]) && text[tag.content.clone()].trim_end().ends_with("loop"))
    };
    let imports = tags.iter().any(names_others);
    let mut calls = Vec::new();
    for tag in tags {
        let mut reader = Reader { text, tokens: tokens(text, tag.content), calls: Vec::new() };
        reader.read(tag.is_statement);
        calls.append(&mut reader.calls);
    }
    calls.retain(|call| call.called != Called::Method || !imports);
    calls
}

/// A piece of what stands in a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// A name or number.
    Word(Range<usize>),
    /// What stands in quotes.
    Text(Range<usize>),
    /// Anything else.
    Sign(char),
}

fn tokens(text: &str, content: Range<usize>) -> Vec<Token> {
    let is_of_word = |c: char| c.is_alphanumeric() || c == '_';
    let (mut at, end) = (content.start, content.end);
    let mut tokens = Vec::new();
    while let Some(c) = text.get(at..end).and_then(|rest| rest.chars().next()) {
        let start = at;
        at += c.len_utf8();
        let rest = &text[at..end];
        match c {
            '"' | '\'' => {
                at += closing(rest, c);
                tokens.push(Token::Text(start + 1..at));
                at = (at + 1).min(end);
            }
            c if is_of_word(c) => {
                at += rest.find(|c| !is_of_word(c)).unwrap_or(rest.len());
                tokens.push(Token::Word(start..at));
            }
            c if c.is_whitespace() => {}
            c => tokens.push(Token::Sign(c)),
        }
    }
    tokens
}

/// How long a text is that ends with this quote.
fn closing(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices() {
        if c == quote && !escaped {
            return at;
        }
        escaped = c == '\\' && !escaped;
    }
    rest.len()
}

/// Reads what stands in one tag.
struct Reader<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    calls: Vec<Call<'t>>,
}

impl<'t> Reader<'t> {
    fn read(&mut self, is_statement: bool) {
        if is_statement {
            // What trims blanks may stand before it.
            let first = usize::from(matches!(self.tokens.first(), Some(Token::Sign(_))));
            if self.word(first) == Some("filter") {
                self.call(Called::Filter, first + 1);
            }
        }
        for index in 0..self.tokens.len() {
            let before = index.checked_sub(1).and_then(|before| self.tokens.get(before));
            match (&self.tokens[index], before) {
                (Token::Sign('|'), _) => self.filter(index + 1),
                (Token::Sign('('), Some(Token::Word(_))) => self.method(index - 1),
                (Token::Word(_), Some(before)) if self.word(index) == Some("is") && ends_value(before) => {
                    let negated = self.word(index + 1) == Some("not");
                    self.call(Called::Test, index + 1 + usize::from(negated));
                }
                _ => {}
            }
        }
    }

    /// A filter, and what it is asked to call itself: `names | map("upper")`.
    fn filter(&mut self, index: usize) {
        let asked = match self.word(index) {
            Some("map") => Some((Called::Filter, 0)),
            Some("select" | "reject") => Some((Called::Test, 0)),
            Some("selectattr" | "rejectattr") => Some((Called::Test, 2)),
            _ => None,
        };
        self.call(Called::Filter, index);
        let Some((called, words)) = asked else { return };
        let opens = self.tokens.get(index + 1) == Some(&Token::Sign('('));
        let argument = index + 2 + words;
        let follows = words == 0 || self.tokens.get(argument - 1) == Some(&Token::Sign(','));
        if let (Some(Token::Text(at)), true) = (self.tokens.get(argument), opens && follows) {
            self.calls.push(Call { called, name: &self.text[at.clone()], at: at.clone() });
        }
    }

    /// `value.name(…)`, but for what a loop has.
    fn method(&mut self, index: usize) {
        let dotted = index >= 2 && self.tokens[index - 1] == Token::Sign('.');
        if dotted && !matches!(self.word(index - 2), Some("loop" | "self")) {
            self.call(Called::Method, index);
        }
    }

    fn call(&mut self, called: Called, index: usize) {
        if let Some(Token::Word(at)) = self.tokens.get(index) {
            self.calls.push(Call { called, name: &self.text[at.clone()], at: at.clone() });
        }
    }

    fn word(&self, index: usize) -> Option<&'t str> {
        match self.tokens.get(index)? {
            Token::Word(at) => Some(&self.text[at.clone()]),
            _ => None,
        }
    }
}

/// Whether a value ends there, which `is` can stand behind.
fn ends_value(before: &Token) -> bool {
    matches!(before, Token::Word(_) | Token::Text(_) | Token::Sign(')' | ']' | '}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str, is_template: bool) -> Vec<(Called, &str, usize)> {
        let calls = unknown(text, is_template, &["mib"]);
        calls.into_iter().map(|call| (call.called, call.name, call.at.start)).collect()
    }

    #[test]
    fn every_name_that_is_offered_is_there() {
        for called in [Called::Filter, Called::Test] {
            for name in called.known() {
                assert!(called.has(name), "{called:?} {name}");
            }
        }
        assert!(!Called::Test.has("defined and ([0] * 30000000 == [0])"), "it is not run");
        assert!(!Called::Filter.has("uper") && !Called::Test.has("strng"));
    }

    #[test]
    fn what_is_there_is_no_mistake() {
        for text in [
            "a|upper|default('x | y') if a is not none else b is in [1] and c is divisibleby(2)",
            "names|map('upper')|select('defined')|selectattr('name', 'eq', 'x')|map(attribute='a.b')|list",
            "size|mib is odd and size | mib > 'a is strng'",
            "this.is == is.this and a['x|uper']",
        ] {
            assert_eq!(said(text, false), [], "{text}");
        }
        let text = "{% filter upper %}{{ loop.cycle(1) }} a|uper is strng{% endfilter %}{# a|uper #}{% raw %}{{ a|x }}{% endraw %}";
        assert_eq!(said(text, true), []);
        assert_eq!(said("{% import 'm.j2' as m %}{{ m.f(1) }}", true), []);
    }

    #[test]
    fn what_is_not_there_has_its_place_wherever_it_stands() {
        use Called::{Filter, Method, Test};
        assert_eq!(said("main | uper", false), [(Filter, "uper", 7)]);
        assert_eq!(said("main is not strng or main is strng", false), [(Test, "strng", 12)]);
        assert_eq!(said("{% if x %}{{ main|defualt(1) }}{% endif %}", true), [(Filter, "defualt", 18)]);
        assert_eq!(said("{%- filter uper -%}x{% endfilter %}", true), [(Filter, "uper", 11)]);
        let text = "a|map('uper')|select(\"strng\")|rejectattr('b', 'ood')";
        assert_eq!(said(text, false), [(Filter, "uper", 7), (Test, "strng", 22), (Test, "ood", 47)]);
        assert_eq!(said("main.split('/')|last", false), [(Method, "split", 5)]);
    }
}
