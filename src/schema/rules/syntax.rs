//! The forms that names have in Kubernetes: a text fits a [`Syntax`] or it does not.

use crate::schema::rules::cursor::Cursor;
use crate::schema::violation::Violation;

/// A form of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Syntax {
    /// RFC 1123 label: most names that become part of a host name.
    Label,
    /// RFC 1035 label: as above, and a letter first.
    LetterLabel,
    /// RFC 1123 subdomain: labels joined by dots.
    Subdomain,
    /// As a subdomain, and the first label may be `*`.
    WildcardSubdomain,
    /// A part of a URL's path.
    PathSegment,
    /// Key of a label: `name` or `prefix/name`.
    Qualified,
    /// Value of a label.
    LabelValue,
    /// Name of a port.
    PortName,
    /// Name of an environment variable.
    EnvName,
    /// Key of a ConfigMap or Secret.
    ConfigKey,
}

impl Syntax {
    /// Whether `text` has this form.
    pub(crate) fn fits(self, text: &str) -> bool {
        match self {
            Self::Label => label(text),
            Self::LetterLabel => label(text) && text.starts_with(|c: char| c.is_ascii_lowercase()),
            Self::Subdomain => text.len() <= 253 && text.split('.').all(|part| chars(part) && edges(part)),
            Self::WildcardSubdomain => Self::Subdomain.fits(text.strip_prefix("*.").unwrap_or(text)),
            Self::PathSegment => {
                !text.is_empty()
                    && text.len() <= 253
                    && !matches!(text, "." | "..")
                    && !text.contains(['/', '%'])
            }
            Self::Qualified => match text.split_once('/') {
                Some((prefix, name)) => Self::Subdomain.fits(prefix) && qualified_name(name),
                None => qualified_name(text),
            },
            Self::LabelValue => text.is_empty() || qualified_name(text),
            Self::PortName => {
                text.len() <= 15
                    && chars(text)
                    && edges(text)
                    && text.contains(|c: char| c.is_ascii_lowercase())
                    && !text.contains("--")
            }
            Self::EnvName => !text.is_empty() && text.chars().all(|c| (' '..='~').contains(&c) && c != '='),
            Self::ConfigKey => {
                !text.is_empty()
                    && text.len() <= 253
                    && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
                    && text != "."
                    && !text.starts_with("..")
            }
        }
    }

    /// What the form is called.
    fn name(self) -> &'static str {
        match self {
            Self::Label | Self::LetterLabel => "a DNS label",
            Self::Subdomain => "a DNS name",
            Self::WildcardSubdomain => "a host name",
            Self::PathSegment => "a path segment",
            Self::Qualified => "a label or annotation key",
            Self::LabelValue => "a label value",
            Self::PortName => "a port name",
            Self::EnvName => "an environment variable name",
            Self::ConfigKey => "a ConfigMap or Secret key",
        }
    }

    /// What the form looks like.
    fn rule(self) -> &'static str {
        match self {
            Self::Label => "at most 63 of a-z, 0-9 and -, with a letter or digit at both ends",
            Self::LetterLabel => "at most 63 of a-z, 0-9 and -, a letter first, a letter or digit last",
            Self::Subdomain => {
                "at most 253 of a-z, 0-9, - and ., with a letter or digit at both ends of each part"
            }
            Self::WildcardSubdomain => "such as app.example.org or *.example.org, without port and path",
            Self::PathSegment => "at most 253 characters, without / and %",
            Self::Qualified => "name or dns.prefix/name; the name at most 63 of letters, digits, -, _ and .",
            Self::LabelValue => {
                "at most 63 of letters, digits, -, _ and ., with a letter or digit at both ends"
            }
            Self::PortName => "at most 15 of a-z, 0-9 and single -, with a letter in it",
            Self::EnvName => "printable ASCII without =",
            Self::ConfigKey => "at most 253 of letters, digits, -, _ and .",
        }
    }

    /// A violation where `text`, which stands at `at`, has another form.
    pub(crate) fn violation(self, at: &Cursor<'_>, text: &str) -> Option<Violation> {
        (!self.fits(text)).then(|| at.says(format!("is not {}", self.name())).hint(self.rule()))
    }

    /// Says so where the text at `at` has another form.
    pub(crate) fn check(self, at: &Cursor<'_>, out: &mut Vec<Violation>) {
        out.extend(at.text().and_then(|text| self.violation(at, text)));
    }

    /// Says so where the text under `key` has another form.
    pub(crate) fn check_key(self, at: &Cursor<'_>, key: &str, out: &mut Vec<Violation>) {
        if let Some(at) = at.get(key) {
            self.check(&at, out);
        }
    }

    /// As `check_key`, for what may also be left out: an empty text is then as good as none.
    pub(crate) fn check_optional(self, at: &Cursor<'_>, key: &str, out: &mut Vec<Violation>) {
        if at.text_of(key) != Some("") {
            self.check_key(at, key, out);
        }
    }
}

fn label(text: &str) -> bool {
    text.len() <= 63 && chars(text) && edges(text)
}

fn chars(text: &str) -> bool {
    text.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-')
}

fn edges(text: &str) -> bool {
    !text.is_empty() && !text.starts_with('-') && !text.ends_with('-')
}

fn qualified_name(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let edge = |c: char| c.is_ascii_alphanumeric();
    (1..=63).contains(&text.len())
        && text.chars().all(inner)
        && text.starts_with(edge)
        && text.ends_with(edge)
}

#[cfg(test)]
mod tests {
    use super::Syntax::*;

    #[test]
    fn names_fit_their_forms() {
        let long = "a".repeat(64);
        for (syntax, good, bad) in [
            (Label, vec!["a", "0a-b"], vec!["", "A", "-a", "a-", "a.b", &long]),
            (LetterLabel, vec!["a0"], vec!["0a"]),
            (Subdomain, vec!["a.b-c.0", &long], vec!["a..b", ".a", "a.-b", "a_b"]),
            (WildcardSubdomain, vec!["*.a.b", "a.b"], vec!["*", "a.*.b", "a.b:80", "http://a"]),
            (Qualified, vec!["a", "A.b_c", "x.y/Z"], vec!["", "/a", "x/", "x/y/z", "X.y/z", "a b"]),
            (LabelValue, vec!["", "1.2_x"], vec!["-a", "a b", &long]),
            (PortName, vec!["http", "h2c", "a-b"], vec!["80", "a--b", "-a", "sixteen-letters-x", "HTTP"]),
            (EnvName, vec!["A", "a.b-c"], vec!["", "A=B", "é"]),
            (ConfigKey, vec![".env", "A_b"], vec!["", "a/b", "..", "..a", "a b"]),
        ] {
            good.iter().for_each(|text| assert!(syntax.fits(text), "{syntax:?} {text:?}"));
            bad.iter().for_each(|text| assert!(!syntax.fits(text), "{syntax:?} {text:?}"));
        }
    }
}
