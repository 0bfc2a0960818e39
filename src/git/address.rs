//! Text -> where the GitOps repository is. Pure. What passes here can stand on git's command line: no option,
//! no transport that runs a program, no credentials, no control characters.

use std::fmt;
use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;

use crate::diagnostic::{Code, Failure};
use crate::token::in_address::holds_credentials;

/// A checked address of a git repository; shown, it holds no credentials.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RepositoryUrl {
    text: String,
    kind: AddressKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum AddressKind {
    Local,
    File,
    Http,
    Ssh,
}

impl RepositoryUrl {
    /// Reads `text` as a person writes it: a folder (bare or not, relative to `folder`), `file://`,
    /// `http(s)://`, `ssh://` or `user@host:path`.
    ///
    /// # Errors
    /// `Usage` where it is none of these, holds credentials, or could be taken for an option or a command.
    pub fn parse(text: &str, folder: &Path) -> Result<Self, Failure> {
        Self::read(text, folder).map_err(|error| error.of("the GitOps repository"))
    }

    /// As [`RepositoryUrl::parse`], of any repository.
    ///
    /// # Errors
    /// Why it is no address, for the caller to say of what.
    pub fn read(text: &str, folder: &Path) -> Result<Self, AddressError> {
        let written = text;
        if text.is_empty() {
            return Err(bad("is empty"));
        }
        if text.chars().any(char::is_control) {
            return Err(bad("contains a control character"));
        }
        if text.starts_with('-') {
            return Err(bad("begins with '-'").hint("for a folder of that name, write ./- at the beginning"));
        }
        let (text, kind) = match text.split_once("://") {
            Some((scheme, rest)) if is_scheme(scheme) => (text.to_owned(), url(scheme, rest)?),
            _ => plain(text, folder)?,
        };
        if holds_credentials(written) {
            return Err(bad("may hold credentials").credentials().hint(
                "give a token in CUPAAS_GITOPS_TOKEN or by git's credential helpers; a folder of that name is written with ./ before it",
            ));
        }
        Ok(Self { text, kind })
    }

    /// The address as git is told it: a local folder is absolute.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The folder, where the repository is a path of this machine.
    pub fn local(&self) -> Option<PathBuf> {
        (self.kind == AddressKind::Local).then(|| PathBuf::from(&self.text))
    }

    /// Whether no other machine reaches it.
    pub(crate) fn is_on_this_machine(&self) -> bool {
        matches!(self.kind, AddressKind::Local | AddressKind::File)
    }

    /// Whether a token can be sent at all: ssh and files know none.
    pub(super) fn is_http(&self) -> bool {
        self.kind == AddressKind::Http
    }

    /// Whether git starts ssh for it.
    pub(super) fn is_ssh(&self) -> bool {
        self.kind == AddressKind::Ssh
    }
}

impl fmt::Display for RepositoryUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Why a text is no address. The text itself is not repeated: it may hold the very credentials that it is refused for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressError {
    why: String,
    hint: Option<&'static str>,
    /// Whether it holds credentials, or what may be some.
    pub credentials: bool,
}

impl AddressError {
    fn hint(self, hint: &'static str) -> Self {
        Self { hint: Some(hint), ..self }
    }

    fn credentials(self) -> Self {
        Self { credentials: true, ..self }
    }

    /// What is wrong with the address of `whose` repository.
    pub fn message(&self, whose: &str) -> String {
        format!("the address of {whose} {}", self.why)
    }

    fn of(self, whose: &str) -> Failure {
        let code = if self.credentials { Code::AddressWithCredentials } else { Code::InvalidAddress };
        let failure = Failure::new(code, self.message(whose));
        match self.hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

fn bad(why: &str) -> AddressError {
    AddressError { why: why.to_owned(), hint: None, credentials: false }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '.' | '-' | ':'))
}

