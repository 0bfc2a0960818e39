//! The token goes to its own server and nowhere else.

use std::sync::{Arc, Mutex};

use cupaas::parts::diagnostic::Kind;
use cupaas::parts::git::{Pushed, RepositoryUrl, Snapshot};
use cupaas::parts::token::Secret;

use super::child::deploy;
use super::http::{Answer, Request, Server};
use super::support::{Remote, file, script_file};
use crate::descendants::Family;

const TOKEN: &str = "s3cr3t+to/ken=%";
/// `x-access-token:s3cr3t+to/ken=%`
const BASIC: &str = "eC1hY2Nlc3MtdG9rZW46czNjcjN0K3RvL2tlbj0l";

fn authorized(request: &Request) -> bool {
    request.headers.get("authorization").is_some_and(|value| value == &format!("Basic {BASIC}"))
}

fn ask() -> Answer {
    Answer::Status(401, "WWW-Authenticate: Basic realm=\"git\"".to_owned())
}

fn publish_with(
    address: &RepositoryUrl,
    token: Option<&str>,
) -> Result<Pushed, cupaas::parts::diagnostic::Failure> {
    let token = token.map(Secret::new);
    let mut snapshot = Snapshot::open(address, None, token.as_ref())?;
    let commit = snapshot.commit(&file("b", "b"))?.unwrap();
    snapshot.push(&commit)
}

/// The words of the deploy's processes that hold the token in a form that tells something.
fn on_command_lines(family: &Family) -> Vec<String> {
    let told = |line: &String| line.contains(TOKEN) || line.contains(BASIC) || line.contains("s3cr3t");
    let lines = family.command_lines();
    assert!(lines.iter().any(|line| line.contains("git")), "no git at work: {lines:?}");
    lines.into_iter().filter(told).collect()
}

/// A deploy by a process of its own, whose family is known.
fn deploys(url: &str, family: &Family) -> bool {
    let mut child = deploy(url, "deploy/a", "text", Some(TOKEN)).spawn().unwrap();
    family.begins_with(child.id());
    child.wait().unwrap().success()
}

#[test]
fn the_right_token_is_let_in_without_being_asked_for() {
    let remote = Remote::with(&[("a", "a")]);
    let (family, found) = (Family::default(), Arc::new(Mutex::new(Vec::new())));
    let (of_server, log) = (family.clone(), Arc::clone(&found));
    let server = Server::start(remote.folder.path(), move |request| {
        log.lock().unwrap().extend(on_command_lines(&of_server));
        if authorized(request) { Answer::Pass } else { ask() }
    });
    assert!(deploys(&format!("{}/repo.git", server.url), &family));
    assert!(!server.seen.lock().unwrap().is_empty());
    assert!(server.seen.lock().unwrap().iter().all(authorized), "no round trip is spent on a refusal");
    assert_eq!(*found.lock().unwrap(), Vec::<String>::new(), "arguments are public");
}

#[test]
fn a_missing_or_wrong_token_forbids_and_is_not_repeated() {
    let remote = Remote::with(&[("a", "a")]);
    let server = Server::start(remote.folder.path(), |_| ask());
    for token in [None, Some(""), Some(TOKEN), Some("user:s3cr3t")] {
        let failure = publish_with(&server.address(), token).unwrap_err();
        assert_eq!(failure.code.as_str(), "repository-login-rejected", "{failure}");
        assert!(failure.hints.iter().any(|hint| hint.to_string().contains("CUPAAS_GITOPS_TOKEN")));
        let all = format!("{failure:?}");
        assert!(!all.contains("s3cr3t") && !all.contains(BASIC), "{all}");
    }
    let server = Server::start(remote.folder.path(), |_| Answer::Status(403, String::new()));
    let failure = publish_with(&server.address(), Some(TOKEN)).unwrap_err();
    assert_eq!((failure.code.as_str(), failure.kind()), ("repository-access-denied", Kind::Forbidden));
}

#[test]
fn what_the_server_repeats_is_scrubbed() {
    let remote = Remote::with(&[("a", "a")]);
    let raw = TOKEN.replace('%', "%%");
    let script = format!(
        "printf 'token {raw} {BASIC} s3cr3t%%2Bto%%2Fken%%3D%%25 https://u:pw@host/x\\n' >&2; exit 1"
    );
    remote.hook("pre-receive", &script);
    let server = Server::start(remote.folder.path(), |_| Answer::Pass);
    let failure = publish_with(&server.address(), Some(TOKEN)).unwrap_err();
    let all = format!("{failure:?}");
    assert_eq!(failure.kind(), Kind::Forbidden);
    assert!(all.contains("token *** ***") && all.contains("https://host/x"), "{all}");
    assert!(!all.contains("s3cr3t") && !all.contains(BASIC) && !all.contains("pw@"), "{all}");
}

#[test]
fn a_wrong_token_is_not_replaced_by_what_a_helper_knows() {
    let remote = Remote::with(&[("a", "a")]);
    let server = Server::start(remote.folder.path(), |_| ask());
    let around = crate::scratch::scratch();
    let (helper, mark) = (around.path().join("helper"), around.path().join("asked"));
    script_file(&helper, &format!("echo \"$1\" >> {}; printf 'username=u\\npassword=p\\n'", mark.display()));
    let global = around.path().join("global");
    std::fs::write(&global, format!("[credential]\n helper = {}\n", helper.display())).unwrap();
    let mut command = deploy(&format!("{}/repo.git", server.url), "deploy/a", "text", Some(TOKEN));
    command.env("GIT_CONFIG_GLOBAL", &global).env("GIT_ASKPASS", &helper);
    assert!(!command.status().unwrap().success());
    assert!(!mark.exists(), "{}", std::fs::read_to_string(&mark).unwrap());
}

#[test]
fn a_redirect_on_the_same_server_is_followed_with_the_token() {
    let remote = Remote::with(&[("a", "a")]);
    let (family, found) = (Family::default(), Arc::new(Mutex::new(Vec::new())));
    let (of_server, log) = (family.clone(), Arc::clone(&found));
    let server = Server::start(remote.folder.path(), move |request| {
        log.lock().unwrap().extend(on_command_lines(&of_server));
        match request.path.strip_prefix("/old") {
            Some(rest) => Answer::Status(301, format!("Location: {rest}?{}", request.query)),
            None if authorized(request) => Answer::Pass,
            None => ask(),
        }
    });
    assert!(deploys(&format!("{}/old/repo.git", server.url), &family));
    assert_eq!(remote.commits(), 2, "it has landed");
    assert_eq!(*found.lock().unwrap(), Vec::<String>::new());
}

#[test]
fn a_redirect_to_another_server_does_not_take_the_token_along() {
    let remote = Remote::with(&[("a", "a")]);
    let other =
        Server::start(remote.folder.path(), |request| if authorized(request) { Answer::Pass } else { ask() });
    let url = other.url.clone();
    let server = Server::start(remote.folder.path(), move |request| {
        Answer::Status(302, format!("Location: {url}{}?{}", request.path, request.query))
    });
    let failure = publish_with(&server.address(), Some(TOKEN)).unwrap_err();
    assert_eq!(
        (failure.code.as_str(), failure.kind()),
        ("repository-login-rejected", Kind::Forbidden),
        "{failure}"
    );
    let seen = other.seen.lock().unwrap();
    assert!(seen.iter().all(|request| !request.headers.contains_key("authorization")), "{seen:?}");
}
