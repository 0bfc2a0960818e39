//! Whether a regular expression never takes the end of a line: then a search looks no further than the line in which its
//! find ends. Pure.

/// Whether nothing that `pattern` takes holds a line feed. Where that is not plain to see, it may.
pub(super) fn is_line_bound(pattern: &str) -> bool {
    let mut rest = pattern.chars();
    while let Some(one) = rest.next() {
        let bound = match one {
            '\n' => false,
            '\\' => rest.next().is_some_and(|escaped| !may_be_line_feed(escaped)),
            '[' => class(&mut rest),
            '(' => flags(rest.as_str()),
            _ => true,
        };
        if !bound {
            return false;
        }
    }
    true
}

/// Whether an escape outside a class may stand for a line feed. `\S`, `\w`, `\d`, the ends of words and signs do not.
fn may_be_line_feed(escaped: char) -> bool {
    escaped.is_alphanumeric() && !"SwdbBAz".contains(escaped)
}

/// Reads a class behind its `[`.
fn class(rest: &mut std::str::Chars<'_>) -> bool {
    let negated = rest.as_str().starts_with('^');
    if negated {
        rest.next();
    }
    let (mut first, mut feeds, mut unclear) = (true, false, false);
    while let Some(one) = rest.next() {
        match one {
            ']' if !first => return if negated { feeds && !unclear } else { !feeds && !unclear },
            '\n' => feeds = true,
            '\\' => match rest.next() {
                Some('s' | 'n') => feeds = true,
                Some(escaped) => unclear |= may_be_line_feed(escaped),
                None => return false,
            },
            // A class within a class, and what is done with two.
            '[' | '&' | '~' => unclear = true,
            _ => {}
        }
        first = false;
    }
    false
}

/// Whether no flag of a group, behind its `(`, lets `.` take a line feed or gives the rest another meaning.
fn flags(group: &str) -> bool {
    let Some(flags) = group.strip_prefix('?') else { return true };
    let named = flags.starts_with('P') || flags.starts_with('<');
    named
        || !flags.chars().take_while(|c| !matches!(c, ')' | ':')).any(|flag| matches!(flag, 's' | 'x' | 'R'))
}

#[cfg(test)]
mod tests {
    use regex_lite::Regex;

    use super::*;

    #[test]
    fn what_may_take_the_end_of_a_line_is_known() {
        let bound = [
            "a.*z|a",
            r#"([^/"\s]+\.whl)""#,
            r"(?im)^name",
            r"(?m)^([\w.-]+)==(\d+)$",
            r"[^\n]*",
            r"(?P<name>\S+)[ -]",
            r"[]a]\[",
        ];
        let unbound = [
            r"\s",
            "(?s).",
            "(?is:a.)",
            "[^a]",
            r"\W",
            r"a\nb",
            "a\nb",
            r"[\s\S]",
            r"\x0a",
            r"[^\s&&a]",
            "[[:space:]]",
        ];
        for pattern in bound {
            assert!(is_line_bound(pattern), "{pattern}");
            let found = Regex::new(pattern).unwrap();
            let text = "a\nb ==1.2 \n\n x.whl\"\nz\t\n";
            assert!(found.find_iter(text).all(|one| !one.as_str().contains('\n')), "{pattern}");
        }
        for pattern in unbound {
            assert!(!is_line_bound(pattern), "{pattern}");
        }
    }
}
