//! A question that a person answers on the terminal.

use std::io::{self, BufRead, IsTerminal, Write};

/// The answer to `question`: yes or no; nothing where there is no terminal to ask on.
pub(super) fn asked(question: &str) -> Option<bool> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return None;
    }
    let mut to = io::stderr();
    let _ = write!(to, "{question} [y/N] ");
    let _ = to.flush();
    let mut line = String::new();
    // A terminal that is gone has said nothing.
    io::stdin().lock().read_line(&mut line).ok()?;
    Some(is_yes(&line))
}

fn is_yes(line: &str) -> bool {
    matches!(line.trim().to_lowercase().as_str(), "y" | "yes")
}

#[cfg(test)]
mod tests {
    use super::is_yes;

    #[test]
    fn only_a_clear_yes_is_one() {
        for (line, yes) in
            [("y\n", true), ("Yes\r\n", true), ("\n", false), ("", false), ("n\n", false), ("yeah\n", false)]
        {
            assert_eq!(is_yes(line), yes, "{line:?}");
        }
    }
}
