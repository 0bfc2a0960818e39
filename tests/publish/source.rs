//! What an app's own checkout says, and that asking does not run anything.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use cupaas::parts::diagnostic::Kind;
use cupaas::parts::git::checkout::Picks;
use cupaas::parts::git::{BranchName, Remotes, Source, SourceToken, is_descendant};
use cupaas::parts::token::Secret;

use super::support::{Remote, git, path, script_file};

fn checkout(folder: &Path) {
    git(folder, &["init", "-q", "-b", "trunk"]);
    std::fs::create_dir_all(folder.join("apps/tasks")).unwrap();
    std::fs::write(folder.join("apps/tasks/.cupaas"), "runtime: python\n").unwrap();
    std::fs::write(folder.join("other"), "x").unwrap();
    git(folder, &["add", "-A"]);
    git(folder, &["commit", "-q", "-m", "one"]);
    git(folder, &["remote", "add", "origin", "https://user:s3cr3t@git.example/o/tasks.git"]);
}

fn changed(folder: &std::path::Path) -> Vec<String> {
    Source::read(folder).unwrap().uncommitted
}

#[test]
fn facts_of_an_app_in_a_folder() {
    let around = crate::scratch::scratch();
    checkout(around.path());
    let app = around.path().join("apps/tasks");
    let source = Source::read(&app).unwrap();
    let head = git(around.path(), &["rev-parse", "HEAD"]).trim().to_owned();
    let time = git(around.path(), &["log", "-1", "--format=%ct"]).trim().parse().unwrap();
    let wanted = Source {
        repository: Some("https://git.example/o/tasks.git".to_owned()),
        path: "apps/tasks".to_owned(),
        commit: Some(head),
        branch: Some("trunk".to_owned()),
        time: Some(time),
        uncommitted: Vec::new(),
    };
    assert_eq!(source, wanted);
    std::fs::write(around.path().join("other"), "y").unwrap();
    std::fs::write(around.path().join("new"), "y").unwrap();
    assert_eq!(changed(&app), [""; 0], "only files of the app count");
    assert_eq!(changed(around.path()), ["new", "other"]);
    std::fs::write(app.join("new"), "y").unwrap();
    assert_eq!(changed(&app), ["new"], "a new file");
    std::fs::remove_file(app.join("new")).unwrap();
    std::fs::remove_file(app.join(".cupaas")).unwrap();
    assert_eq!(changed(&app), [".cupaas"], "a removed file");
}

#[test]
fn a_folder_of_no_repository_and_one_without_commits() {
    let around = crate::scratch::scratch();
    assert_eq!(Source::read(around.path()).unwrap(), Source::default());
    assert_eq!(Source::read(&around.path().join("missing")).unwrap(), Source::default());
    git(around.path(), &["init", "-q", "-b", "trunk"]);
    let source = Source::read(around.path()).unwrap();
    assert_eq!((source.commit, source.branch, source.uncommitted), (None, None, vec![]));
}

#[test]
fn a_detached_and_shallow_checkout_as_ci_makes_it() {
    let around = crate::scratch::scratch();
    let (full, ci) = (around.path().join("full"), around.path().join("ci"));
    std::fs::create_dir(&full).unwrap();
    checkout(&full);
    git(&full, &["commit", "-q", "--allow-empty", "-m", "two"]);
    git(&full, &["commit", "-q", "--allow-empty", "-m", "three"]);
    git(around.path(), &["clone", "-q", "--depth=2", &format!("file://{}", full.display()), "ci"]);
    git(&ci, &["checkout", "-q", "--detach"]);
    let id = |name: &str| git(&full, &["rev-parse", name]).trim().to_owned();
    let (one, two, three) = (id("HEAD~2"), id("HEAD~1"), id("HEAD"));
    let source = Source::read(&ci).unwrap();
    assert_eq!((source.commit.as_deref(), source.branch), (Some(three.as_str()), None));
    assert_eq!(is_descendant(&full, &three, &one), Some(true));
    assert_eq!(is_descendant(&full, &one, &three), Some(false));
    assert_eq!(is_descendant(&full, &one, &one), Some(false), "itself is not a descendant");
    assert_eq!(is_descendant(&ci, &three, &two), Some(true));
    assert_eq!(is_descendant(&ci, &two, &three), Some(false), "it is the other way round");
    assert_eq!(is_descendant(&ci, &three, &one), Some(true), "the commit at the edge names its parent");
    assert_eq!(is_descendant(&ci, &three, "not an id"), None);
}

