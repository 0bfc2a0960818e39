//! A token in memory: wiped after use, never shown, and known in every form in which git might echo it.

mod echoed;
pub(crate) mod in_address;

use base64::Engine as _;
use zeroize::Zeroizing;

use crate::http::percent_encoded;

/// A token for the GitOps repository: `token`, or `user:password` where a server wants a name too.
#[derive(Clone)]
pub struct Secret {
    text: Zeroizing<String>,
    /// The variable that it was given in, which messages name.
    variable: Option<&'static str>,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    /// Takes the text over; white space around it (a trailing newline of a file) is not part of it.
    pub fn new(text: impl Into<String>) -> Self {
        let text = Zeroizing::new(text.into());
        Self { text: Zeroizing::new(text.trim().to_owned()), variable: None }
    }

    /// The same, of a text that stands in a variable of the environment.
    pub(crate) fn of_variable(variable: &'static str, text: impl Into<String>) -> Self {
        Self { variable: Some(variable), ..Self::new(text) }
    }

    /// What a person knows it by.
    pub(crate) fn called(&self) -> String {
        self.variable.map_or_else(
            || "the login that is known for it".to_owned(),
            |name| format!("the token in {name}"),
        )
    }

    /// The variable that it was given in.
    pub(crate) fn variable(&self) -> Option<&'static str> {
        self.variable
    }

    /// User name and password for HTTP's basic authentication. Forges take any user name beside a token;
    /// `x-access-token` is the one that GitHub documents.
    pub(super) fn user_and_password(&self) -> (&str, &str) {
        self.text.split_once(':').unwrap_or(("x-access-token", &self.text))
    }

    /// The value of an `Authorization` header.
    pub(crate) fn basic(&self) -> Zeroizing<String> {
        let (user, password) = self.user_and_password();
        encoded(user, password)
    }

    /// The same, with the whole secret as the password of `user`.
    pub(crate) fn basic_for(&self, user: &str) -> Zeroizing<String> {
        encoded(user, &self.text)
    }

    /// The same, for a server that wants the token behind the name of its scheme.
    pub(crate) fn prefixed(&self, scheme: &str) -> Zeroizing<String> {
        Zeroizing::new(format!("{scheme}{}", *self.text))
    }

    /// Whether a user's name stands before it.
    pub(crate) fn has_user(&self) -> bool {
        self.text.contains(':')
    }

    /// A text without any form of it.
    pub(crate) fn scrubbed(&self, text: &str) -> String {
        scrub(text, Some(self))
    }

    /// Whether there is anything in it: an unset CI variable is an empty one.
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Every text that must not appear in a message.
    pub(super) fn forms(&self) -> Vec<Zeroizing<String>> {
        let (_, password) = self.user_and_password();
        let basic = self.basic();
        let encoded = basic.trim_start_matches("Basic ").trim_end_matches('=').to_owned();
        let alone = base64::engine::general_purpose::STANDARD_NO_PAD.encode(password);
        [self.text.to_string(), encoded, alone, percent_encoded(password), password.to_owned()]
            .into_iter()
            .filter(|form| !form.is_empty())
            .map(Zeroizing::new)
            .collect()
    }
}

fn encoded(user: &str, password: &str) -> Zeroizing<String> {
    let pair = Zeroizing::new(format!("{user}:{password}"));
    let encoded = Zeroizing::new(base64::engine::general_purpose::STANDARD.encode(pair.as_bytes()));
    Zeroizing::new(format!("Basic {}", *encoded))
}

/// Takes secrets out of a text: the token in each of its forms, and the credentials of any URL.
pub(crate) fn scrub(text: &str, secret: Option<&Secret>) -> String {
    let mut text = text.to_owned();
    for form in secret.map(Secret::forms).unwrap_or_default() {
        text = text.replace(form.as_str(), "***");
    }
    if let Some(secret) = secret.filter(|secret| !secret.is_empty()) {
        text = echoed::without(&text, secret.user_and_password().1);
    }
    without_url_credentials(&text)
}

fn without_url_credentials(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        out.push_str(before);
        let end = after.find(|c: char| c == '/' || c.is_whitespace() || c == '\'').unwrap_or(after.len());
        rest = match after[..end].rfind('@') {
            Some(sign) => &after[sign + 1..],
            None => after,
        };
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_shown() {
        assert!(!format!("{:?}", Secret::new("hunter2")).contains("hunter2"));
    }

    #[test]
    fn a_token_stands_alone_or_with_its_user() {
        assert_eq!(Secret::new("t0ken\n").user_and_password(), ("x-access-token", "t0ken"));
        assert_eq!(Secret::new("ci:t0:ken").user_and_password(), ("ci", "t0:ken"));
    }
}
