//! A value → text that HTML takes for nothing but text, in an element or in an attribute with quotes.

use minijinja::value::ValueKind;
use minijinja::{Error, Output, State, Value};

use crate::report::style::tame;

/// Writes a value of the template. There is no way round it.
pub(super) fn format(out: &mut Output<'_>, _: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    match (value.kind(), value.as_str()) {
        (ValueKind::None, _) => Ok(()),
        (_, Some(text)) => out.write_str(&escaped(text)).map_err(Error::from),
        _ => out.write_str(&escaped(&value.to_string())).map_err(Error::from),
    }
}

/// Neither markup, nor what turns the reading direction around, nor a command for the runner of a CI job whose log it may
/// be printed into.
pub(super) fn escaped(text: &str) -> String {
    let text = tame(text);
    let mut escaped = String::with_capacity(text.len());
    let mut last = ' ';
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '[' if last == '#' => escaped.push_str("&#91;"),
            ':' if last == ':' => escaped.push_str("&#58;"),
            c => escaped.push(c),
        }
        last = c;
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_markup_or_a_command() {
        for (text, is) in [
            ("<script>alert('1')</script>", "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;"),
            ("\" onclick=\"x", "&quot; onclick=&quot;x"),
            ("a & b", "a &amp; b"),
            ("\u{202e}txt\u{1b}[31m", "\u{fffd}txt\u{fffd}[31m"),
            ("::add-mask::x", ":&#58;add-mask:&#58;x"),
            ("##[error]", "##&#91;error]"),
            ("tasks é ñ", "tasks é ñ"),
        ] {
            assert_eq!(escaped(text), is);
        }
    }
}
