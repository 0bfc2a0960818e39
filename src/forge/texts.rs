//! Texts as forges keep them.

/// A text in which nothing is a terminal's command, turns the reading direction, or cannot be seen.
pub(super) fn plain(text: &str) -> String {
    let odd = |c: char| {
        c.is_control()
            || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    text.chars().map(|c| if odd(c) { ' ' } else { c }).collect()
}

/// An address to show; nothing where it is none, or holds a login.
pub(super) fn link(text: &str) -> String {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or_default();
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let fits = !host.is_empty() && !host.contains('@') && !text.contains(char::is_whitespace);
    if fits { text.to_owned() } else { String::new() }
}

/// A person's name on a forge as one word: no text around it is to be mistaken for a part of it, or it for one of the text.
pub(super) fn name(text: &str) -> String {
    const LONGEST: usize = 100;
    let odd = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | '<' | '>' | ',');
    plain(text).chars().take(LONGEST).map(|c| if odd(c) { '_' } else { c }).collect()
}

/// Whether two texts are the same to a reader: forges change line ends and cut white space at the end.
pub(super) fn same_text(one: &str, other: &str) -> bool {
    let plain = |text: &str| text.replace("\r\n", "\n").trim_end().to_owned();
    plain(one) == plain(other)
}

/// Words on one line for a person, cut to what a commit status holds.
pub(super) fn brief(text: &str) -> String {
    const LONGEST: usize = 140;
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match line.char_indices().nth(LONGEST) {
        Some(_) => line.chars().take(LONGEST - 1).chain(['…']).collect(),
        None => line,
    }
}

/// What is said of a token that a forge does not take.
pub(super) fn refused(token: Option<&crate::token::Secret>) -> String {
    match token {
        Some(token) => format!("{} was refused: it is invalid, expired or another server's", token.called()),
        None => "no token is set for this forge".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_is_a_link() {
        for good in
            ["https://git.example.cu/me/shop/pulls/1", "http://10.0.0.1:3000/me/shop/issues/1#issuecomment-7"]
        {
            assert_eq!(link(good), good);
        }
        for odd in [
            "",
            "javascript:alert(1)",
            "https://u:t@host/x",
            "https://host/a b",
            "https://",
            "me/shop/pulls/1",
        ] {
            assert_eq!(link(odd), "", "{odd}");
        }
        assert_eq!(name("octo-org[bot]"), "octo-org[bot]");
        assert_eq!(name("a\nCupaas-App: b (c)"), "a_Cupaas-App:_b__c_");
        assert_eq!(plain("a\u{1b}[31mb\u{202e}c\u{200f}d"), "a [31mb c d");
    }
}
