//! Text → Markdown that it cannot break out of.

use crate::diagnostic::{Cause, Failure};
use crate::report::diagnostic::Placed;
use std::fmt::Write;

/// Text that Markdown and HTML leave alone, on one line.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            c if c.is_control() => escaped.push(' '),
            '<' => escaped.push_str("&lt;"),
            '&' => escaped.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '@' | '!' => {
                escaped.push('\\');
                escaped.push(c);
            }
            c => escaped.push(c),
        }
    }
    escaped
}

/// A block that its text cannot end: the fence is longer than any in it.
pub(super) fn fenced(language: &str, text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}\n", text.trim_end())
}

/// What is wrong and what to do, one line each.
pub(super) fn problems(failure: &Failure) -> String {
    let mut page = String::new();
    for placed in failure.diagnostics.iter().map(Placed::from) {
        let hint = placed.hint.map(|hint| format!(" ({})", escaped(&hint.to_string()))).unwrap_or_default();
        let file = escaped(placed.file);
        let _ = writeln!(
            page,
            "- {file}:{}:{}: {}{hint}",
            placed.line,
            placed.column,
            escaped(&placed.message.to_string())
        );
    }
    for cause in &failure.causes {
        let _ = writeln!(page, "- {}", caused("refused", cause));
    }
    for hint in &failure.hints {
        let _ = writeln!(page, "- hint: {}", escaped(&hint.to_string()));
    }
    page
}

/// One thing that is refused or lost, with what to do about it.
pub(super) fn caused(word: &str, cause: &Cause) -> String {
    let hints = cause.hints.iter().map(|hint| format!("; {}", escaped(&hint.to_string())));
    let message = escaped(&cause.message.to_string());
    format!("**{word}** (`{}`): {message}{}", cause.code, hints.collect::<String>())
}

/// Without colours.
pub(super) fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}
