//! A `.env` file → variables with their places. The dialect: `NAME=VALUE` lines, `export` before them or not, `#`
//! comments, values bare or in `'…'`, `"…"` or `` `…` ``, which may go over several lines. `\n`, `\r`, `\t`, `\"`, `\\`
//! and `\$` mean something in double quotes alone. Nothing is expanded: `$X` stays `$X`.

use crate::diagnostic::Code;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Source, Span};

/// Values by name, each with the place of its name.
pub(crate) type Variables = BTreeMap<String, (String, Span)>;

/// Reads a file's text; a line end in a value is a line feed, whatever the file's are.
///
/// # Errors
/// Every line that is none of the above, and names that are set twice, each with its place. No message shows a
/// value.
pub fn read(source: &Arc<Source>) -> Result<Variables, Vec<Diagnostic>> {
    let mut reader = Reader { text: &source.text, at: 0 };
    let (mut found, mut problems) = (Variables::new(), Vec::new());
    if source.text.starts_with('\u{feff}') {
        reader.at = '\u{feff}'.len_utf8();
    }
    // A caret block would show the line, and with it a value: the place is in a text without values.
    let hidden = Source::new(source.name.clone(), without_values(&source.text));
    let problem = |code: Code, range: Range<usize>, message: String, hint: &str| {
        Diagnostic::error(code, Span::new(&hidden, range), message).hint(hint)
    };
    while reader.at < source.text.len() {
        match reader.line() {
            Ok(None) => {}
            Ok(Some((name, value))) => {
                let span = Span::new(&hidden, name.clone());
                let name = source.text[name.clone()].to_owned();
                if let Some((_, first)) = found.get(&name) {
                    let hint = format!("first set on line {}; keep one of them", first.line_column().0);
                    let message = format!("{name} is set twice");
                    problems.push(problem(Code::DuplicateKey, span.range, message, &hint));
                } else {
                    found.insert(name, (value, span));
                }
            }
            Err((range, message)) => {
                let hint = "write NAME=VALUE, or NAME=\"a value with spaces\"";
                problems.push(problem(Code::InvalidDotenv, range, message.to_owned(), hint));
                reader.skip_line();
            }
        }
    }
    if problems.is_empty() { Ok(found) } else { Err(problems) }
}

/// The text with every character behind a line's first `=` replaced, byte for byte.
fn without_values(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let shown = line.find('=').map_or(0, |at| at + 1);
        // A line without `=` may be the middle of a value.
        let (head, value) = line.split_at(shown);
        out.push_str(head);
        out.extend(value.bytes().map(|byte| if byte == b'\n' { '\n' } else { '*' }));
    }
    out
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

