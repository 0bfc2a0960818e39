//! A branch beside the one that is read: what a pull request is made of, over HTTP and partly fetched.

use std::path::PathBuf;

use cupaas::parts::git::{BranchName, FileChanges, Proposal, Pushed, Snapshot};

use super::http::{Answer, Server};
use super::support::{Remote, file, folder, git, path};

const OURS: &str = "deploy/p/shop";

fn change(text: &str) -> FileChanges {
    FileChanges { message: "deploy\n\nCupaas-App: shop\n".to_owned(), ..folder(OURS, &[("a.yaml", text)]) }
}

fn branch() -> BranchName {
    BranchName::parse("cupaas/p/shop").unwrap()
}

/// Puts a change onto the branch, and gives it as it stands then.
fn propose(snapshot: &mut Snapshot, change: &FileChanges) -> Proposal {
    let before = snapshot.proposal(&branch()).unwrap();
    let commit = snapshot.proposed(change).unwrap().unwrap();
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
    let of = |files: std::collections::BTreeMap<_, cupaas::parts::git::Entry>| {
        files[&file].text().map(str::to_owned)
    };
    assert_eq!(of(snapshot.read_proposal(&first, std::slice::from_ref(&file)).unwrap()).unwrap(), "new");
    assert_eq!(
        of(snapshot.read(std::slice::from_ref(&file)).unwrap()).unwrap(),
        "old",
        "the branch stays what is read"
    );
    // Who has seen nothing there, and who has seen something else, is late.
    let other = snapshot.proposed(&change("newer")).unwrap().unwrap();
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
    let holds = |wish: &FileChanges| {
        let mut snapshot = begin();
        let proposal = snapshot.proposal(&branch()).unwrap();
        let commit = snapshot.proposed(wish).unwrap().unwrap();
        snapshot.holds(&proposal, &commit, wish).unwrap()
    };
    assert!(holds(&wish));
    assert!(!holds(&change("newer")));
    let push = |change: &FileChanges| {
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

/// The server's repository, in which people and forges write too.
struct People {
    bare: PathBuf,
}

impl People {
    /// A commit of what `from` holds, with a file more or another file in its place where one is given.
    fn commit(&self, from: &str, file: Option<(&str, &str)>, parents: &[&str], message: &str) -> String {
        let git = |args: &[&str]| git(&self.bare, args).trim().to_owned();
        git(&["read-tree", from]);
        if let Some((path, text)) = file {
            let blob = self.bare.join("blob");
            std::fs::write(&blob, text).unwrap();
            let id = git(&["hash-object", "-w", "blob"]);
            git(&["update-index", "--add", "--cacheinfo", &format!("100644,{id},{path}")]);
        }
        let tree = git(&["write-tree"]);
        let parents: Vec<&str> = parents.iter().flat_map(|parent| ["-p", *parent]).collect();
        git(&[&["commit-tree", &tree, "-m", message], &parents[..]].concat())
    }

    /// The same, by way of a forge's button: the files of `ours` that it changed, on top of another commit.
    fn on(&self, base: &str, file: (&str, &str), parents: &[&str], message: &str) -> String {
        self.commit(base, Some(file), parents, message)
    }

    fn put(&self, branch: &str, id: &str) {
        git(&self.bare, &["update-ref", &format!("refs/heads/{branch}"), id]);
    }

    fn message(&self, id: &str) -> String {
        git(&self.bare, &["log", "-1", "--format=%B", id])
    }
}

const FILE: &str = "deploy/p/shop/a.yaml";

/// A proposal on the branch, a commit on `main` since, and whether what a person or a forge makes of them may be replaced.
fn may_replace(make: impl Fn(&People, &str, &str) -> String) -> bool {
    let remote = Remote::with(&[("a", "a"), (FILE, "old"), ("deploy/p/other/a.yaml", "x")]);
    let server = Server::start(remote.folder.path(), |_| Answer::Pass);
    let begin = || Snapshot::open(&server.address(), None, None).unwrap();
    let ours = propose(&mut begin(), &change("new")).head().unwrap();
    let people = People { bare: remote.path() };
    people.put("main", &people.commit("main", Some(("deploy/p/other/a.yaml", "y")), &["main"], "other"));
    people.put("cupaas/p/shop", &make(&people, &ours, "main"));
    // One that the job has not read: it is late, or others deploy meanwhile.
    people.put("main", &people.commit("main", Some(("b", "b")), &["main"], "later"));
    !begin().proposal(&branch()).unwrap().holds_others()
}

#[test]
fn what_a_forge_makes_of_ours_is_ours() {
    assert!(may_replace(|_, ours, _| ours.to_owned()));
    let merged = |people: &People, ours: &str, base: &str| {
        people.on(base, (FILE, "new"), &[ours, base], "Merge branch 'main' into cupaas/p/shop")
    };
    assert!(may_replace(merged), "updated by a merge");
    assert!(may_replace(|people, ours, base| {
        let first = merged(people, ours, base);
        people.put("main", &people.commit("main", Some(("c", "c")), &["main"], "one more"));
        merged(people, &first, "main")
    }));
    assert!(
        may_replace(|people, ours, base| people.on(base, (FILE, "new"), &[base], &people.message(ours))),
        "rebased"
    );
    assert!(
        may_replace(|people, ours, _| {
            let message = format!("Better words\n\n{}", people.message(ours));
            people.commit(ours, None, &["main~1"], &message)
        }),
        "another message"
    );
}

#[test]
fn what_git_merges_within_a_file_is_ours() {
    let lines = |first: &str, last: &str| format!("{first}\n1\n2\n3\n4\n5\n{last}\n");
    let may_replace = |update: &dyn Fn(&People, &str) -> String| {
        let remote = Remote::with(&[("a", "a"), (FILE, &lines("old", "old"))]);
        let server = Server::start(remote.folder.path(), |_| Answer::Pass);
        let begin = || Snapshot::open(&server.address(), None, None).unwrap();
        let ours = propose(&mut begin(), &change(&lines("new", "old"))).head().unwrap();
        let people = People { bare: remote.path() };
        people.put("main", &people.commit("main", Some((FILE, &lines("old", "theirs"))), &["main"], "edit"));
        people.put("cupaas/p/shop", &update(&people, &ours));
        !begin().proposal(&branch()).unwrap().holds_others()
    };
    let merge = |people: &People, ours: &str, text: &str| {
        people.on("main", (FILE, text), &[ours, "main"], "Merge branch 'main'")
    };
    assert!(may_replace(&|people, ours| merge(people, ours, &lines("new", "theirs"))));
    assert!(!may_replace(&|people, ours| merge(people, ours, &lines("new", "both"))));
    assert!(!may_replace(&|people, ours| merge(people, ours, &lines("old", "theirs"))));
}

#[test]
fn what_is_in_the_base_is_not_lost() {
    let merged = |people: &People, ours: &str, _: &str| {
        let theirs = people.commit(ours, Some(("deploy/p/shop/b.yaml", "theirs")), &[ours], "more");
        let merge = people.commit(&theirs, None, &["main", &theirs], "Merge branch 'cupaas/p/shop'");
        people.put("main", &merge);
        theirs
    };
    assert!(may_replace(merged));
    // A part of the change has got there by another way, and the rest is rebased.
    let remote = Remote::with(&[("a", "a")]);
    let server = Server::start(remote.folder.path(), |_| Answer::Pass);
    let begin = || Snapshot::open(&server.address(), None, None).unwrap();
    let both = |text: &str| FileChanges {
        message: "deploy\n\nCupaas-App: shop\n".to_owned(),
        ..folder(OURS, &[("a.yaml", text), ("b.yaml", "same")])
    };
    let ours = propose(&mut begin(), &both("new")).head().unwrap();
    let people = People { bare: remote.path() };
    people.put("main", &people.commit("main", Some(("deploy/p/shop/b.yaml", "same")), &["main"], "a part"));
    let rebased = people.on("main", (FILE, "new"), &["main"], &people.message(&ours));
    people.put("cupaas/p/shop", &rebased);
    assert!(!begin().proposal(&branch()).unwrap().holds_others());
}

#[test]
fn what_a_person_adds_is_not_lost() {
    let theirs = ("deploy/p/shop/b.yaml", "theirs");
    assert!(!may_replace(|people, ours, _| people.commit(ours, Some(theirs), &[ours], "more")), "on top");
    let amended = |people: &People, ours: &str, _: &str| {
        people.commit(ours, Some(theirs), &["main~1"], &people.message(ours))
    };
    assert!(!may_replace(amended), "amended");
    assert!(
        !may_replace(|people, ours, _| {
            people.commit(ours, Some((FILE, "edited")), &["main~1"], &people.message(ours))
        }),
        "one of ours amended"
    );
    let below = |people: &People, ours: &str, base: &str| {
        let theirs = people.commit(ours, Some(theirs), &[ours], "more");
        let merged = people.on(base, (FILE, "new"), &[&theirs, base], "Merge branch 'main'");
        people.commit(
            &merged,
            Some(("deploy/p/shop/b.yaml", "theirs")),
            &[&theirs, base],
            "Merge branch 'main'",
        )
    };
    assert!(!may_replace(below), "below a merge");
    let resolved = |people: &People, ours: &str, base: &str| {
        people.on(base, (FILE, "both"), &[ours, base], "Merge branch 'main'")
    };
    assert!(!may_replace(resolved), "in a merge");
    let taken_back = |people: &People, ours: &str, base: &str| {
        people.commit(base, None, &[ours, base], "Merge branch 'main', and leave the file as it is")
    };
    assert!(!may_replace(taken_back), "resolved towards the base");
    let elsewhere = |people: &People, ours: &str, base: &str| {
        let feature = people.commit(base, Some(("feature", "x")), &[base], "feature");
        let merged = people.on(&feature, (FILE, "new"), &[ours, &feature], "Merge branch 'feature'");
        people.put("feature", &feature);
        merged
    };
    assert!(!may_replace(elsewhere), "by a merge of another branch");
    let upon = |people: &People, ours: &str, base: &str| {
        let feature = people.commit(base, Some(("feature", "x")), &[base], "feature");
        people.on(&feature, (FILE, "new"), &[&feature], &people.message(ours))
    };
    assert!(!may_replace(upon), "rebased onto a commit of theirs");
}

#[test]
fn whose_commits_they_are_must_be_known() {
    let remote = Remote::with(&[("a", "a")]);
    let people = People { bare: remote.path() };
    people.put("cupaas/p/shop", &people.commit("main", Some((FILE, "theirs")), &["main"], "more"));
    git(&remote.path(), &["repack", "-adq"]);
    git(&remote.path(), &["update-server-info"]);
    // Plain files have no history that can be asked for.
    let server = Server::start(remote.folder.path(), |_| Answer::Dumb);
    let mut snapshot = Snapshot::open(&server.address(), None, None).unwrap();
    let failure = snapshot.proposal(&branch()).unwrap_err();
    assert_eq!((failure.code.as_str(), failure.kind().exit_code()), ("fetch-incomplete", 5), "{failure}");
}