#[test]
fn a_hostile_checkout_runs_nothing() {
    let around = crate::scratch::scratch();
    checkout(around.path());
    let mark = around.path().join(".git/ran");
    let evil = around.path().join(".git/evil");
    script_file(&evil, &format!("echo \"$*\" >> {}", mark.display()));
    for hook in ["post-index-change", "fsmonitor-watchman", "reference-transaction"] {
        script_file(
            &around.path().join(".git/hooks").join(hook),
            &format!("echo {hook} >> {}", mark.display()),
        );
    }
    let evil = evil.display();
    let config = format!(
        "[core]\n fsmonitor = {evil}\n sshCommand = {evil}\n pager = {evil}\n hooksPath = .git/hooks\n alternateRefsCommand = {evil}\n\
         [filter \"evil\"]\n clean = {evil}\n smudge = {evil}\n process = {evil}\n required = true\n[diff \"evil\"]\n textconv = {evil}\n\
         [include]\n path = /dev/null\n[extensions]\n partialClone = origin\n"
    );
    let path = around.path().join(".git/config");
    let before = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, before.clone() + &config).unwrap();
    std::fs::write(around.path().join(".gitattributes"), "* filter=evil diff=evil\n").unwrap();
    std::fs::write(around.path().join("other"), "changed").unwrap();
    assert!(changed(around.path()).contains(&"other".to_owned()));
    assert!(!mark.exists());
    let elsewhere = format!("{before}[core]\n worktree = /\n");
    std::fs::write(&path, elsewhere).unwrap();
    assert_eq!(
        Source::read(around.path()).unwrap(),
        Source::default(),
        "not the working folder that it says"
    );
}

#[test]
fn a_checkout_of_another_user_is_not_read() {
    let around = crate::scratch::scratch();
    checkout(around.path());
    let given_away = [around.path().to_owned(), around.path().join(".git")]
        .iter()
        .all(|folder| std::os::unix::fs::chown(folder, Some(12_345), None).is_ok());
    // Only root may give a folder away.
    assert_eq!(given_away, rustix::process::getuid().is_root());
    match Source::read(around.path()) {
        Err(failure) => {
            assert!(given_away, "{failure}");
            assert_eq!((failure.code.as_str(), failure.kind()), ("unsafe-checkout", Kind::Usage));
        }
        Ok(source) => assert!(!given_away && source.commit.is_some()),
    }
}

#[test]
fn a_branch_or_folder_that_is_not_there_is_said() {
    let remote = Remote::with(&[("app/.cupaas", "runtime: image\n")]);
    let remotes = Remotes::new(None, Duration::from_secs(30)).unwrap();
    let picks =
        Picks { counts: &|_| true, named: &|_| true, read: &|_| true, longest: &|_| 4, own: &|_| true };
    for (branch, folder, code) in
        [("gone", "app", "branch-not-found"), ("main", "nowhere", "folder-not-in-repository")]
    {
        let branch = BranchName::parse(branch).unwrap();
        let done = remotes.checkout(&remote.address(), &branch, Some(&path(folder)), &picks, None);
        let failure = done.unwrap_err();
        assert_eq!((failure.code.as_str(), failure.kind()), (code, Kind::Invalid), "{failure}");
    }
    let heads = remotes.heads(&remote.address(), &BTreeSet::new()).unwrap();
    assert_eq!(heads.default.as_deref(), Some("main"));
}

#[test]
fn a_link_within_the_folder_is_the_file_that_it_leads_to() {
    let remote =
        Remote::with(&[("app/.cupaas", "runtime: image\n"), ("app/deep/f", "inside"), ("secret", "outside")]);
    let clone = crate::scratch::scratch();
    git(clone.path(), &["clone", "-q", &remote.address().to_string(), "."]);
    let links = [
        ("deep/f", "near"),
        ("../near", "deep/up"),
        ("../secret", "out"),
        ("../app/deep/f", "out-and-in"),
        ("/etc/hostname", "absolute"),
        ("loop", "loop"),
        ("nowhere", "dangling"),
    ];
    for (target, name) in links {
        std::os::unix::fs::symlink(target, clone.path().join("app").join(name)).unwrap();
    }
    git(clone.path(), &["add", "-A"]);
    git(clone.path(), &["commit", "-qm", "links"]);
    git(clone.path(), &["push", "-q", "origin", "HEAD:main"]);
    let remotes = Remotes::new(None, Duration::from_secs(30)).unwrap();
    let picks = Picks {
        counts: &|_| true,
        named: &|_| true,
        read: &|_| true,
        longest: &|path| if path == "deep/f" { 3 } else { 100 },
        own: &|path| path == ".cupaas",
    };
    let branch = BranchName::parse("main").unwrap();
    let (files, _) = remotes.checkout(&remote.address(), &branch, Some(&path("app")), &picks, None).unwrap();
    let read = |name: &str| std::fs::read_to_string(files.folder.path().join(name)).ok();
    assert_eq!(read("near").as_deref(), Some("inside"));
    assert_eq!(read("deep/f").as_deref(), Some("insi"), "one byte more than anyone takes");
    assert_eq!(read("deep/up").as_deref(), Some("inside"));
    for name in ["out", "out-and-in", "absolute", "loop", "dangling"] {
        assert!(!files.folder.path().join(name).exists(), "{name}");
    }
}

#[test]
fn a_token_is_for_hosts_and_for_nothing_else() {
    for odd in ["git.example.cu/team", "ssh://git.example.cu", "ana@git.example.cu", "two hosts"] {
        let failure = SourceToken::new(Secret::new("t0ken"), &[odd.to_owned()], None).unwrap_err();
        assert_eq!((failure.code.as_str(), failure.kind()), ("invalid-source-host", Kind::Usage), "{odd}");
    }
    for good in ["git.example.cu", "git.example.cu:3000", "http://10.0.0.2:3000"] {
        assert!(SourceToken::new(Secret::new("t0ken"), &[good.to_owned()], None).is_ok(), "{good}");
    }
}
