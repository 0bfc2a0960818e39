//! What a text of a recipe may not be, however it is meant: looked at before it is read, since reading what is nested
//! too deep ends the program, and fuel counts only what is then done.
//!
//! Invariant: no expression that passes here is nested deeper than it is long, or makes a list out of a factor.

use std::ops::Range;

/// The most bytes of a template.
pub(crate) const TEMPLATE: usize = 64 << 10;
/// The most bytes of an expression. Each operator, filter and attribute nests what stands before it one level deeper.
const EXPRESSION: usize = 2000;
/// The most `elif` of a template: each is nested in the one before.
const BRANCHES: usize = 200;

/// What is too much, and where.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Excess {
    /// The bytes that are meant.
    pub(crate) at: Range<usize>,
    /// What is wrong with them.
    pub(crate) message: String,
}

/// What stands in a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tag {
    /// The bytes between its marks.
    pub(crate) content: Range<usize>,
    /// Whether it is a statement, and not an expression.
    pub(crate) is_statement: bool,
}

pub(super) fn excess<T>(at: Range<usize>, message: impl Into<String>) -> Result<T, Excess> {
    Err(Excess { at, message: message.into() })
}

/// Looks at one expression.
///
/// # Errors
/// What is too much in it.
pub(crate) fn expression(text: &str) -> Result<(), Excess> {
    tag(text, 0, false).map(drop)
}

/// Looks at the expressions and statements of a template, and gives them.
///
/// # Errors
/// The first that is too much.
pub(crate) fn template(text: &str) -> Result<Vec<Tag>, Excess> {
    if text.len() > TEMPLATE {
        return excess(0..0, format!("a template of more than {} KiB", TEMPLATE >> 10));
    }
    let (mut at, mut branches, mut tags) = (0, 0, Vec::new());
    while let Some(start) = text[at..].find('{').map(|found| at + found) {
        let rest = &text[start + 1..];
        at = match rest.as_bytes().first() {
            Some(b'#') => rest[1..].find("#}").map_or(text.len(), |end| start + 2 + end + 2),
            Some(b'%') if raw(&rest[1..]) => after_raw(text, start + 2),
            Some(b'{' | b'%') => {
                let content = &rest[1..];
                branches += usize::from(word(content) == "elif");
                if branches > BRANCHES {
                    return excess(start..start + 2, format!("more than {BRANCHES} `elif` in a template"));
                }
                let end = start + 2 + tag(content, start + 2, true)?;
                let is_statement = rest.starts_with('%');
                tags.push(Tag { content: start + 2..end.saturating_sub(2).max(start + 2), is_statement });
                end
            }
            _ => start + 1,
        };
    }
    Ok(tags)
}

/// The first word of a statement.
fn word(content: &str) -> &str {
    let content = content.trim_start_matches(['-', '+']).trim_start();
    content.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default()
}

/// Whether a statement begins a part that holds no others.
fn raw(content: &str) -> bool {
    word(content) == "raw"
}

/// Where the text goes on after a part that holds no statements.
fn after_raw(text: &str, start: usize) -> usize {
    let mut at = start;
    while let Some(found) = text[at..].find("{%") {
        at += found + 2;
        if word(&text[at..]) == "endraw" {
            return text[at..].find("%}").map_or(text.len(), |end| at + end + 2);
        }
    }
    text.len()
}

/// Looks at what stands in a tag that begins at `offset`, or at all of it where nothing `ends` it; how long it is.
fn tag(text: &str, offset: usize, ends: bool) -> Result<usize, Excess> {
    let bytes = text.as_bytes();
    let (mut at, mut open, mut quote) = (0, 0_isize, None);
    while at < bytes.len().min(EXPRESSION + 1) {
        match (quote, bytes[at]) {
            (Some(_), b'\\') => at += 1,
            (Some(mark), byte) if byte == mark => quote = None,
            (Some(_), _) => {}
            (None, byte @ (b'"' | b'\'')) => quote = Some(byte),
            (None, b'}' | b'%') if ends && open == 0 && bytes.get(at + 1) == Some(&b'}') => {
                return Ok(at + 2);
            }
            (None, b'(' | b'[' | b'{') => open += 1,
            (None, b')' | b']' | b'}') => open -= 1,
            (None, b'*') if bytes.get(at + 1) == Some(&b'*') => at += 1,
            (None, b'*') => factors(text, at, offset)?,
            _ => {}
        }
        at += 1;
    }
    if text.len() > EXPRESSION {
        return excess(offset..offset + 2, format!("an expression of more than {EXPRESSION} bytes"));
    }
    Ok(text.len())
}

