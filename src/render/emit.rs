//! Value → YAML text, in one style, such that Go's YAML 1.1-ish readers and YAML 1.2 readers see the same value.
//!
//! serde-saphyr quotes what a reader could take for something else. Two things are added: lines are never folded, so
//! that differences stay small, and a text of several lines is a block only where every reader agrees on blocks.

use crate::diagnostic::Code;
use serde::ser::{Error as _, Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::Value;
use serde_saphyr::{DoubleQuoted, LitStr};

use crate::diagnostic::Failure;

/// The YAML text of `value`.
///
/// Errors: none for a value that came from JSON; kept as an internal failure rather than a panic.
pub fn to_yaml(value: &Value) -> Result<String, Failure> {
    let options = serde_saphyr::ser_options! {
        prefer_block_scalars: false,
        min_fold_chars: usize::MAX,
        folded_wrap_chars: usize::MAX,
    };
    let fail = |error: serde_saphyr::SerializeError| {
        Failure::new(Code::UnsortedInternal, format!("cannot write YAML: {error}"))
    };
    serde_saphyr::to_string_with_options(&Node(value), options).map_err(fail)
}

struct Node<'v>(&'v Value);

impl Serialize for Node<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(flag) => serializer.serialize_bool(*flag),
            Value::Number(number) => number.serialize(serializer),
            Value::String(text) if is_safe_block(text) => LitStr(text).serialize(serializer),
            Value::String(text) if needs_escapes(text) => DoubleQuoted(text).serialize(serializer),
            Value::String(text) => serializer.serialize_str(text),
            Value::Array(items) => {
                let mut seq = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    seq.serialize_element(&Node(item))?;
                }
                seq.end()
            }
            Value::Object(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    // The readers' limit for a key that stands on one line.
                    if key.len() > 1000 {
                        return Err(S::Error::custom("a key of more than 1,000 bytes"));
                    }
                    if needs_escapes(key) {
                        map.serialize_entry(&DoubleQuoted(key), &Node(value))?;
                    } else {
                        map.serialize_entry(key, &Node(value))?;
                    }
                }
                map.end()
            }
        }
    }
}

/// Characters that some reader folds, drops, refuses or takes for the end of a line.
fn is_odd(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(
            c,
            '\u{a0}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' | '\u{e000}'
                ..='\u{f8ff}'
        )
        || u32::from(c) > 0xffff
}

fn needs_escapes(text: &str) -> bool {
    text.contains(|c| is_odd(c) || c == '\n')
}

/// Whether every reader agrees on this text as a literal block.
fn is_safe_block(text: &str) -> bool {
    let lines = || text.split('\n');
    text.trim_end_matches('\n').contains('\n')
        && !text.contains(is_odd)
        && !text.ends_with("\n\n")
        && !text.starts_with(|c: char| c.is_whitespace() || c == '#')
        && lines().all(|line| !line.ends_with(' '))
        && lines().filter(|line| !line.is_empty()).all(|line| !line.trim_start().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    /// Read back by a YAML 1.2 reader.
    fn read(text: &str) -> Value {
        serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }

    const TRAPS: &[&str] = &[
        "",
        " ",
        "yes",
        "no",
        "on",
        "off",
        "y",
        "n",
        "Y",
        "NULL",
        "null",
        "~",
        "true",
        "True",
        "0123",
        "0o17",
        "0O17",
        "0x1F",
        "0X1F",
        "0b-1",
        "1e3",
        "1_000",
        "1__0",
        ".5",
        ".inf",
        ".NaN",
        "12:34:56",
        "1:2",
        "2026-11-23",
        "<<",
        "=",
        "{{ }}",
        "${X}",
        "$(X)",
        "a: b",
        "a #b",
        "#a",
        "- a",
        "-",
        "--",
        "---",
        "...",
        "--- a",
        "kind: Pwned",
        "\n---\nkind: Pwned\n",
        "\t",
        "\ta\nb",
        "a\tb",
        "a\n",
        "a\n\n",
        "\na",
        " a\nb",
        "a\n b",
        "a \nb",
        "a\r\nb",
        "\r",
        "a\u{85}b",
        "\u{7f}",
        "\u{80}",
        "\u{9f}",
        "a\u{2028}b",
        "\u{feff}a",
        "\u{e000}0\u{e001}",
        "🦀",
        "שלום",
        "|",
        ">",
        "'",
        "\"",
        "\\",
        "%a",
        "@a",
        "`a",
        "&a",
        "*a",
        "!a",
        "[a",
        "]",
        "{a",
        "}",
        ",",
        "?",
        "? a",
        ":",
        ": a",
        "a:",
        "\u{0}",
    ];

    #[test]
    fn traps_arrive_as_values_and_as_keys() {
        for trap in TRAPS {
            let value = json!({"data": {*trap: trap, "list": [trap, {"k": trap}]}});
            let text = to_yaml(&value).unwrap();
            assert_eq!(read(&text), value, "{trap:?} became\n{text}");
        }
    }

    #[test]
    fn a_script_is_a_block_that_a_person_can_read() {
        assert_eq!(to_yaml(&json!({"run": "set -e\nexec app\n"})).unwrap(), "run: |\n  set -e\n  exec app\n");
        let long = "word ".repeat(60);
        assert_eq!(to_yaml(&json!({"a": long.trim()})).unwrap().lines().count(), 1);
    }

    proptest! {
        #[test]
        fn any_text_arrives(key in any::<String>(), value in any::<String>(), lines in "[ \ta\n#:-]{0,12}") {
            let object = json!({key: [value], "x": {"y": lines}});
            prop_assert_eq!(read(&to_yaml(&object).unwrap()), object);
        }
    }
}
