//! A text's lines as they are indented, whether they are YAML or not. Blank lines and comments are none.

/// One line that says something.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'t> {
    /// Counted from 1.
    pub(super) number: usize,
    /// The byte that it begins at.
    pub(super) start: usize,
    /// All of it.
    pub(super) text: &'t str,
    /// The column, from 0, in which it begins.
    pub(super) indent: usize,
    /// The column in which it begins behind its `- `.
    pub(super) content: usize,
    /// Whether it begins an item of a list.
    pub(super) dashes: bool,
}

impl Line<'_> {
    /// What it says, without `- `, a comment and blanks around.
    pub(super) fn bare(&self) -> &str {
        let text = self.text.get(self.content..).unwrap_or_default();
        text.split(" #").next().unwrap_or_default().trim()
    }

    /// Whether a tab stands before the first word.
    pub(super) fn has_tab(&self) -> bool {
        self.text.chars().take_while(|c| c.is_whitespace()).any(|c| c == '\t')
    }
}

/// The lines of `text` that are neither blank nor comments.
pub(super) fn lines(text: &str) -> Vec<Line<'_>> {
    let mut start = 0;
    let mut found = Vec::new();
    for (index, whole) in text.split_inclusive('\n').enumerate() {
        let text = whole.trim_end();
        let bare = text.trim_start();
        let indent = text.len() - bare.len();
        let content = bare.trim_start_matches("- ").trim_start();
        let dashes = bare == "-" || bare.starts_with("- ");
        if !bare.is_empty() && !bare.starts_with('#') {
            let content = text.len() - content.len();
            found.push(Line { number: index + 1, start, text, indent, content, dashes });
        }
        start += whole.len();
    }
    found
}
