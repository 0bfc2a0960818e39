//! A place where a text could not be read as YAML → what is most likely wrong there, in plain words. It goes by the
//! text alone, and says nothing that stands behind a colon: a value may be a secret.

use crate::yaml::lines::{Line, lines};

/// What to do about the text at `at`, where reading it came to an end.
pub(super) fn advice(text: &str, at: usize) -> Option<String> {
    let lines = lines(text);
    let here = lines.iter().rposition(|line| line.start <= at)?;
    let (line, before) = (&lines[here], &lines[..here]);
    tab(&lines[here.saturating_sub(1)..=here])
        .or_else(|| apostrophe(line))
        .or_else(|| unclosed(text, at, line))
        .or_else(|| sign(text, at))
        .or_else(|| no_space(line))
        .or_else(|| before.last().and_then(no_space))
        .or_else(|| two_in_one(line, at))
        .or_else(|| too_far(line, before))
        .or_else(|| nowhere(line, before))
}

fn tab(lines: &[Line<'_>]) -> Option<String> {
    let line = lines.iter().rev().find(|line| line.has_tab())?;
    Some(format!("indent line {} with spaces: YAML allows no tab there", line.number))
}

/// A text in single quotes that a quote within it ends: `'it's'`.
fn apostrophe(line: &Line<'_>) -> Option<String> {
    let (mut inside, mut last) = (false, ' ');
    let mut signs = line.text.chars().peekable();
    while let Some(sign) = signs.next() {
        let begins = last.is_whitespace() || matches!(last, '[' | '{' | ',');
        let next = signs.peek().copied();
        match sign {
            '\'' if inside && next == Some('\'') => drop(signs.next()),
            '\'' if inside && next.is_some_and(char::is_alphanumeric) => {
                return Some(
                    "write a ' twice within single quotes, 'it''s', or put the text in double quotes"
                        .to_owned(),
                );
            }
            '\'' => inside = !inside && begins,
            _ => {}
        }
        last = sign;
    }
    None
}

/// A bracket on a line above, or a quote or bracket here, that nothing closes.
fn unclosed(text: &str, at: usize, line: &Line<'_>) -> Option<String> {
    if let Some(quote @ ('"' | '\'')) = text[at.min(text.len())..].chars().next() {
        if quote == '"' && has_unknown_escape(text.get(at + 1..).unwrap_or_default()) {
            let hint = "in double quotes a backslash begins an escape such as \\n: write single quotes, in which it \
                        stands for itself";
            return Some(hint.to_owned());
        }
        return Some(format!("close the {quote} that begins here"));
    }
    let (open, bracket) = opened(text)?;
    let close = if bracket == '[' { ']' } else { '}' };
    let number = text[..open].matches('\n').count() + 1;
    (open <= at || number < line.number).then(|| format!("close the {bracket} of line {number} with {close}"))
}

/// Whether a text in double quotes has an escape that YAML does not know, as a regular expression has.
fn has_unknown_escape(inside: &str) -> bool {
    let mut signs = inside.chars();
    while let Some(sign) = signs.next().filter(|sign| *sign != '"') {
        let escaped = if sign == '\\' { signs.next() } else { None };
        if escaped.is_some_and(|escaped| !"0abt\tnvfre \"/\\N_LPxuU\n\r".contains(escaped)) {
            return true;
        }
    }
    false
}

/// The first bracket that begins a list or mapping and is not closed.
fn opened(text: &str) -> Option<(usize, char)> {
    let (mut open, mut quote, mut last) = (Vec::new(), None, ' ');
    let mut comment = false;
    for (at, c) in text.char_indices() {
        let begins = last.is_whitespace() || (!open.is_empty() && matches!(last, '[' | '{' | ',' | ':'));
        match (c, quote) {
            ('\n', None) => comment = false,
            _ if comment => {}
            (_, Some(end)) => quote = quote.filter(|_| c != end),
            ('#', None) if last.is_whitespace() => comment = true,
            ('"' | '\'', None) if begins => quote = Some(c),
            ('[' | '{', None) if begins => open.push((at, c)),
            (']' | '}', None) => drop(open.pop()),
            _ => {}
        }
        last = c;
    }
    open.first().copied()
}

/// A value that begins with a sign which means something to YAML.
fn sign(text: &str, at: usize) -> Option<String> {
    let sign = text[at.min(text.len())..].chars().next().filter(|c| "@`%*&".contains(*c))?;
    let before = text[..at.min(text.len())].rsplit('\n').next().unwrap_or_default();
    if before.trim_end().ends_with("<<:") {
        return Some(
            "merge keys (`<<`) and aliases are not read: write the keys out where they belong".to_owned(),
        );
    }
    Some(format!("put a value that begins with {sign} in quotes"))
}

/// `key:value`, or a line without any colon.
fn no_space(line: &Line<'_>) -> Option<String> {
    let text = line.bare();
    if text.contains(": ") || text.ends_with(':') || text.starts_with(['"', '\'', '[', '{']) || line.dashes {
        return None;
    }
    match text.split_once(':') {
        Some((key, rest)) if is_word(key) && !rest.starts_with("//") => {
            Some(format!("write a space after the colon in line {}: `{key}: …`", line.number))
        }
        None => {
            let key = text.split_whitespace().next().filter(|key| is_word(key))?;
            Some(format!("line {} needs a colon and a space after its key: `{key}: …`", line.number))
        }
        Some(_) => None,
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

/// A second `: ` in a line.
fn two_in_one(line: &Line<'_>, at: usize) -> Option<String> {
    let head = line.text.get(..at.checked_sub(line.start)?)?;
    head.contains(": ")
        .then(|| "put a value that contains `: ` in quotes, and a second key on a line of its own".to_owned())
}

/// A line that is indented below one which has its value already.
fn too_far(line: &Line<'_>, before: &[Line<'_>]) -> Option<String> {
    let above = before.last()?;
    let full = !above.bare().ends_with(':') && above.content < line.indent;
    full.then(|| {
        format!(
            "line {} is indented further than line {}, which has its value already: begin both in the same column",
            line.number, above.number
        )
    })
}

/// A line that begins where nothing is that it could belong to.
fn nowhere(line: &Line<'_>, before: &[Line<'_>]) -> Option<String> {
    let mut open: Vec<(usize, &Line<'_>)> = Vec::new();
    for above in before {
        open.retain(|(column, _)| *column < above.indent || (*column == above.indent && !above.dashes));
        open.retain(|(column, _)| *column != above.indent);
        open.push((above.indent, above));
        if above.dashes {
            open.push((above.content, above));
        }
    }
    let number = line.number;
    match open.iter().rev().find(|(column, _)| *column == line.indent) {
        Some((column, above)) if above.dashes && *column == above.indent && !line.dashes => Some(format!(
            "line {} begins an item of a list: begin line {number} with `- ` too, or indent it further where it \
             belongs to that item",
            above.number
        )),
        Some((column, above)) if line.dashes && !(above.dashes && *column == above.indent) => Some(format!(
            "line {} is no item of a list: begin line {number} without `- `, or indent it below its key",
            above.number
        )),
        Some(_) => None,
        None => {
            let mut columns: Vec<String> = open.iter().map(|(column, _)| (column + 1).to_string()).collect();
            columns.dedup();
            Some(format!(
                "line {number} begins in column {}, the lines above it that it could belong to in column {}: lines of \
                 one list or mapping begin in the same column",
                line.indent + 1,
                columns.join(" or ")
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Source;
    use crate::yaml::node::parse;

    /// Place and hint of what is wrong first.
    fn hint(text: &str) -> String {
        let found = parse(&Source::new("f", text)).unwrap_err().remove(0);
        format!("{}: {}", found.span, found.hint.map(|hint| hint.to_string()).unwrap_or_default())
    }

    #[test]
    fn what_is_wrong_is_said_in_plain_words() {
        for (text, said) in [
            ("a:\n\tb: 1\n", "f:2:2: indent line 2 with spaces: YAML allows no tab there"),
            ("a:\n  b:\n  \tc: 1\n", "f:3:4: indent line 3 with spaces: YAML allows no tab there"),
            (
                "a: x\n b: y\n",
                "f:2:3: line 2 is indented further than line 1, which has its value already: begin both in the same column",
            ),
            (
                "e:\n  a: 1\n   b: 2\n",
                "f:3:5: line 3 is indented further than line 2, which has its value already: begin both in the same column",
            ),
            (
                "e:\n    a: 1\n  b: 2\n",
                "f:3:3: line 3 begins in column 3, the lines above it that it could belong to in column 1 or 5: lines of \
                 one list or mapping begin in the same column",
            ),
            (
                "s:\n  - m:\n  size: 1\n",
                "f:3:3: line 2 begins an item of a list: begin line 3 with `- ` too, or indent it further where it \
                 belongs to that item",
            ),
            (
                "e:\n  a: 1\n  - b\n",
                "f:3:5: line 2 is no item of a list: begin line 3 without `- `, or indent it below its key",
            ),
            ("name: a\nruntime:python\n", "f:2:1: write a space after the colon in line 2: `runtime: …`"),
            ("runtime:python\nname: a\n", "f:2:5: write a space after the colon in line 1: `runtime: …`"),
            (
                "name: a\nruntime python\n",
                "f:2:1: line 2 needs a colon and a space after its key: `runtime: …`",
            ),
            (
                "a: b: s3cr3t\n",
                "f:1:5: put a value that contains `: ` in quotes, and a second key on a line of its own",
            ),
            ("a: *x\n", "f:1:4: put a value that begins with * in quotes"),
            (
                "e: {<<: *x}\n",
                "f:1:9: merge keys (`<<`) and aliases are not read: write the keys out where they belong",
            ),
            (
                "e: {A: 'it's}\n",
                "f:1:12: write a ' twice within single quotes, 'it''s', or put the text in double quotes",
            ),
            (
                "A: 'it's'\nB: 'it''s'\n",
                "f:1:8: write a ' twice within single quotes, 'it''s', or put the text in double quotes",
            ),
            ("a: @x\n", "f:1:4: put a value that begins with @ in quotes"),
            (
                "a: \"^v?(\\d+)\"\n",
                "f:1:4: in double quotes a backslash begins an escape such as \\n: write single quotes, in which it \
                 stands for itself",
            ),
            ("a: \"x\\n\n", "f:1:4: close the \" that begins here"),
            ("a: \"x\n", "f:1:4: close the \" that begins here"),
            ("s: [a\ne: {b: c}\n", "f:2:2: close the [ of line 1 with ]"),
            ("e: {a: 1\n", "f:1:4: close the { of line 1 with }"),
        ] {
            assert_eq!(hint(text), said, "{text}");
        }
    }

    #[test]
    fn what_stands_behind_a_colon_is_not_repeated() {
        for text in [
            "env:\n  A: s3cr3t\n   B: s3cr3t\n",
            "env:\n    A: s3cr3t\n  B: s3cr3t\n",
            "B: 1\nA:s3cr3t\n",
            "env: {A: s3cr3t\n",
            "A: \"s3cr3t\n",
            "A: @s3cr3t\n",
            "A: x\n\tB: s3cr3t\n",
        ] {
            assert!(!hint(text).contains("s3cr3t"), "{}", hint(text));
        }
    }
}
