//! What a failed git call means → what a person can do about it. Pure.

use crate::diagnostic::{Code, Failure};
use crate::git::asked::{Asked, Remote, has};

/// The server's name has no address here.
const UNRESOLVED: &[&str] = &["Could not resolve host", "name resolution", "Name or service not known"];
/// Nothing answers at the address.
const UNREACHED: &[&str] = &[
    "Failed to connect",
    "Couldn't connect",
    "Could not connect",
    "Connection refused",
    "onnection timed out",
    "Operation timed out",
    "Network is unreachable",
    "No route to host",
];
/// ssh knows another key of the server.
const CHANGED: &str = "IDENTIFICATION HAS CHANGED";

/// The failure, with what to do where `asked` was, and git and ssh said `words`.
pub(super) fn with_hints(failure: Failure, asked: &Asked<'_>, words: &str) -> Failure {
    match failure.code {
        Code::RepositoryLoginRejected => failure.hint(login(asked)),
        Code::RepositoryAccessDenied if asked.is_ssh() && words.contains("(publickey") => failure
            .hint(
                "ssh has no key that the server accepts: give the forge the public key (of a CI job, a deploy key), \
                 and look that ssh finds the private one: `ssh-add -l`",
            )
            .hint(format!("or use the https address, with a token in {}", variable(asked.remote))),
        Code::RepositoryAccessDenied => failure.hint(format!(
            "give {} {} access to the repository",
            asked.secret.map_or_else(|| "the token or key".to_owned(), |secret| secret.called()),
            if asked.remote == Remote::Gitops { "write" } else { "read" }
        )),
        Code::UnsafeRepository => {
            failure.hint("if you trust its owner, run `git config --global --add safe.directory FOLDER`")
        }
        Code::RepositoryNotFound => not_found(failure, asked),
        Code::RepositoryMoved => failure.hint("use the repository's new address"),
        Code::HostKeyUnknown => failure.hint(host_key(asked, words)),
        Code::CertificateUntrusted => {
            failure.hint("set GIT_SSL_CAINFO to the certificate of the authority, if it is your own")
        }
        Code::RepositoryUnavailable if has(words, UNRESOLVED) => failure.hint(
            "this machine finds no address for that name: check the spelling, the network and the DNS",
        ),
        Code::RepositoryUnavailable if has(words, UNREACHED) => failure.hint(
            "nothing answers there: check the network, the port, and a proxy or firewall between; or try again when \
             the server is up",
        ),
        Code::RepositoryUnavailable => {
            failure.hint(format!("try again later; to see what git says by itself: `git ls-remote {}`", asked.url))
        }
        _ => failure,
    }
}

fn not_found(failure: Failure, asked: &Asked<'_>) -> Failure {
    let remote = asked.is_http() || asked.is_ssh();
    let failure = match remote {
        true => failure.hint("check the address; forges also answer this when a permission is missing"),
        false => failure.hint("check the path"),
    };
    let variable = variable(asked.remote);
    let failure = match asked.is_http() && asked.secret.is_none() {
        true => failure.hint(format!("where it is private, set {variable}")),
        false => failure,
    };
    if asked.remote != Remote::Gitops {
        return failure;
    }
    let made = if remote { "create it on the forge, empty" } else { "make it, `git init --bare FOLDER`" };
    failure.hint(format!(
        "to begin one: {made}; then `git clone ADDRESS gitops`, `cupaas init gitops`, and commit and push what that writes"
    ))
}

/// The variable of the token for a repository.
fn variable(remote: Remote) -> &'static str {
    match remote {
        Remote::Gitops => "CUPAAS_GITOPS_TOKEN",
        Remote::App => "CUPAAS_SOURCE_TOKEN",
    }
}

fn login(asked: &Asked<'_>) -> String {
    let right = match asked.remote {
        Remote::Gitops => "may write to the repository",
        Remote::App => "may read the repository",
    };
    let variable = variable(asked.remote);
    match asked.secret.map(|secret| secret.variable()) {
        Some(Some(given)) if given != variable => {
            format!("{given} does not open this repository: set {variable} to a token that {right}")
        }
        Some(_) => format!(
            "it may have expired, been revoked, or belong to another server: set {variable} to a token that {right}"
        ),
        None if asked.remote == Remote::App => format!(
            "set {variable} to a token that {right}; it goes to the GitOps repository's host and those in \
             CUPAAS_SOURCE_HOSTS"
        ),
        None => format!("set {variable} to a token that {right}"),
    }
}

fn host_key(asked: &Asked<'_>, words: &str) -> String {
    let host = asked.host();
    let (name, port) = host.split_once(':').unwrap_or((host, ""));
    if words.contains(CHANGED) {
        let known = if port.is_empty() { name.to_owned() } else { format!("[{name}]:{port}") };
        return format!(
            "ssh knows another key of this server: ask whoever runs it whether the key is new, and then forget the \
             old one: `ssh-keygen -R '{known}'`"
        );
    }
    let port = if port.is_empty() { String::new() } else { format!("-p {port} ") };
    format!(
        "add the server's key to known_hosts: `ssh-keyscan {port}{name} >> ~/.ssh/known_hosts`, and compare it with the \
         one that the forge publishes"
    )
}
