//! Colours. They are in the texts always; whoever prints takes them out where no terminal is.

use anstyle::{AnsiColor, Style};

pub(super) const GOOD: Style = AnsiColor::Green.on_default().bold();
pub(super) const NEW: Style = AnsiColor::Green.on_default();
pub(super) const CHANGED: Style = AnsiColor::Yellow.on_default();
pub(super) const GONE: Style = AnsiColor::Red.on_default();
pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(super) const FAINT: Style = Style::new().dimmed();
pub(super) const STRONG: Style = Style::new().bold();

/// A text in a style.
pub(super) fn paint(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}

/// A text without what a terminal would take for a command: a file's words are shown, never obeyed.
pub(super) fn tame(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\t' => c,
            c if c.is_control() => '\u{fffd}',
            c if turns(c) => '\u{fffd}',
            c => c,
        })
        .collect()
}

/// Whether a character turns the reading direction around: a name would look like another one.
fn turns(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The same of a text that is painted already, so that its other commands stay.
pub(super) fn upright(text: &str) -> String {
    text.chars().map(|c| if turns(c) { '\u{fffd}' } else { c }).collect()
}
