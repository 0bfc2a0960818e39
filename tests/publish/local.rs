//! The local repository for those who have no server.

use std::path::Path;

use cupaas::parts::diagnostic::{Failure, Kind};
use cupaas::parts::git::bare::{Bare, address, init_bare};
use cupaas::parts::git::{Pushed, Snapshot};

use super::support::{Remote, address as address_of, file, folder, git, path, publish};

/// What is read of a repository, at its folder and by git's own transport: branch, commit and files, or the code of the
/// failure.
fn read(at: &Path, branch: Option<&str>) -> [Result<String, String>; 2] {
    let addresses = [at.display().to_string(), format!("file://{}", at.display())];
    addresses.map(|text| {
        let read = || -> Result<_, Failure> {
            let mut snapshot = Snapshot::open(&address_of(&text), branch, None)?;
            let files = snapshot.read(&[path("apps"), path("cupaas.yaml")])?;
            Ok(format!("{} {:?} {files:?}", snapshot.branch(), snapshot.head()))
        };
        read().map_err(|failure| failure.code.as_str().to_owned())
    })
}

#[test]
fn a_new_repository_has_its_first_commit_and_takes_deploys() {
    let around = crate::scratch::scratch();
    let at = around.path().join("some/where/gitops.git");
    let first = file("cupaas.yaml", "format: 1\n");
    assert_eq!(init_bare(&at, "trunk", &first).unwrap(), Bare::Made);
    assert_eq!(init_bare(&at, "trunk", &file("cupaas.yaml", "other\n")).unwrap(), Bare::Found);
    let remote = address(&at).unwrap();
    let mut snapshot = Snapshot::open(&remote, None, None).unwrap();
    assert_eq!(snapshot.branch().as_str(), "trunk");
    let read = snapshot.read(&[path("cupaas.yaml")]).unwrap();
    assert_eq!(read[&path("cupaas.yaml")].text(), Some("format: 1\n"));
    assert!(matches!(publish(&remote, &folder("deploy/a", &[("x", "y")])), Ok(Some(Pushed::Landed { .. }))));
    assert_eq!(git(&at, &["fsck", "--strict", "--no-progress"]), "");
    let beside: Vec<_> = std::fs::read_dir(at.parent().unwrap()).unwrap().flatten().collect();
    assert_eq!(beside.len(), 1, "{beside:?}");
}

#[test]
fn at_its_folder_is_read_what_git_would_send() {
    let remote = Remote::with(&[("cupaas.yaml", "format: 1\n"), ("apps/a/b/c.yaml", "x: 1\n")]);
    let bare = remote.path();
    publish(&remote.address(), &folder("apps/d", &[("e", "f")])).unwrap();
    let at = |name: &str| remote.folder.path().join(name);
    for args in [
        &["clone", "-q", "repo.git", "work"][..],
        &["clone", "-q", "--depth=1", "--no-local", "repo.git", "shallow"],
        &["clone", "-q", "--shared", "repo.git", "shared"],
        &["clone", "-q", "repo.git", "detached"],
        &["clone", "-q", "--mirror", "repo.git", "packed"],
        &["init", "-q", "-b", "trunk", "empty"],
        &["-C", "work", "worktree", "add", "-q", "-b", "side", "../beside"],
        &["-C", "detached", "checkout", "-q", "--detach"],
        &["-C", "packed", "gc", "-q"],
        &["-C", "packed", "symbolic-ref", "HEAD", "refs/heads/none"],
    ] {
        git(remote.folder.path(), args);
    }
    for (name, branch) in [
        ("repo.git", None),
        ("repo.git", Some("main")),
        ("repo.git", Some("none")),
        ("work", None),
        ("work/.git", None),
        ("shallow", None),
        ("shared", None),
        ("beside", None),
        ("detached", None),
        ("detached", Some("main")),
        ("packed", None),
        ("packed", Some("main")),
        ("empty", None),
    ] {
        let [in_place, sent] = read(&at(name), branch);
        assert_eq!(in_place, sent, "{name} {branch:?}");
    }
    let head = git(&bare, &["rev-parse", "main"]);
    assert!(read(&bare, None)[0].clone().unwrap().contains(head.trim()));
}

#[test]
fn a_damaged_object_is_said() {
    let remote = Remote::with(&[("cupaas.yaml", "format: 1\n")]);
    let id = git(&remote.path(), &["rev-parse", "main:cupaas.yaml"]);
    let object = remote.path().join("objects").join(&id[..2]).join(id[2..].trim());
    std::fs::remove_file(&object).unwrap();
    std::fs::write(&object, "no object").unwrap();
    let mut snapshot = Snapshot::open(&address(&remote.path()).unwrap(), None, None).unwrap();
    let failure = snapshot.read(&[path("cupaas.yaml")]).unwrap_err();
    assert_eq!(failure.code.as_str(), "fetch-incomplete", "{failure}");
    assert!(failure.to_string().contains(id.trim()), "{failure}");
}

#[test]
fn of_many_that_make_it_at_once_one_does() {
    let around = crate::scratch::scratch();
    let at = around.path().join("gitops.git");
    let made = std::thread::scope(|scope| {
        let make = |number: usize| {
            let at = &at;
            scope.spawn(move || init_bare(at, "main", &file("cupaas.yaml", &format!("{number}\n"))).unwrap())
        };
        let threads: Vec<_> = (0..16).map(make).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).filter(|made| *made == Bare::Made).count()
    });
    assert_eq!(made, 1);
    assert_eq!(git(&at, &["rev-list", "--count", "main"]), "1\n");
    assert_eq!(std::fs::read_dir(around.path()).unwrap().count(), 1);
}

#[test]
fn what_stands_there_already_is_left_alone() {
    let around = crate::scratch::scratch();
    std::fs::write(around.path().join("letter"), "dear").unwrap();
    let failure = init_bare(around.path(), "main", &file("a", "b")).unwrap_err();
    assert_eq!((failure.code.as_str(), failure.kind()), ("folder-unusable", Kind::Usage));
    assert_eq!(
        init_bare(&around.path().join("letter"), "main", &file("a", "b")).unwrap_err().kind(),
        Kind::Usage
    );
    let empty = around.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    assert_eq!(init_bare(&empty, "main", &file("a", "b")).unwrap(), Bare::Made);
    assert_eq!(init_bare(&around.path().join("x"), "-x", &file("a", "b")).unwrap_err().kind(), Kind::Usage);
}

#[test]
fn history_is_not_thrown_away() {
    let around = crate::scratch::scratch();
    let at = around.path().join("gitops.git");
    init_bare(&at, "main", &file("a", "b")).unwrap();
    git(around.path(), &["clone", "-q", "gitops.git", "work"]);
    let work = around.path().join("work");
    git(&work, &["commit", "-q", "--amend", "-m", "another"]);
    let mut push = std::process::Command::new("git");
    let output = push.current_dir(&work).args(["push", "-q", "--force"]).output().unwrap();
    assert!(!output.status.success());
}
