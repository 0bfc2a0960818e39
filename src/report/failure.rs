//! A failure and its diagnostics → text with the place, the line and a caret under it.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::diagnostic::{Cause, Diagnostic, Failure, Message, Severity};
use crate::report::plan;
use crate::report::style::{BAD, paint, tame};

/// The longest line that a caret block shows whole.
const LONGEST: usize = 300;

/// The whole failure.
pub(super) fn text(failure: &Failure) -> String {
    let mut text = diagnostics(&failure.diagnostics);
    let title = format!("error[{}]", failure.code);
    text.push_str(&format!("{}: {}\n", paint(BAD, title), tame(&failure.message.to_string())));
    text + &causes(&failure.causes) + &hints(&failure.hints)
}

/// What was refused, each with what to do about it.
pub(super) fn causes(causes: &[Cause]) -> String {
    causes.iter().map(|cause| plan::cause("refused", BAD, cause, &[])).collect()
}

/// What to do, one suggestion a line.
pub(super) fn hints(hints: &[Message]) -> String {
    hints.iter().map(|hint| format!("  hint: {}\n", tame(&hint.to_string()))).collect()
}

/// Diagnostics, each with a caret block.
pub(super) fn diagnostics(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(one).collect()
}

fn one(diagnostic: &Diagnostic) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let (line_number, column) = diagnostic.span.line_column();
    let (line, range) = line(diagnostic);
    let message = tame(&diagnostic.message.to_string());
    let hint = diagnostic.hint.as_ref().map(|hint| tame(&hint.to_string()));
    let mut group = Group::with_title(level.primary_title(message).id(diagnostic.code.as_str()));
    let name = tame(&diagnostic.span.source.name);
    if line.is_empty() && diagnostic.span.source.text.is_empty() {
        group = group
            .element(annotate_snippets::Origin::path(name.as_str()).line(line_number).char_column(column));
    } else {
        let snippet = Snippet::source(line).line_start(line_number).path(name.as_str());
        group = group.element(snippet.annotation(AnnotationKind::Primary.span(range)));
    }
    if let Some(hint) = hint {
        group = group.element(Level::HELP.with_name("hint").message(hint));
    }
    format!("{}\n\n", Renderer::styled().render(&[group]))
}

/// The line that the place begins in, and the place in it. Of a very long line, the part around the place.
fn line(diagnostic: &Diagnostic) -> (String, std::ops::Range<usize>) {
    let (text, range) = (&diagnostic.span.source.text, &diagnostic.span.range);
    let start = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
    let end = text[range.start..].find('\n').map_or(text.len(), |at| range.start + at);
    let boundary = |mut at: usize| {
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let (start, end) = match end - start {
        0..=LONGEST => (start, end),
        _ => (
            boundary(start.max(range.start.saturating_sub(LONGEST / 2))),
            boundary(end.min(range.start + LONGEST / 2)),
        ),
    };
    // One byte for one byte, so that the caret stays where it is.
    let shown: String = text[start..end].chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let cut = |at: usize| at.clamp(start, end) - start;
    if shown.len() == end - start { (shown, cut(range.start)..cut(range.end)) } else { (shown, 0..0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Code, Source, Span};

    #[test]
    fn a_place_is_shown_with_a_caret_and_a_hint() {
        let source = Source::new(".cupaas", "runtime: python\nprocess: {}\n");
        let place = Span::new(&source, 16..23);
        let text = one(&Diagnostic::error(Code::UnknownKey, place, "unknown key \"process\"")
            .hint("did you mean \"processes\"?"));
        let plain = anstream::adapter::strip_str(&text).to_string();
        assert_eq!(
            plain,
            "error[unknown-key]: unknown key \"process\"\n --> .cupaas:2:1\n  |\n2 | process: {}\n  | ^^^^^^^\n  |\n  = hint: did you mean \"processes\"?\n\n"
        );
    }

    #[test]
    fn a_files_control_characters_do_not_reach_the_terminal() {
        let source = Source::new("f", "a: \u{1b}[31m\u{9b}x\n");
        let text =
            one(&Diagnostic::error(Code::InvalidValue, Span::new(&source, 3..4), "bad \u{1b}]0;x\u{7}"));
        assert!(!anstream::adapter::strip_str(&text).to_string().contains('\u{1b}'));
        assert!(!text.contains('\u{9b}') && !text.contains("]0;x\u{7}"));
    }
}
