//! Characters that do not survive the way to a cluster.

/// The first character of `text` that no container would get. NUL ends a text in the kernel; kustomize, which Flux and
/// Argo CD run over every manifest, refuses the others however they are written, and makes a space of U+0085
/// (`tests/e2e/render.sh readers` tries it).
pub fn lost(text: &str) -> Option<char> {
    text.chars().find(|c| matches!(c, '\0' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}'))
}
