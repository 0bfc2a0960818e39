//! Servers that decline, break, hang or hide: each failure says who can mend it, and nothing is guessed.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cupaas::parts::diagnostic::{Failure, Kind};
use cupaas::parts::git::{Pushed, Remotes, Snapshot};

use super::http::{Answer, Request, Server};
use super::support::{Remote, address, file, git, publish};

fn remote() -> Remote {
    Remote::with(&[("a", "a")])
}

fn push_fails(remote: &Remote) -> Failure {
    let server = Server::start(remote.folder.path(), |_| Answer::Pass);
    let failure = publish(&server.address(), &file("b", "b")).unwrap_err();
    assert_eq!(publish(&remote.address(), &file("b", "b")).unwrap_err().kind(), failure.kind());
    assert_eq!(remote.commits(), 1);
    failure
}

#[test]
fn a_hook_that_declines_is_heard() {
    for (name, word) in [("pre-receive", "pre-receive hook declined"), ("update", "hook declined")] {
        let remote = remote();
        remote.hook(name, "printf 'no deploys on \\033[31mFriday\\n' >&2; exit 1");
        let failure = push_fails(&remote);
        assert_eq!(failure.code.as_str(), "push-declined");
        assert!(
            failure.message.to_string().contains(word) && failure.message.to_string().contains("Friday"),
            "{failure}"
        );
        assert!(!failure.message.to_string().contains(char::is_control), "{failure:?}");
    }
}

#[test]
fn a_protected_branch_forbids() {
    let remote = remote();
    remote
        .hook("update", "echo 'GitLab: You are not allowed to push code to protected branches' >&2; exit 1");
    let failure = push_fails(&remote);
    assert_eq!((failure.code.as_str(), failure.kind()), ("push-declined", Kind::Forbidden));
    for hint in ["protected", "`--pull-request`"] {
        assert!(failure.hints.iter().any(|one| one.to_string().contains(hint)), "{failure:?}");
    }
}

#[test]
fn a_checked_out_branch_forbids() {
    let remote = remote();
    git(remote.folder.path(), &["clone", "-q", "repo.git", "work"]);
    let work = remote.folder.path().join("work");
    let failure = publish(&address(work.to_str().unwrap()), &file("b", "b")).unwrap_err();
    assert_eq!((failure.code.as_str(), failure.kind()), ("branch-checked-out", Kind::Forbidden));
    assert!(failure.hints.iter().any(|hint| hint.to_string().contains("bare")), "{failure:?}");
}

#[test]
fn a_server_that_does_not_take_pushes_forbids() {
    let remote = remote();
    git(&remote.path(), &["config", "http.receivepack", "false"]);
    let server = Server::start(remote.folder.path(), |_| Answer::Pass);
    assert_eq!(publish(&server.address(), &file("b", "b")).unwrap_err().kind(), Kind::Forbidden);
}

#[test]
fn a_repository_that_is_not_there_forbids() {
    let remote = remote();
    let server = Server::start(remote.folder.path(), |_| Answer::Pass);
    let url = format!("{}/other.git", server.url);
    for text in [url.as_str(), "/nowhere/at/all", "file:///nowhere/at/all"] {
        let failure = Snapshot::open(&address(text), None, None).unwrap_err();
        assert_eq!(
            (failure.code.as_str(), failure.kind()),
            ("repository-not-found", Kind::Forbidden),
            "{failure}"
        );
    }
}

#[test]
fn a_path_that_is_no_repository_is_a_mistake_and_not_tried_again() {
    let remote = remote();
    let at = |name: &str| remote.folder.path().join(name);
    git(&remote.path(), &["bundle", "create", "-q", at("b.bundle").to_str().unwrap(), "--all"]);
    std::fs::write(at("plain"), "text").unwrap();
    std::fs::write(at("empty file"), "").unwrap();
    std::fs::create_dir(at("folder")).unwrap();
    std::os::unix::fs::symlink("plain", at("link")).unwrap();
    for (name, hint) in [
        ("b.bundle", "git clone --bare"),
        ("plain", "a repository is a folder"),
        ("empty file", "a repository is a folder"),
        ("link", "a repository is a folder"),
        ("folder", "git init --bare"),
    ] {
        let path = at(name).display().to_string();
        for text in [path.clone(), format!("file://{}", path.replace(' ', "%20"))] {
            let failure = Snapshot::open(&address(&text), None, None).unwrap_err();
            assert_eq!(
                (failure.code.as_str(), failure.kind()),
                ("invalid-address", Kind::Usage),
                "{failure}"
            );
            assert!(failure.hints.iter().any(|one| one.to_string().contains(hint)), "{failure:?}");
        }
    }
    let remotes = Remotes::new(None, Duration::from_secs(20)).unwrap();
    let heads = remotes.heads(&address(at("b.bundle").to_str().unwrap()), &Default::default());
    assert_eq!(heads.unwrap_err().code.as_str(), "invalid-address");
    for text in [remote.path().display().to_string(), format!("file://{}", remote.path().display())] {
        assert!(Snapshot::open(&address(&text), None, None).is_ok(), "{text}");
    }
    // git finds it without its ending, too.
    let short = at("repo").display().to_string();
    assert!(Snapshot::open(&address(&short), None, None).is_ok(), "{short}");
}

