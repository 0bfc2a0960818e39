//! What an app's own repository says of the order of two commits, and how it is asked.

use std::path::Path;

use cupaas::parts::git::{AppRemote, Order, fetched_order, order};
use cupaas::parts::token::Secret;

use super::http::{Answer, Server};
use super::support::{Remote, address, git, import};

/// `main` has the commits 0 to `count` - 1, all of one second.
fn commits(remote: &Remote, count: usize) -> Vec<String> {
    let mut stream = String::new();
    for number in 0..count {
        let text = "x".repeat(100) + &number.to_string();
        let commit = "commit refs/heads/main\ncommitter a <a@b> 1700000000 +0000\ndata 0\n";
        stream += &format!("{commit}M 644 inline file\ndata {}\n{text}\n", text.len());
    }
    import(&remote.path(), &stream);
    let list = git(&remote.path(), &["rev-list", "--reverse", "main"]);
    list.lines().map(str::to_owned).collect()
}

fn checkout(remote: &Remote) -> std::path::PathBuf {
    let url = format!("file://{}", remote.path().display());
    git(remote.folder.path(), &["clone", "-q", "--depth=1", &url, "checkout"]);
    remote.folder.path().join("checkout")
}

fn asked(server: &Server, token: Option<&str>, folder: &Path, old: &str, new: &str) -> Order {
    let remote =
        AppRemote { address: address(&format!("{}/repo.git", server.url)), token: token.map(Secret::new) };
    fetched_order(&remote, folder, old, new).unwrap()
}

#[test]
fn commits_alone_are_fetched_with_the_jobs_token_and_in_few_requests() {
    let remote = Remote::empty();
    let all = commits(&remote, 300);
    let folder = checkout(&remote);
    let server = Server::start(remote.folder.path(), |request| {
        match request.headers.get("authorization").map(String::as_str) {
            // `x-access-token:t0ken`
            Some("Basic eC1hY2Nlc3MtdG9rZW46dDBrZW4=") => Answer::Pass,
            _ => Answer::Status(401, "WWW-Authenticate: Basic realm=\"x\"".to_owned()),
        }
    });
    let (old, new) = (&all[100], &all[299]);
    assert_eq!(order(&folder, old, new), Order::Unknown);
    assert_eq!(asked(&server, Some("t0ken"), &folder, old, new), Order::Newer);
    assert!(server.count() <= 8, "{}", server.count());
    assert_eq!(asked(&server, Some("t0ken"), &folder, new, old), Order::Older);
    assert_eq!(asked(&server, Some("t0ken"), &folder, new, new), Order::Same);
    // Without it nothing is known, and nothing fails.
    assert_eq!(asked(&server, None, &folder, old, new), Order::Unknown);
    assert_eq!(git(&folder, &["rev-list", "--all", "--count"]).trim(), "1", "the checkout is left as it was");
}

#[test]
fn servers_that_give_less_are_asked_for_less() {
    let remote = Remote::empty();
    let all = commits(&remote, 120);
    let folder = checkout(&remote);
    let (old, new) = (&all[10], &all[119]);
    git(&remote.path(), &["config", "uploadpack.allowFilter", "false"]);
    let server = Server::start(remote.folder.path(), |_| Answer::Pass);
    assert_eq!(asked(&server, None, &folder, old, new), Order::Newer);
    // One that gives nothing but its branches.
    git(&remote.path(), &["config", "uploadpack.allowAnySHA1InWant", "false"]);
    let server = Server::start(remote.folder.path(), |_| Answer::OldProtocol);
    assert_eq!(asked(&server, None, &folder, old, new), Order::Newer);
    assert_eq!(asked(&server, None, &folder, &all[10], &all[60]), Order::Newer);
    for silent in [Answer::Dumb, Answer::Break, Answer::Status(404, String::new())] {
        let silent = std::sync::Mutex::new(silent);
        let server = Server::start(remote.folder.path(), move |_| match &*silent.lock().unwrap() {
            Answer::Dumb => Answer::Dumb,
            Answer::Break => Answer::Break,
            _ => Answer::Status(404, String::new()),
        });
        assert_eq!(asked(&server, None, &folder, old, new), Order::Unknown);
    }
}

#[test]
fn a_commit_that_was_never_pushed_or_is_gone_from_the_server_has_its_place() {
    let remote = Remote::empty();
    let all = commits(&remote, 3);
    let server = Server::start(remote.folder.path(), |_| Answer::Pass);
    let url = format!("file://{}", remote.path().display());
    git(remote.folder.path(), &["clone", "-q", &url, "mine"]);
    let mine = remote.folder.path().join("mine");
    git(&mine, &["commit", "-q", "--allow-empty", "-m", "not pushed"]);
    let here = git(&mine, &["rev-parse", "HEAD"]).trim().to_owned();
    // Somebody else has pushed, and deployed, since the clone was made.
    import(
        &remote.path(),
        "commit refs/heads/main\ncommitter b <a@b> 1700000000 +0000\ndata 0\nfrom refs/heads/main^0\n",
    );
    let theirs = git(&remote.path(), &["rev-parse", "main"]).trim().to_owned();
    assert_eq!(order(&mine, &theirs, &here), Order::Unknown);
    assert_eq!(asked(&server, None, &mine, &theirs, &here), Order::Diverged);
    assert_eq!(asked(&server, None, &mine, &theirs, &all[1]), Order::Older);
    // Neither the server nor the checkout has it.
    assert_eq!(asked(&server, None, &mine, &"1".repeat(40), &here), Order::Unknown);
    assert_eq!(asked(&server, None, &mine, "main", "--upload-pack=x"), Order::Unknown);
}