type Line = Option<(Range<usize>, String)>;

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t']).len();
    }

    fn skip_line(&mut self) {
        self.at = self.rest().find(['\n', '\r']).map_or(self.text.len(), |end| self.at + end + 1);
    }

    /// One line, or several where a value goes over them.
    fn line(&mut self) -> Result<Line, (Range<usize>, &'static str)> {
        self.blanks();
        if self.rest().starts_with(['#', '\n', '\r']) || self.rest().is_empty() {
            self.skip_line();
            return Ok(None);
        }
        if let Some(rest) = self.rest().strip_prefix("export").filter(|rest| rest.starts_with([' ', '\t'])) {
            self.at = self.text.len() - rest.len();
            self.blanks();
        }
        let start = self.at;
        let end = self.rest().find(['=', '\n', '\r', ' ', '\t']).map_or(self.text.len(), |end| start + end);
        self.at = end;
        self.blanks();
        if !self.rest().starts_with('=') || start == end {
            return Err((start..end, "not a NAME=VALUE line"));
        }
        self.at += 1;
        let behind = self.at;
        self.blanks();
        let blank = self.at > behind;
        let value = match self.rest().chars().next() {
            Some(quote @ ('"' | '\'' | '`')) => self.quoted(quote)?,
            _ => self.bare(blank),
        };
        Ok(Some((start..end, value)))
    }

    /// Up to the line's end, or to a comment behind a blank; `blank`: whether one stands before the value.
    fn bare(&mut self, blank: bool) -> String {
        let line = self.rest().split(['\n', '\r']).next().unwrap_or_default();
        let comment = line.match_indices('#').map(|(at, _)| at);
        let mut comment = comment.filter(|at| (*at == 0 && blank) || line[..*at].ends_with([' ', '\t']));
        let value = line[..comment.next().unwrap_or(line.len())].trim_end().to_owned();
        self.skip_line();
        value
    }

    fn quoted(&mut self, quote: char) -> Result<String, (Range<usize>, &'static str)> {
        let start = self.at;
        let mut value = String::new();
        let mut chars = self.text[start + 1..].char_indices();
        let mut end = None;
        while let Some((at, c)) = chars.next() {
            match c {
                c if c == quote => {
                    end = Some(start + 1 + at + 1);
                    break;
                }
                '\\' if quote == '"' => match chars.next().map(|(_, c)| c) {
                    Some('n') => value.push('\n'),
                    Some('r') => value.push('\r'),
                    Some('t') => value.push('\t'),
                    Some(c @ ('"' | '\\' | '$')) => value.push(c),
                    other => {
                        value.push('\\');
                        value.extend(other);
                    }
                },
                '\r' if self.text[start + 1 + at..].starts_with("\r\n") => {}
                c => value.push(c),
            }
        }
        let Some(end) = end else { return Err((start..start + 1, "unclosed quote")) };
        self.at = end;
        self.blanks();
        if !(self.rest().is_empty() || self.rest().starts_with(['#', '\n', '\r'])) {
            return Err((self.at..self.at + 1, "unexpected text after the closing quote"));
        }
        self.skip_line();
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> String {
        read(&Source::new(".env", text)).unwrap().remove("A").unwrap().0
    }

    #[test]
    fn the_dialect() {
        for (text, expected) in [
            ("A=1", "1"),
            ("\u{feff}# c\n\nexport A = one two  # c\r\n", "one two"),
            ("A=", ""),
            ("A= # c", ""),
            ("A=a#b", "a#b"),
            ("A=#ff0000", "#ff0000"),
            ("B=1\rA=2\r", "2"),
            ("A='$X \\n # \"' # c\n", "$X \\n # \""),
            ("A=\"a\\nb\\t\\\"\\\\\\$\\d$X\"\n", "a\nb\t\"\\$\\d$X"),
            ("A=\"one\r\ntwo\"\r\nB=3\r\n", "one\ntwo"),
            ("A=`it's \"x\"`", "it's \"x\""),
            ("B=\"A=2\n#\"\nA=3\n", "3"),
            ("A==b=c", "=b=c"),
            ("A=-----BEGIN-----", "-----BEGIN-----"),
        ] {
            assert_eq!(value(text), expected, "{text:?}");
        }
    }

    #[test]
    fn all_mistakes_have_a_place_and_show_no_value() {
        let text = "A=1\nB 2\n=3\nA=4\nC=\"secret\" x\nE=a\rlost\nD='secret\n";
        let problems = read(&Source::new(".env", text)).unwrap_err();
        let said: Vec<String> = problems.iter().map(|p| format!("{}: {}", p.span, p.message)).collect();
        assert_eq!(
            said,
            [
                ".env:2:1: not a NAME=VALUE line",
                ".env:3:1: not a NAME=VALUE line",
                ".env:4:1: A is set twice",
                ".env:5:12: unexpected text after the closing quote",
                ".env:6:5: not a NAME=VALUE line",
                ".env:7:3: unclosed quote",
            ]
        );
        assert!(problems.iter().all(|problem| !problem.span.source.text.contains("secret")));
    }
}
