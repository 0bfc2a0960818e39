//! A text → a YAML scalar that every reader takes for that text.

use std::fmt::Write;

/// How a scalar stands in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// Without quotes; `loose` where a number or boolean is meant as its text.
    Plain { loose: bool },
    /// In single quotes.
    Single,
    /// In double quotes.
    Double,
}

/// Words that YAML 1.1, which other programs read by, takes for booleans or nothing.
const WORDS: [&str; 10] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan"];

/// The scalar, in `wanted` style where that can hold it, and whether it stands without quotes.
pub(super) fn written(text: &str, wanted: Style) -> (String, bool) {
    match wanted {
        Style::Plain { loose } if is_plain(text, loose) => (text.to_owned(), true),
        Style::Single if text.chars().all(is_printable) => (format!("'{}'", text.replace('\'', "''")), false),
        _ => (double(text), false),
    }
}

/// Whether a text can stand without quotes, in a flow collection too.
fn is_plain(text: &str, loose: bool) -> bool {
    let first = text.chars().next();
    let inner = |c: char| c.is_ascii_alphanumeric() || "_./@%+=-:~".contains(c);
    let begins = |c: char| c.is_ascii_alphabetic() || "_/".contains(c) || (loose && c.is_ascii_digit());
    first.is_some_and(begins)
        && text.chars().all(inner)
        && !text.ends_with(':')
        && (loose || !WORDS.contains(&text.to_ascii_lowercase().as_str()))
}

fn is_printable(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

fn double(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if is_printable(c) => out.push(c),
            c if u32::from(c) < 0x100 => drop(write!(out, "\\x{:02X}", u32::from(c))),
            c => drop(write!(out, "\\u{:04X}", u32::from(c))),
        }
    }
    out + "\""
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;
    use crate::yaml::node;

    #[test]
    fn what_is_written_is_read_again() {
        let odd = [
            "",
            " ",
            "a b",
            "yes",
            "NO",
            "1",
            "1.0",
            "-",
            "#x",
            "a: b",
            "a #b",
            "it's",
            "\"",
            "\\n",
            "\n\t\r",
            "é😀",
            "\u{0}\u{1b}\u{85}\u{2028}\u{feff}\u{ffff}",
            "[x]",
            "{x}",
            "*a",
            "&a",
            "!t",
            "|",
            ">",
            "%",
            "@x",
            "`",
            "https://x.cu/a.git",
            "git@x.cu:a",
            "x:",
            "~",
            "null",
            "0x1f",
            "1e3",
            "12:30",
            "---",
            "...",
        ];
        for text in odd {
            for style in
                [Style::Plain { loose: true }, Style::Plain { loose: false }, Style::Single, Style::Double]
            {
                for frame in ["k: ", "{a: 1, k: "] {
                    let end = if frame.starts_with('{') { "}" } else { " # c" };
                    let file = format!("{frame}{}{end}\n", written(text, style).0);
                    let root = node::parse(&Source::new("f", file.clone())).unwrap();
                    assert_eq!(root.get("k").unwrap().text(), Some(text), "{file:?}");
                }
            }
        }
    }
}