/// A factor repeats a list without cost, and whoever looks at it pays: only what is plainly a number is multiplied.
fn factors(text: &str, at: usize, offset: usize) -> Result<(), Excess> {
    let (before, after) = (text[..at].trim_end(), text[at + 1..].trim_start());
    if is_number(before) && starts_with_number(after) {
        return Ok(());
    }
    excess(
        offset + at..offset + at + 1,
        "`*` is for numbers: `NAME|int * 1024`, with a number as it stands on its right",
    )
}

/// Whether a text ends with a number, or with a filter that makes one.
fn is_number(before: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let rest = before.trim_end_matches(is_part);
    let last = &before[rest.len()..];
    let rest = rest.trim_end();
    match last {
        "int" | "float" | "length" | "mib" | "bytes" | "seconds" => rest.ends_with('|'),
        _ => last.starts_with(|c: char| c.is_ascii_digit()) && !rest.ends_with('.'),
    }
}

/// Whether a text starts with a number that nothing is made of.
fn starts_with_number(after: &str) -> bool {
    let rest = after.trim_start_matches(|c: char| c.is_ascii_digit() || c == '_' || c == '.');
    rest.len() < after.len()
        && after.starts_with(|c: char| c.is_ascii_digit())
        && !rest.trim_start().starts_with(['|', '[', '('])
        && !rest.starts_with(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> Option<(usize, String)> {
        template(text).err().map(|one| (one.at.start, one.message))
    }

    #[test]
    fn what_people_write_passes() {
        for text in [
            "a { b } {{ c }} {# {{ #} {% raw %}{{ [0] * 5 {% endraw %}{{ d }}",
            "{% set x = {'a': {'b': 1}} %}{{ x|int * 1024 }}{{ 2 * 3 }}{{ 'a * b' }}{{ 2 ** 3 }}",
            "{{ \"\\\" * [0]\" }}{{ (megabytes|float * 1.5) | int }}{{ size|mib * 2 }}",
            "{%- for key, value in all|items -%}{{ key }}{%- endfor -%}",
        ] {
            assert!(template(text).is_ok(), "{text}");
        }
        assert_eq!(expression("a and not b or c == '*'"), Ok(()));
    }

    #[test]
    fn what_is_too_long_has_its_place_and_what_hides_it_does_not_help() {
        let long = "1".to_owned() + &" + 1".repeat(1000);
        for before in ["", "\n{# {{ #}", "{% raw %}{# '{% endraw %}", "{{ {'a': {'b': 1}} }}", "{{ '}}' }}"] {
            let (at, message) = refused(&format!("{before}{{{{ {long} }}}}")).unwrap();
            assert_eq!((at, message.as_str()), (before.len() + 2, "an expression of more than 2000 bytes"));
        }
        for hidden in ["{'a': {}}", "'}}'", "{%- raw +%}"] {
            assert!(refused(&format!("{{{{ {hidden} + {long} }}}}")).is_some(), "{hidden}");
        }
        assert!(expression(&("a".to_owned() + &"|e".repeat(50_000))).is_err());
        assert!(refused(&format!("{{% if a %}}{}{{% endif %}}", "{%elif a%}".repeat(201))).is_some());
        assert!(refused(&"x".repeat(TEMPLATE + 1)).is_some());
    }

    #[test]
    fn nothing_but_a_number_is_multiplied() {
        for text in [
            "[0] * 100000000",
            "100000000 * [0]",
            "x * 5",
            "5 * x",
            "x.0 * 5",
            "x[0] * 5",
            "x. 5 * 5",
            "list3 * 5",
            "3 * 5|string|list",
            "f(*x)",
            "x|list * 5",
        ] {
            assert_eq!(expression(text).map_err(|one| one.message.contains("numbers")), Err(true), "{text}");
        }
    }
}
