//! A program and its arguments → one line that a shell reads as they are.

use crate::outcome::hand_over::HandOver;

/// The line, where it is only shown; of an address, the address.
pub(super) fn text(one: &HandOver) -> String {
    match &one.url {
        Some(url) => format!("{url}\n"),
        None if one.print => format!("{}\n", line(&one.command)),
        None => String::new(),
    }
}

/// Words as one line that a shell reads as they are.
pub(crate) fn line(words: &[String]) -> String {
    words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
}

/// A word as any POSIX shell reads it, whatever is in it.
fn quoted(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_@%+=:,./-".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_the_words_that_it_was_made_of() {
        for (word, is) in [
            ("--namespace=shop", "--namespace=shop"),
            ("", "''"),
            ("a b", "'a b'"),
            ("it's", r"'it'\''s'"),
            ("$(rm -rf x); `y` \"z\" \\", "'$(rm -rf x); `y` \"z\" \\'"),
            ("*", "'*'"),
            ("~", "'~'"),
            ("a\nb", "'a\nb'"),
        ] {
            assert_eq!(quoted(word), is);
        }
    }
}
