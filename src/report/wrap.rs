//! Long sentences → lines of a terminal, broken between words.

/// The width that every terminal has.
const WIDTH: usize = 80;

/// `lead` and `text` on lines of at most [`WIDTH`] characters, the later ones indented by `indent`. A command in
/// backticks stays whole, so that it can be copied.
pub(super) fn wrapped(lead: &str, text: &str, indent: usize) -> String {
    let mut lines = lead.to_owned();
    let mut column = anstream::adapter::strip_str(lead).to_string().chars().count();
    let mut space = 0;
    for word in words(text) {
        let width = word.chars().count();
        if space > 0 && column + space + width > WIDTH {
            lines.push('\n');
            lines.push_str(&" ".repeat(indent));
            (column, space) = (indent, 0);
        }
        lines.push_str(&" ".repeat(space));
        lines.push_str(word);
        column += space + width;
        space = 1;
    }
    lines.push('\n');
    lines
}

/// What is separated by spaces outside of backticks.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |c: char| {
        quoted ^= c == '`';
        c == ' ' && !quoted
    })
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn lines_are_broken_between_words_and_never_in_a_command() {
        let text =
            "to delete what stays for good: `kubectl -n shop-production delete secret/db claim/db` is it";
        let lines = wrapped("    hint: ", text, 6);
        let expected = "    hint: to delete what stays for good:\n      \
             `kubectl -n shop-production delete secret/db claim/db` is it\n";
        assert_eq!(lines, expected);
    }

    #[test]
    fn a_word_that_is_too_long_has_a_line_of_its_own() {
        let long = "x".repeat(100);
        assert_eq!(wrapped("  ", &format!("a {long} b"), 4), format!("  a\n    {long}\n    b\n"));
        assert_eq!(wrapped("  ", "short", 4), "  short\n");
    }
}
