//! What git and a server said -> one readable text and the kind of failure. Pure. Nothing leaves here that
//! holds a secret or a control character.

use crate::git::asked::{Asked, has};
use crate::git::remedy;
use crate::token::scrub;
use zeroize::Zeroizing;

use crate::diagnostic::{Code, Diagnostic, Failure, Source, Span};
use crate::token::Secret;
use crate::tree::RepoPath;

/// As much of a server's answer as helps; a hook can print a novel.
const LONGEST: usize = 1_000;

/// The last state of each line (progress rewrites its line), without progress and control characters. What git says is
/// judged as it is: a password may be any word of its. It is scrubbed where it is shown, see [`brief`].
pub(super) fn clean(raw: &[u8]) -> Zeroizing<String> {
    let text = Zeroizing::new(String::from_utf8_lossy(raw).into_owned());
    let mut lines: Vec<Zeroizing<String>> = Vec::new();
    for line in text.split(['\n', '\r']) {
        let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let line = Zeroizing::new(line.trim().to_owned());
        if !line.is_empty() && !is_progress(&line) && lines.last() != Some(&line) {
            lines.push(line);
        }
    }
    let lines: Vec<&str> = lines.iter().map(|line| line.as_str()).collect();
    Zeroizing::new(lines.join("\n"))
}

fn is_progress(line: &str) -> bool {
    let line = line.strip_prefix("remote:").unwrap_or(line).trim_start();
    const STEPS: &[&str] = &[
        "Enumerating objects:",
        "Counting objects:",
        "Compressing objects:",
        "Writing objects:",
        "Receiving objects:",
        "Resolving deltas:",
        "Unpacking objects:",
        "Checking connectivity:",
        "Delta compression using",
        "Total ",
        "Cloning into",
        "Checking objects:",
    ];
    line.is_empty() || STEPS.iter().any(|step| line.starts_with(step))
}

/// What git's words stand for, the first that fits. Whatever fits none is a server or network that is down.
const MEANINGS: &[(Code, &[&str])] = &[
    (
        Code::RepositoryLoginRejected,
        &["could not read Username", "could not read Password", "Authentication failed", "error: 401"],
    ),
    (
        Code::RepositoryAccessDenied,
        &["error: 403", "Permission denied", "access denied", "Access denied", "denied to", "Permission to"],
    ),
    (Code::UnsafeRepository, &["dubious ownership"]),
    (
        Code::RepositoryNotFound,
        &["error: 404", "not found", "does not appear to be a git repository", "does not exist"],
    ),
    (Code::RepositoryMoved, REDIRECTS),
    (Code::HostKeyUnknown, &["Host key verification failed"]),
    (Code::CertificateUntrusted, &["SSL certificate problem", "certificate verify failed"]),
    (Code::RepositoryUnsupported, &["mismatched algorithms", "transport '"]),
];

const REDIRECTS: &[&str] = &[
    "error: 301",
    "error: 302",
    "error: 303",
    "error: 307",
    "error: 308",
    "unable to update url base from redirection",
];

/// What a failed git process means, from its cleaned words, since git ends with 128 whatever has failed; `doing` says
/// what was tried.
pub(super) fn failure(doing: &str, asked: &Asked<'_>, words: &str) -> Failure {
    if lacks_room(words.lines().filter(|line| !line.starts_with("remote:"))) {
        return full();
    }
    let said = Zeroizing::new(words.replace(asked.url, ""));
    let means = MEANINGS.iter().find(|(_, patterns)| has(&said, patterns));
    let code = means.map_or(Code::RepositoryUnavailable, |(code, _)| *code);
    let shown = match asked.is_ssh() {
        true => on_one_line(&of_ssh(words), asked.secret),
        false => brief(words, asked.secret),
    };
    let message = match asked.secret.filter(|_| code == Code::RepositoryLoginRejected) {
        Some(secret) => {
            format!("{doing} {}: {} refused {} ({shown})", asked.url, asked.host(), secret.called())
        }
        None => format!("{doing} {}: {shown}", asked.url),
    };
    remedy::with_hints(Failure::new(code, message), asked, &said)
}

/// What ssh and git said, without git's general advice and ssh's frames. All of it tells something: ssh's own line has no
/// mark, and git's says only that ssh has failed.
fn of_ssh(words: &str) -> Zeroizing<String> {
    const ADVICE: &[&str] =
        &["Please make sure you have", "and the repository exists", "Warning: Permanently added"];
    let telling =
        |line: &&str| !ADVICE.iter().any(|words| line.starts_with(words)) && !line.starts_with("@@");
    Zeroizing::new(words.lines().filter(telling).collect::<Vec<_>>().join("\n"))
}

/// Whether the server sent us elsewhere and git was told not to go.
pub(super) fn is_redirect(words: &str) -> bool {
    has(words, REDIRECTS)
}

/// The lines that matter, on one line, without secrets, cut.
pub(super) fn brief(words: &str, secret: Option<&Secret>) -> String {
    let telling = |line: &&str| {
        line.starts_with("fatal:")
            || line.starts_with("error:")
            || line.starts_with("remote:")
            || line.contains("denied")
    };
    let lines: Vec<&str> = words.lines().filter(telling).collect();
    if lines.is_empty() { on_one_line(words, secret) } else { on_one_line(&lines.join("\n"), secret) }
}

/// All lines on one, without secrets, cut.
fn on_one_line(words: &str, secret: Option<&Secret>) -> String {
    let text = scrub(&Zeroizing::new(words.lines().collect::<Vec<_>>().join("; ")), secret);
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None if text.is_empty() => "git gave no reason".to_owned(),
        None => text,
    }
}

/// Something stands in the repository where it must not: an error with its path.
pub(super) fn misplaced(code: Code, path: &RepoPath, why: &str) -> Failure {
    let place = Span::file(&Source::new(path.as_str(), ""));
    Failure::invalid(vec![Diagnostic::error(code, place, why)])
}

/// The temporary copy cannot be written, or its objects are damaged.
pub(super) fn internal(error: impl std::fmt::Display) -> Failure {
    let error = error.to_string();
    if lacks_room(error.lines()) {
        return full();
    }
    Failure::new(Code::TemporaryFiles, format!("cannot use the temporary copy of the repository: {error}"))
}

/// Whether this machine's system says, in the C locale, that a disk is full.
fn lacks_room<'a>(mut lines: impl Iterator<Item = &'a str>) -> bool {
    lines.any(|line| line.contains("No space left on device") || line.contains("Disk quota exceeded"))
}

fn full() -> Failure {
    Failure::new(Code::WriteFailed, "the temporary folder is full: the repository's copy has no room there")
        .hint("make room there, or set TMPDIR to a folder that has some")
}

#[cfg(test)]
mod tests;
