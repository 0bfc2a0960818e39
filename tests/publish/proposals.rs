//! A branch beside the one that is read: what a pull request is made of, over HTTP and partly fetched.

use cupaas::diagnostic::Kind;
use cupaas::publish::{BranchName, Change, Proposal, Pushed, Snapshot};

use super::http::{Answer, Server};
use super::support::{Remote, file, folder, git, path};

const OURS: &str = "deploy/p/shop";

fn change(text: &str) -> Change {
    Change { message: "deploy\n\nCupaas-App: shop\n".to_owned(), ..folder(OURS, &[("a.yaml", text)]) }
}

fn branch() -> BranchName {
    BranchName::parse("cupaas/p/shop").unwrap()
}

/// Puts a change onto the branch, and gives it as it stands then.
fn propose(snapshot: &mut Snapshot, change: &Change) -> Proposal {
    let before = snapshot.proposal(&branch()).unwrap();
    let commit = snapshot.commit(change).unwrap().unwrap();
    assert!(matches!(snapshot.propose(&before, &commit), Ok(Pushed::Landed { .. })));
    snapshot.proposal(&branch()).unwrap()
}

#[test]
fn it_is_read_beside_the_branch_and_replaced_by_compare_and_swap() {
    let remote = Remote::with(&[("a", "a"), ("deploy/p/shop/a.yaml", "old")]);
    let server = Server::start(remote.folder.path(), |_| Answer::Pass);
    let mut snapshot = Snapshot::open(&server.address(), None, None).unwrap();
    let nothing = snapshot.proposal(&branch()).unwrap();
    assert_eq!(nothing.head(), None);
    let first = propose(&mut snapshot, &change("new"));
    let file = path("deploy/p/shop/a.yaml");
    let of =
        |files: std::collections::BTreeMap<_, cupaas::publish::Entry>| files[&file].text().map(str::to_owned);
    assert_eq!(of(snapshot.read_proposal(&first, std::slice::from_ref(&file)).unwrap()).unwrap(), "new");
    assert_eq!(
        of(snapshot.read(std::slice::from_ref(&file)).unwrap()).unwrap(),
        "old",
        "the branch stays what is read"
    );
    // Who has seen nothing there, and who has seen something else, is late.
    let other = snapshot.commit(&change("newer")).unwrap().unwrap();
    assert_eq!(snapshot.propose(&nothing, &other).unwrap(), Pushed::Raced);
    assert!(matches!(snapshot.propose(&first, &other), Ok(Pushed::Landed { .. })));
    assert_eq!(snapshot.withdraw(&first).unwrap(), Pushed::Raced);
    let last = snapshot.proposal(&branch()).unwrap();
    assert!(matches!(snapshot.withdraw(&last), Ok(Pushed::Landed { .. })));
    assert_eq!(snapshot.proposal(&branch()).unwrap().head(), None);
    remote.check();
}

#[test]
fn it_holds_while_its_own_files_stay_as_they_were() {
    let remote = Remote::with(&[("a", "a"), ("deploy/p/shop/a.yaml", "old"), ("deploy/p/other/a.yaml", "x")]);
    let server = Server::start(remote.folder.path(), |_| Answer::Pass);
    let begin = || Snapshot::open(&server.address(), None, None).unwrap();
    let wish = change("new");
    propose(&mut begin(), &wish);
    let holds = |wish: &Change| {
        let mut snapshot = begin();
        let proposal = snapshot.proposal(&branch()).unwrap();
        let commit = snapshot.commit(wish).unwrap().unwrap();
        snapshot.holds(&proposal, &commit, wish).unwrap()
    };
    assert!(holds(&wish));
    assert!(!holds(&change("newer")));
    let push = |change: &Change| {
        let mut snapshot = begin();
        let commit = snapshot.commit(change).unwrap().unwrap();
        assert!(matches!(snapshot.push(&commit), Ok(Pushed::Landed { .. })));
    };
    // Others' files do not matter, also after several commits.
    push(&folder("deploy/p/other", &[("a.yaml", "y")]));
    push(&file("b", "b"));
    assert!(holds(&wish));
    push(&folder(OURS, &[("a.yaml", "older")]));
    assert!(!holds(&wish), "it would not merge");
}

#[test]
fn somebody_elses_commit_is_refused_and_a_merge_is_not() {
    let remote = Remote::with(&[("a", "a")]);
    let server = Server::start(remote.folder.path(), |_| Answer::Pass);
    let mut snapshot = Snapshot::open(&server.address(), None, None).unwrap();
    let ours = propose(&mut snapshot, &change("new")).head().unwrap();
    let bare = remote.path();
    let tree = git(&bare, &["rev-parse", &format!("{ours}^{{tree}}")]);
    let put = |parents: &[&str]| {
        let args: Vec<&str> = parents.iter().flat_map(|parent| ["-p", *parent]).collect();
        let id = git(&bare, &[&["commit-tree", tree.trim(), "-m", "theirs"], &args[..]].concat());
        git(&bare, &["update-ref", "refs/heads/cupaas/p/shop", id.trim()]);
    };
    put(&[&ours]);
    let failure = snapshot.proposal(&branch()).unwrap_err();
    assert_eq!(failure.kind, Kind::Forbidden, "{failure}");
    put(&[&ours, "main"]);
    assert!(snapshot.proposal(&branch()).unwrap().head().is_some());
}