#[test]
fn a_server_that_is_down_is_unavailable() {
    let remote = remote();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{closed}/repo.git");
    assert_eq!(Snapshot::open(&address(&url), None, None).unwrap_err().kind(), Kind::Unavailable);
    for answer in
        [|| Answer::Break, || Answer::Status(503, String::new()), || Answer::Status(429, String::new())]
    {
        let server = Server::start(remote.folder.path(), move |_| answer());
        let failure = Snapshot::open(&server.address(), None, None).unwrap_err();
        assert_eq!(
            (failure.code.as_str(), failure.kind()),
            ("repository-unavailable", Kind::Unavailable),
            "{failure}"
        );
    }
}

#[test]
fn a_server_that_is_silent_is_given_up() {
    let remote = remote();
    let server = Server::start(remote.folder.path(), |_| Answer::Silence);
    let second = Duration::from_secs(1);
    let failure = Snapshot::open_within(&server.address(), None, None, second).unwrap_err();
    assert_eq!(failure.kind(), Kind::Unavailable, "{failure}");
}

fn is_push(request: &Request) -> bool {
    request.method == "POST" && request.path.ends_with("/git-receive-pack")
}

#[test]
fn a_push_whose_answer_is_lost_is_looked_up_and_has_landed() {
    let remote = remote();
    let server = Server::start(remote.folder.path(), |request| match is_push(request) {
        true => Answer::WorkAndBreak,
        false => Answer::Pass,
    });
    let pushed = publish(&server.address(), &file("b", "b")).unwrap().unwrap();
    assert_eq!(pushed, Pushed::Landed { commit: remote.head() });
    assert_eq!(remote.commits(), 2);
}

#[test]
fn a_push_whose_answer_never_comes_is_looked_up_too() {
    let remote = remote();
    remote.hook("post-receive", "exec sleep 20 >/dev/null 2>&1");
    let server = Server::start(remote.folder.path(), |_| Answer::Pass);
    let mut snapshot = Snapshot::open_within(&server.address(), None, None, Duration::from_secs(2)).unwrap();
    let commit = snapshot.commit(&file("b", "b")).unwrap().unwrap();
    assert_eq!(snapshot.push(&commit).unwrap(), Pushed::Landed { commit: remote.head() });
}

#[test]
fn a_push_that_never_arrived_is_unavailable() {
    let remote = remote();
    let server = Server::start(remote.folder.path(), |request| match is_push(request) {
        true => Answer::Break,
        false => Answer::Pass,
    });
    let failure = publish(&server.address(), &file("b", "b")).unwrap_err();
    assert_eq!(failure.kind(), Kind::Unavailable, "{failure}");
    assert_eq!(remote.commits(), 1);
}

#[test]
fn a_push_after_which_others_pushed_is_a_race() {
    let remote = remote();
    let (other, count) = (remote.address(), AtomicUsize::new(0));
    let server = Server::start(remote.folder.path(), move |request| {
        if is_push(request) && count.fetch_add(1, Ordering::SeqCst) == 0 {
            publish(&other, &file("c", "c")).unwrap();
            return Answer::Break;
        }
        Answer::Pass
    });
    let mut snapshot = Snapshot::open(&server.address(), None, None).unwrap();
    let commit = snapshot.commit(&file("b", "b")).unwrap().unwrap();
    assert_eq!(snapshot.push(&commit).unwrap(), Pushed::Raced);
    snapshot.refresh().unwrap();
    let commit = snapshot.commit(&file("b", "b")).unwrap().unwrap();
    assert!(matches!(snapshot.push(&commit).unwrap(), Pushed::Landed { .. }));
    assert_eq!(remote.commits(), 3);
}

#[test]
fn a_stale_snapshot_and_a_locked_branch_are_races() {
    let remote = remote();
    let mut snapshot = Snapshot::open(&remote.address(), None, None).unwrap();
    let commit = snapshot.commit(&file("b", "b")).unwrap().unwrap();
    let lock = remote.path().join("refs/heads/main.lock");
    std::fs::write(&lock, "").unwrap();
    assert_eq!(snapshot.push(&commit).unwrap(), Pushed::Raced);
    std::fs::remove_file(&lock).unwrap();
    publish(&remote.address(), &file("c", "c")).unwrap();
    assert_eq!(snapshot.push(&commit).unwrap(), Pushed::Raced);
    git(&remote.path(), &["update-ref", "-d", "refs/heads/main"]);
    assert_eq!(snapshot.push(&commit).unwrap(), Pushed::Raced, "the branch is gone");
    snapshot.refresh().unwrap();
    assert_eq!(snapshot.head(), None);
}
