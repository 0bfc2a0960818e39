//! A text that is no expression or template → what is most likely wrong in it, in plain words. It goes by the text alone.

use std::ops::Range;

/// Blocks that an `end…` tag closes.
const BLOCKS: [&str; 9] = ["if", "for", "macro", "call", "filter", "with", "block", "autoescape", "raw"];

/// Signs of other languages, and what they are here; of two that begin alike the longer one first.
const SIGNS: [(&str, &str); 8] = [
    ("&&", "write `and`"),
    ("||", "write `or`"),
    ("===", "write `==`"),
    ("!==", "write `!=`"),
    ("!", "write `not` before what is not to be"),
    ("?", "write `a if condition else b`"),
    ("&", "write `and`"),
    ("=", "write `==`"),
];

/// What to do about the sign at which reading came to an end.
pub(super) fn of_sign(text: &str, at: usize) -> Option<String> {
    // A sign is found out by its first character, or by its last where its beginning means something.
    let places = [at.checked_sub(2), at.checked_sub(1), Some(at)].into_iter().flatten();
    let mut found = places.filter_map(|from| {
        let rest = text.get(from..)?;
        let sign = SIGNS.iter().find(|(sign, _)| rest.starts_with(sign))?;
        // `!=` and `==` are fine, and not what reading ended at.
        let is_fine = ["!=", "=="].iter().any(|fine| rest.starts_with(fine)) && sign.0.len() < 3;
        (!is_fine && from + sign.0.len() > at).then(|| sign.1.to_owned())
    });
    found.next()
}

/// What to do about an expression that is written as a template.
pub(super) fn braces(text: &str) -> Option<String> {
    let inside = text.trim().strip_prefix("{{")?.strip_suffix("}}")?.trim();
    (!inside.contains("{{")).then(|| format!("an expression stands without `{{{{ }}}}`: `{inside}`"))
}

/// The tag that begins the innermost block which nothing closes, and the word that would.
pub(super) fn unclosed(text: &str) -> Option<(Range<usize>, String)> {
    let mut open: Vec<(Range<usize>, &str)> = Vec::new();
    let mut from = 0;
    while let Some(start) = text.get(from..)?.find('{').map(|at| from + at) {
        let rest = &text[start..];
        let end = |sign: &str| rest.find(sign).map_or(text.len(), |at| start + at + sign.len());
        from = match () {
            () if rest.starts_with("{#") => end("#}"),
            () if rest.starts_with("{{") => end("}}"),
            () if rest.starts_with("{%") => {
                let end = end("%}");
                let inside = rest[2..].trim_start_matches(['-', '+']).trim_start();
                let word =
                    inside.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
                if word.starts_with("end") {
                    open.pop();
                } else if BLOCKS.contains(&word) || (word == "set" && !text[start..end].contains('=')) {
                    open.push((start..end, word));
                }
                end
            }
            () => start + 1,
        };
    }
    open.pop().map(|(at, word)| (at, word.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_block_that_is_open_is_found() {
        let of = |text: &str| unclosed(text).map(|(at, word)| format!("{} {word}", at.start));
        assert_eq!(
            of("a{% if b %}{{ '{%' }}{# {% for #}{%- for c in d -%}{% endfor %}").as_deref(),
            Some("1 if")
        );
        assert_eq!(of("{% if a %}{% for b in c %}{% if d %}{% endif %}").as_deref(), Some("10 for"));
        assert_eq!(of("{% set a = 1 %}{% if b %}{% endif %}{ {"), None);
        assert_eq!(of("{% set a %}x").as_deref(), Some("0 set"));
    }

    #[test]
    fn signs_of_other_languages_are_known() {
        for (text, at, said) in [
            ("a && b", 2, Some("write `and`")),
            ("a || b", 3, Some("write `or`")),
            ("a = b", 2, Some("write `==`")),
            ("a === b", 4, Some("write `==`")),
            ("!a", 0, Some("write `not` before what is not to be")),
            ("a ? b : c", 2, Some("write `a if condition else b`")),
            ("a == ", 4, None),
            ("a b", 2, None),
        ] {
            assert_eq!(of_sign(text, at).as_deref(), said, "{text}");
        }
    }
}
