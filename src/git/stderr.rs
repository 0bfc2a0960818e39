//! What git and a server said -> one readable text and the kind of failure. Pure. Nothing leaves here that
//! holds a secret or a control character.

use crate::token::scrub;
use zeroize::Zeroizing;

use crate::diagnostic::{Code, Diagnostic, Failure, Source, Span};
use crate::token::Secret;
use crate::tree::RepoPath;

/// Whose the remote repository is: what messages call it, and what a person can do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Remote {
    /// The GitOps repository, which is read and written.
    Gitops,
    /// An app's own, which is only read.
    App,
}

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
/// what was tried with the repository at `url`, whose words are none of git's.
pub(super) fn failure(
    (doing, url): (&str, &str),
    words: &str,
    remote: Remote,
    secret: Option<&Secret>,
) -> Failure {
    if lacks_room(words.lines().filter(|line| !line.starts_with("remote:"))) {
        return full();
    }
    let said = Zeroizing::new(words.replace(url, ""));
    let means = MEANINGS.iter().find(|(_, patterns)| has(&said, patterns));
    let code = means.map_or(Code::RepositoryUnavailable, |(code, _)| *code);
    let failure = Failure::new(code, format!("{doing} {url}: {}", brief(words, secret)));
    match remedy(code, remote) {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

fn has(words: &str, patterns: &[&str]) -> bool {
    patterns.iter().any(|pattern| words.contains(pattern))
}

fn remedy(code: Code, remote: Remote) -> Option<&'static str> {
    Some(match (code, remote) {
        (Code::RepositoryLoginRejected, Remote::Gitops) => {
            "set CUPAAS_GITOPS_TOKEN to a token that may write to the repository"
        }
        (Code::RepositoryLoginRejected, Remote::App) => {
            "set CUPAAS_SOURCE_TOKEN to a token that may read the repository"
        }
        (Code::RepositoryAccessDenied, Remote::Gitops) => {
            "give the token or key write access to the repository"
        }
        (Code::RepositoryAccessDenied, Remote::App) => "give the token or key read access to the repository",
        (Code::UnsafeRepository, _) => {
            "if you trust its owner, run `git config --global --add safe.directory FOLDER`"
        }
        (Code::RepositoryNotFound, _) => {
            "check the address; forges also answer this when a permission is missing"
        }
        (Code::RepositoryMoved, _) => "use the repository's new address",
        (Code::HostKeyUnknown, _) => "add the server's key to known_hosts",
        (Code::CertificateUntrusted, _) => {
            "set GIT_SSL_CAINFO to the certificate of the authority, if it is your own"
        }
        _ => return None,
    })
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
    let mut lines: Vec<&str> = words.lines().filter(telling).collect();
    if lines.is_empty() {
        lines = words.lines().collect();
    }
    let text = scrub(&Zeroizing::new(lines.join("; ")), secret);
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
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_of_this_machine_is_no_servers_fault() {
        let code = |words: &str| failure(("cannot read", "x"), words, Remote::Gitops, None).code;
        assert_eq!(
            code("fatal: write error: No space left on device\nfatal: fetch-pack: invalid index-pack output"),
            Code::WriteFailed
        );
        assert_eq!(code("error: unable to create temporary file: Disk quota exceeded"), Code::WriteFailed);
        assert_eq!(code("remote: fatal: write error: No space left on device"), Code::RepositoryUnavailable);
        let made = std::io::Error::from_raw_os_error(rustix::io::Errno::NOSPC.raw_os_error());
        assert_eq!(internal(made).code, Code::WriteFailed);
        assert_eq!(internal("damaged").code, Code::TemporaryFiles);
    }

    #[test]
    fn a_refusal_says_what_its_repository_needs() {
        let hint = |words, remote| {
            failure(("cannot read", "x://y"), words, remote, None)
                .hints
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(" ")
        };
        let (login, rights) = ("fatal: Authentication failed for 'x'", "error: 403");
        assert!(hint(login, Remote::Gitops).contains("CUPAAS_GITOPS_TOKEN to a token that may write"));
        assert!(hint(login, Remote::App).contains("CUPAAS_SOURCE_TOKEN to a token that may read"));
        assert!(hint(rights, Remote::Gitops).contains("write access"));
        assert!(hint(rights, Remote::App).contains("read access"));
    }

    #[test]
    fn a_password_may_be_any_word_of_gits_and_is_shown_nowhere() {
        let said = "fatal: unable to access 'https://a.example/x/': The requested URL returned error: 403\n\
                    remote: ref main";
        for password in ["ref", "remote", "fatal", "main", "error", "403", "error: 403", "unable to access"] {
            let secret = Secret::new(password);
            let words = clean(said.as_bytes());
            let failure =
                failure(("cannot read", "https://a.example/x"), &words, Remote::Gitops, Some(&secret));
            assert_eq!(failure.code, Code::RepositoryAccessDenied, "{password}");
            let message = failure.message.to_string();
            let (_, shown) = message.split_once("x: ").unwrap();
            assert!(!shown.contains(password), "{password}: {shown}");
        }
    }

    #[test]
    fn words_of_the_address_are_none_of_gits() {
        let url = "https://a.example/access denied/not found";
        let words = format!("fatal: unable to access '{url}/': Could not resolve host: a.example");
        assert_eq!(
            failure(("cannot read", url), &words, Remote::App, None).code,
            Code::RepositoryUnavailable
        );
    }
}