fn url(scheme: &str, rest: &str) -> Result<AddressKind, AddressError> {
    let kind = match scheme {
        "http" | "https" => AddressKind::Http,
        "ssh" => AddressKind::Ssh,
        "file" => AddressKind::File,
        other if other.contains(':') => return Err(helper()),
        other => {
            return Err(bad(&format!("uses the scheme {other}://, which is not supported")).hint(ALLOWED));
        }
    };
    // No forge reads more than the path; what stands behind it is a token that somebody has put there.
    if kind != AddressKind::File && rest.contains(['?', '#']) {
        return Err(bad("has a query or a fragment, which may hold credentials")
            .credentials()
            .hint("remove the ? or # and what follows it"));
    }
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    if kind == AddressKind::File {
        let good = authority.is_empty() && path.len() > 1;
        return if good { Ok(kind) } else { Err(bad("is not of the form file:///FOLDER")) };
    }
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    if holds_credentials(&format!("{scheme}://{authority}")) {
        return Err(bad("contains credentials")
            .credentials()
            .hint("set CUPAAS_GITOPS_TOKEN to the token, or use one of git's credential helpers"));
    }
    check_host(user, host)?;
    if path.trim_matches('/').is_empty() {
        return Err(bad("names a host but no repository"));
    }
    if hidden_control(rest) {
        return Err(bad("contains a control character"));
    }
    Ok(kind)
}

const ALLOWED: &str = "use a folder, file://, https://, ssh:// or user@host:path";

fn helper() -> AddressError {
    bad("names a remote helper (…::), which is not allowed").hint(ALLOWED)
}

/// A host or user that begins with `-` would be an option of ssh.
fn check_host(user: &str, host: &str) -> Result<(), AddressError> {
    let odd =
        |c: char| c.is_whitespace() || matches!(c, '%' | '\\' | '\'' | '"' | '`' | '$' | ';' | '&' | '|');
    if host.is_empty() || host.starts_with([':', '-']) || host.contains(odd) {
        return Err(bad("has an invalid host"));
    }
    if user.starts_with('-') || user.contains(odd) {
        return Err(bad("has an invalid user name"));
    }
    Ok(())
}

/// `%0a` and its like become a newline in what git tells a credential helper.
fn hidden_control(text: &str) -> bool {
    percent_decode_str(text).any(|byte| byte.is_ascii_control())
}

/// A folder, or `user@host:path`: as git has it, a colon before the first slash makes a host.
fn plain(text: &str, folder: &Path) -> Result<(String, AddressKind), AddressError> {
    let colon = text.find(':');
    if text.split('/').next().is_some_and(|first| first.contains("::")) {
        return Err(helper());
    }
    if let Some(colon) = colon.filter(|at| !text[..*at].contains('/')) {
        let (user, host) = text[..colon].rsplit_once('@').unwrap_or(("", &text[..colon]));
        let path = &text[colon + 1..];
        if path.contains('@') && !user.contains('@') && user.is_empty() {
            return Err(bad("contains credentials")
                .credentials()
                .hint("ssh uses a key, https a token in CUPAAS_GITOPS_TOKEN"));
        }
        check_host(user, host)?;
        if path.is_empty() || path.starts_with('-') {
            return Err(bad("names a host but no repository"));
        }
        return Ok((text.to_owned(), AddressKind::Ssh));
    }
    let absolute = folder.join(text);
    match absolute.to_str() {
        Some(path) if path.starts_with('/') => Ok((path.to_owned(), AddressKind::Local)),
        _ => Err(bad("is a folder whose name is not UTF-8 or not absolute")),
    }
}

/// A branch by its short name, as `git check-ref-format --branch` would have it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BranchName(String);

impl BranchName {
    /// Checks `text`.
    ///
    /// # Errors
    /// `Usage` where git would refuse the name, or it begins with `-`.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let odd = |c: char| c.is_control() || matches!(c, ' ' | '~' | '^' | ':' | '?' | '*' | '[' | '\\');
        let bad = text.starts_with('-')
            || matches!(text, "" | "@" | "HEAD")
            || text.starts_with("refs/heads/")
            || text.contains(odd)
            || text.contains("..")
            || text.contains("@{")
            || text.ends_with('.')
            || text
                .split('/')
                .any(|part| part.is_empty() || part.starts_with('.') || part.ends_with(".lock"));
        if bad {
            return Err(Failure::new(Code::InvalidBranch, format!("{text:?} is not a valid branch name")));
        }
        Ok(Self(text.to_owned()))
    }

    /// The short name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The whole name, `refs/heads/…`.
    pub(super) fn reference(&self) -> String {
        format!("refs/heads/{}", self.0)
    }
}

impl fmt::Display for BranchName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
