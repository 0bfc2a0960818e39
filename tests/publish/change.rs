//! From a change to a tree: only what was touched differs, and git finds nothing to complain about.

use std::collections::BTreeMap;

use cupaas::parts::diagnostic::Kind;
use cupaas::parts::git::{Author, FileChanges, Pushed, Snapshot};

use super::support::{Remote, change, file, folder, git, import, path, publish};

fn files(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn an_owned_folder_is_replaced_and_its_neighbours_stay() {
    let remote = Remote::with(&[
        ("deploy/p/a/old", "o"),
        ("deploy/p/a/sub/old", "o"),
        ("deploy/p/ab/x", "x"),
        ("z", "z"),
    ]);
    let mut all = folder("deploy/p/a", &[("new/deep/er", "n"), ("k", "k")]);
    all.files.insert(path("apps/a.yaml"), Some(b"a".to_vec()));
    all.files.insert(path("z"), None);
    publish(&remote.address(), &all).unwrap();
    remote.check();
    let wanted = [
        ("apps/a.yaml", "a"),
        ("deploy/p/a/k", "k"),
        ("deploy/p/a/new/deep/er", "n"),
        ("deploy/p/ab/x", "x"),
    ];
    assert_eq!(remote.files(), files(&wanted));
    let log = git(&remote.path(), &["log", "-1", "--format=%an|%ae|%at|%ci|%P|%B"]);
    assert!(log.starts_with("cupaas|cupaas@example.org|1700000001|2023-11-14 22:13:21 +0000|"), "{log}");
}

#[test]
fn nothing_changed_makes_no_commit() {
    let remote = Remote::with(&[("deploy/a/k", "k"), ("f", "f")]);
    for same in [folder("deploy/a", &[("k", "k")]), file("f", "f"), folder("not/here", &[]), change("empty")]
    {
        assert_eq!(publish(&remote.address(), &same).unwrap(), None);
    }
    let gone = FileChanges { files: BTreeMap::from([(path("not/here"), None)]), ..change("gone") };
    assert_eq!(publish(&remote.address(), &gone).unwrap(), None);
    assert_eq!(remote.commits(), 1);
}

#[test]
fn a_deleted_folder_takes_its_empty_parents_along() {
    let remote = Remote::with(&[("deploy/p/a/k", "k"), ("keep", "x")]);
    publish(&remote.address(), &folder("deploy/p/a", &[])).unwrap();
    assert_eq!(remote.files(), files(&[("keep", "x")]));
    assert_eq!(git(&remote.path(), &["ls-tree", "--name-only", "main"]), "keep\n");
    let gone = FileChanges { files: BTreeMap::from([(path("keep"), None)]), ..change("the last one") };
    publish(&remote.address(), &gone).unwrap();
    assert!(remote.files().is_empty());
    publish(&remote.address(), &file("a/b", "c")).unwrap();
    remote.check();
    assert_eq!(remote.files(), files(&[("a/b", "c")]));
}

#[test]
fn other_entries_keep_their_modes() {
    let remote = Remote::with(&[("a/run", "x"), ("a/plain", "x"), ("a/link", "-> plain"), ("a/z/f", "f")]);
    let head = remote.head();
    import(
        &remote.path(),
        &format!(
            "commit refs/heads/main\ncommitter a <a@b> 1700000000 +0000\ndata 1\nx\nfrom refs/heads/main^0\nM 100755 inline a/run\ndata 1\nx\nM 160000 {head} a/module\n"
        ),
    );
    publish(&remote.address(), &file("a/b", "b")).unwrap();
    publish(&remote.address(), &file("a/run", "y")).unwrap();
    let list = git(&remote.path(), &["ls-tree", "main:a"]);
    let modes: Vec<&str> = list.lines().map(|line| &line[..6]).collect();
    assert_eq!(modes, ["100644", "120000", "160000", "100644", "100755", "040000"], "{list}");
}

#[test]
fn what_stands_in_the_way_is_an_error_with_its_path() {
    let remote = Remote::with(&[
        ("file", "x"),
        ("folder/x", "x"),
        ("link", "-> folder"),
        ("deep/link", "-> ../folder"),
    ]);
    let cases = [
        (file("file/x", "y"), "file", "path-conflict"),
        (folder("file", &[("x", "y")]), "file", "path-conflict"),
        (file("folder", "y"), "folder", "path-conflict"),
        (file("link/x", "y"), "link", "not-a-regular-file"),
        (file("link", "y"), "link", "not-a-regular-file"),
        (folder("deep/link", &[]), "deep/link", "not-a-regular-file"),
        (folder("deep/link/more", &[("x", "y")]), "deep/link", "not-a-regular-file"),
    ];
    for (change, at, code) in cases {
        let failure = publish(&remote.address(), &change).unwrap_err();
        assert_eq!(failure.kind(), Kind::Invalid);
        assert_eq!(failure.diagnostics[0].span.source.name, at, "{failure}");
        assert_eq!(failure.diagnostics[0].code.as_str(), code, "{failure}");
    }
    for at in ["link", "link/x", "deep/link", "deep/link/x"] {
        let failure = Snapshot::open(&remote.address(), None, None).unwrap().read(&[path(at)]).unwrap_err();
        assert_eq!(failure.kind(), Kind::Invalid, "{at}");
        assert!(failure.to_string().contains("symbolic link"), "{failure}");
    }
    assert_eq!(remote.commits(), 1);
}

#[test]
fn a_change_that_contradicts_itself_is_refused() {
    let remote = Remote::with(&[("x", "x")]);
    let mut nested = folder("a", &[("b", "c")]);
    nested.files.insert(path("a/b"), Some(vec![]));
    let mut twice = folder("a", &[("b", "c"), ("b/d", "e")]);
    twice.message = "b is a file and a folder".to_owned();
    let names =
        [".gitmodules", "GIT~1", ".Git\u{200c}", ".git .", "a:b/.git::$INDEX_ALLOCATION", "a/.gitattributes"];
    let names = names.iter().map(|name| file(name, "x"));
    for bad in [nested, twice].into_iter().chain(names) {
        let failure = publish(&remote.address(), &bad).unwrap_err();
        assert_eq!((failure.code.as_str(), failure.kind()), ("internal-error", Kind::Internal), "{failure}");
    }
    let nobody =
        FileChanges { author: Author { name: "<>\n".to_owned(), email: "x".to_owned() }, ..file("a", "b") };
    let failure = publish(&remote.address(), &nobody).unwrap_err();
    assert_eq!((failure.code.as_str(), failure.kind()), ("invalid-author", Kind::Usage));
}

#[test]
fn a_message_and_an_author_stay_what_they_are() {
    let remote = Remote::with(&[("x", "x")]);
    let author = Author { name: "Ñandú <x>\nparent 0".to_owned(), email: "a b>c".to_owned() };
    let message = "deploy: x\r\n\r\nCupaas-Source: y\n\0tree 0\n\n".to_owned();
    publish(&remote.address(), &FileChanges { author, message, ..file("a", "b") }).unwrap();
    remote.check();
    let shown = git(&remote.path(), &["log", "-1", "--format=%an|%ae|%B"]);
    assert_eq!(shown, "Ñandú xparent 0|a bc|deploy: x\n\nCupaas-Source: y\ntree 0\n\n");
}

/// What the repository must hold, said by the simplest program that can: a map.
fn apply(model: &mut BTreeMap<String, String>, change: &FileChanges) {
    for (folder, new) in &change.folders {
        model.retain(|path, _| !path.starts_with(&format!("{folder}/")));
        for (path, bytes) in new {
            model.insert(format!("{folder}/{path}"), String::from_utf8(bytes.clone()).unwrap());
        }
    }
    for (path, bytes) in &change.files {
        match bytes {
            Some(bytes) => model.insert(path.to_string(), String::from_utf8(bytes.clone()).unwrap()),
            None => model.remove(path.as_str()),
        };
    }
}

#[test]
fn sixty_random_changes_give_what_a_map_gives() {
    let remote = Remote::with(&[("top", "t")]);
    let mut model = files(&[("top", "t")]);
    let mut seed = 7_u64;
    let mut random = move |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) % below
    };
    let mut snapshot = Snapshot::open(&remote.address(), None, None).unwrap();
    for step in 0..60 {
        // Names that git sorts differently as file and as folder.
        let names = ["a", "a.b", "a-b", "a0", "A", "ab"];
        let mut next = change(&format!("step {step}"));
        for _ in 0..=random(2) {
            let at = path(&format!("deploy/{}/{}", names[random(6) as usize], names[random(6) as usize]));
            let new = (0..random(4)).map(|n| {
                (path(&format!("{}/{n}", names[random(6) as usize])), step.to_string().into_bytes())
            });
            next.folders.insert(at, new.collect());
        }
        let text = (random(3) > 0).then(|| step.to_string().into_bytes());
        next.files.insert(path(&format!("apps/{}", names[random(6) as usize])), text);
        apply(&mut model, &next);
        if let Some(commit) = snapshot.commit(&next).unwrap() {
            assert!(matches!(snapshot.push(&commit).unwrap(), Pushed::Landed { .. }));
        }
        snapshot.refresh().unwrap();
    }
    remote.check();
    assert_eq!(remote.files(), model);
}
