//! Reading a branch: states, folders, links, servers of different ability, and how little is fetched.

use std::collections::BTreeMap;

use cupaas::parts::diagnostic::Kind;
use cupaas::parts::git::{Entry, EntryKind, Pushed, Snapshot};

use super::http::{Answer, Server};
use super::support::{Remote, address, file, folder, git, path, publish};

const FILES: &[(&str, &str)] = &[
    ("cupaas.yaml", "format: 1\n"),
    ("apps/a.yaml", "a\n"),
    ("apps/b.yaml", "b\n"),
    ("deploy/production/a/app/web.yaml", "web of a\n"),
    ("deploy/production/a/kustomization.yaml", "k\n"),
    ("deploy/production/b/app/web.yaml", "web of b\n"),
    ("clusters/main/production/a.yaml", "cluster a\n"),
    ("clusters/main/production/b.yaml", "cluster b\n"),
];

/// Everything that a deploy of app `a` reads, from a server that behaves as it likes.
fn read_as_a_deploy(mut snapshot: Snapshot) -> Snapshot {
    let paths =
        ["cupaas.yaml", "apps/a.yaml", "deploy/production/a", "clusters/main/production/a.yaml", "none/here"];
    let read = snapshot.read(&paths.map(path)).unwrap();
    let text = |entry: &Entry| entry.text().unwrap().to_owned();
    let read: BTreeMap<String, String> =
        read.iter().map(|(path, entry)| (path.to_string(), text(entry))).collect();
    let wanted: BTreeMap<String, String> = FILES
        .iter()
        .filter(|(path, _)| !path.ends_with("/b.yaml") && !path.contains("/b/"))
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
        .collect();
    assert_eq!(read, wanted);
    snapshot
}

fn deploy_and_check(remote: &Remote, mut snapshot: Snapshot) {
    let change = folder("deploy/production/a", &[("app/web.yaml", "new\n")]);
    let commit = snapshot.commit(&change).unwrap().unwrap();
    assert_eq!(snapshot.push(&commit).unwrap(), Pushed::Landed { commit: remote.head() });
    remote.check();
    let files = remote.files();
    assert_eq!(files.get("deploy/production/a/app/web.yaml").map(String::as_str), Some("new\n"));
    assert_eq!(files.len(), FILES.len() - 1);
}

#[test]
fn a_deploy_reads_its_own_files_over_file() {
    let remote = Remote::with(FILES);
    let snapshot = Snapshot::open(&remote.address(), None, None).unwrap();
    assert_eq!((snapshot.branch().as_str(), snapshot.head()), ("main", Some(remote.head())));
    deploy_and_check(&remote, read_as_a_deploy(snapshot));
}

#[test]
fn a_local_path_is_read_and_written_like_a_server() {
    let remote = Remote::with(FILES);
    let address = address(remote.path().to_str().unwrap());
    deploy_and_check(&remote, read_as_a_deploy(Snapshot::open(&address, None, None).unwrap()));
}

#[test]
fn a_deploy_over_http_takes_few_requests() {
    let remote = Remote::with(FILES);
    let server = Server::start(remote.folder.path(), |_| Answer::Pass);
    let snapshot = read_as_a_deploy(Snapshot::open(&server.address(), None, None).unwrap());
    deploy_and_check(&remote, snapshot);
    // Opening 3; three levels of folders below the first, 2 each; pushing 2.
    assert!(server.count() <= 11, "{} requests", server.count());
}

#[test]
fn a_server_without_filters_is_read_whole() {
    let remote = Remote::with(FILES);
    for setting in ["uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"] {
        git(&remote.path(), &["config", setting, "false"]);
    }
    let server = Server::start(remote.folder.path(), |_| Answer::Pass);
    deploy_and_check(&remote, read_as_a_deploy(Snapshot::open(&server.address(), None, None).unwrap()));
}

#[test]
fn a_server_of_the_old_protocol_that_gives_its_branches_alone() {
    let remote = Remote::with(FILES);
    git(&remote.path(), &["config", "uploadpack.allowAnySHA1InWant", "false"]);
    let server = Server::start(remote.folder.path(), |_| Answer::OldProtocol);
    deploy_and_check(&remote, read_as_a_deploy(Snapshot::open(&server.address(), None, None).unwrap()));
}

#[test]
fn what_was_read_is_not_mixed_with_newer_files() {
    let remote = Remote::with(FILES);
    git(&remote.path(), &["config", "uploadpack.allowAnySHA1InWant", "false"]);
    // Filters are understood, and files are only served with a branch.
    let server = Server::start(remote.folder.path(), |_| Answer::OldProtocol);
    let mut snapshot = Snapshot::open(&server.address(), None, None).unwrap();
    snapshot.read(&[path("cupaas.yaml")]).unwrap();
    publish(&remote.address(), &file("apps/a.yaml", "newer\n")).unwrap();
    let failure = snapshot.read(&[path("deploy/production/a")]).unwrap_err();
    assert_eq!((failure.code.as_str(), failure.kind()), ("branch-moved", Kind::Unavailable), "{failure}");
}

#[test]
fn a_server_that_knows_some_filters_only() {
    for allowed in ["tree.maxDepth=0", "blob:none.allow=true"] {
        let remote = Remote::with(FILES);
        git(&remote.path(), &["config", "uploadpackfilter.allow", "false"]);
        if allowed.starts_with("tree") {
            git(&remote.path(), &["config", "uploadpackfilter.tree.allow", "true"]);
        }
        let (name, value) = allowed.split_once('=').unwrap();
        git(&remote.path(), &["config", &format!("uploadpackfilter.{name}"), value]);
        let server = Server::start(remote.folder.path(), |_| Answer::Pass);
        deploy_and_check(&remote, read_as_a_deploy(Snapshot::open(&server.address(), None, None).unwrap()));
    }
}

#[test]
fn a_server_of_plain_files_can_be_read() {
    let remote = Remote::with(FILES);
    git(&remote.path(), &["repack", "-adq"]);
    git(&remote.path(), &["update-server-info"]);
    let server = Server::start(remote.folder.path(), |_| Answer::Dumb);
    read_as_a_deploy(Snapshot::open(&server.address(), None, None).unwrap());
}

#[test]
fn an_empty_repository_is_a_state_and_takes_a_first_commit() {
    let remote = Remote::empty();
    let server = Server::start(remote.folder.path(), |_| Answer::Pass);
    for address in [remote.address(), server.address()] {
        for branch in [None, Some("main")] {
            let mut snapshot = Snapshot::open(&address, branch, None).unwrap();
            assert_eq!((snapshot.branch().as_str(), snapshot.head()), ("main", None));
            assert!(snapshot.read(&[path("cupaas.yaml")]).unwrap().is_empty());
            assert!(snapshot.list(None).unwrap().is_empty());
            snapshot.refresh().unwrap();
            assert_eq!(snapshot.head(), None);
        }
    }
    assert!(matches!(
        publish(&server.address(), &file("cupaas.yaml", "x\n")),
        Ok(Some(Pushed::Landed { .. }))
    ));
    remote.check();
    assert_eq!(remote.commits(), 1);
}

#[test]
fn a_missing_branch_is_a_state_and_is_made_by_the_first_push() {
    let remote = Remote::with(FILES);
    git(&remote.path(), &["tag", "staging", "main"]);
    let mut snapshot = Snapshot::open(&remote.address(), Some("staging"), None).unwrap();
    assert_eq!(snapshot.head(), None, "a tag is not a branch");
    let commit = snapshot.commit(&file("a", "b")).unwrap().unwrap();
    assert!(matches!(snapshot.push(&commit).unwrap(), Pushed::Landed { .. }));
    assert_eq!(
        snapshot.push(&commit).unwrap(),
        Pushed::Landed { commit: commit.id() },
        "the same commit again"
    );
    let mut late = Snapshot::open(&remote.address(), Some("other"), None).unwrap();
    git(&remote.path(), &["branch", "other", "main"]);
    let commit = late.commit(&file("a", "c")).unwrap().unwrap();
    assert_eq!(late.push(&commit).unwrap(), Pushed::Raced, "the branch was made meanwhile");
}

#[test]
fn a_remote_without_a_current_branch_needs_a_name() {
    let remote = Remote::with(FILES);
    let alone = git(&remote.path(), &["commit-tree", "-m", "on no branch", "main^{tree}"]);
    std::fs::write(remote.path().join("HEAD"), alone).unwrap();
    let failure = Snapshot::open(&remote.address(), None, None).unwrap_err();
    assert_eq!((failure.code.as_str(), failure.kind()), ("no-default-branch", Kind::Usage));
    read_as_a_deploy(Snapshot::open(&remote.address(), Some("main"), None).unwrap());
}

#[test]
fn a_listing_reads_no_files() {
    let remote = Remote::with(FILES);
    let mut snapshot = Snapshot::open(&remote.address(), None, None).unwrap();
    let kinds = snapshot.list(None).unwrap();
    assert_eq!(kinds.get("cupaas.yaml"), Some(&EntryKind::File));
    assert_eq!(kinds.get("deploy"), Some(&EntryKind::Folder));
    let names: Vec<String> = snapshot.list(Some(&path("deploy/production"))).unwrap().into_keys().collect();
    assert_eq!(names, ["a", "b"]);
    assert!(snapshot.list(Some(&path("deploy/nowhere"))).unwrap().is_empty());
    let failure = snapshot.list(Some(&path("cupaas.yaml"))).unwrap_err();
    assert_eq!((failure.kind(), failure.diagnostics[0].code.as_str()), (Kind::Invalid, "path-conflict"));
}

#[test]
fn bytes_stay_bytes_and_giants_are_refused() {
    let remote = Remote::with(&[("big", &"x".repeat(10 * 1024 * 1024 + 1)), ("small", "x")]);
    import_bytes(&remote);
    let mut snapshot = Snapshot::open(&remote.address(), None, None).unwrap();
    assert_eq!(snapshot.read(&[path("raw")]).unwrap()[&path("raw")], Entry::Bytes(vec![0xff, 0x00]));
    let failure = snapshot.read(&[path("big")]).unwrap_err();
    assert_eq!((failure.kind(), failure.to_string().contains("big")), (Kind::Invalid, true));
    assert_eq!(failure.diagnostics[0].code.as_str(), "file-too-large");
}

fn import_bytes(remote: &Remote) {
    let folder = crate::scratch::scratch();
    std::fs::write(folder.path().join("raw"), [0xff, 0x00]).unwrap();
    let raw = folder.path().join("raw");
    let id = git(&remote.path(), &["hash-object", "-w", raw.to_str().unwrap()]);
    let stream = format!(
        "commit refs/heads/main\ncommitter a <a@b> 1700000000 +0000\ndata 1\nx\nfrom refs/heads/main^0\nM 100644 {} raw\n",
        id.trim()
    );
    super::support::import(&remote.path(), &stream);
}

#[test]
fn a_refreshed_snapshot_sees_the_newest_commit() {
    let remote = Remote::with(FILES);
    let server = Server::start(remote.folder.path(), |_| Answer::Pass);
    let mut snapshot = read_as_a_deploy(Snapshot::open(&server.address(), None, None).unwrap());
    publish(&remote.address(), &file("apps/a.yaml", "newer\n")).unwrap();
    assert_eq!(snapshot.read(&[path("apps/a.yaml")]).unwrap()[&path("apps/a.yaml")].text(), Some("a\n"));
    snapshot.refresh().unwrap();
    assert_eq!(snapshot.head(), Some(remote.head()));
    assert_eq!(snapshot.read(&[path("apps/a.yaml")]).unwrap()[&path("apps/a.yaml")].text(), Some("newer\n"));
}

/// The git programs that a deploy starts itself, and the requests that it makes.
fn cost_of_a_deploy(apps: usize) -> (Vec<String>, usize) {
    let mut files = vec![("cupaas.yaml".to_owned(), "format: 1\n".to_owned())];
    for number in 0..apps {
        for file in ["base/policy", "app/web", "app/service"] {
            files.push((format!("deploy/production/app-{number}/{file}.yaml"), format!("{file} {number}\n")));
        }
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let remote = Remote::with(&files);
    let server = Server::start(remote.folder.path(), |_| Answer::Pass);
    let trace = crate::scratch::scratch();
    let mut command =
        super::child::deploy(&format!("{}/repo.git", server.url), "deploy/production/app-3", "x", None);
    assert!(command.env("GIT_TRACE2_EVENT", trace.path()).status().unwrap().success());
    remote.check();
    let mut commands = Vec::new();
    for file in std::fs::read_dir(trace.path()).unwrap().flatten() {
        let text = std::fs::read_to_string(file.path()).unwrap();
        let line = text.lines().find(|line| line.contains(r#""event":"cmd_name""#)).unwrap_or_default();
        let time = text.lines().next().and_then(|line| line.split(r#""time":""#).nth(1)).unwrap_or_default();
        let name =
            line.split(r#""name":""#).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
        commands.push((time.to_owned(), name.to_owned()));
    }
    commands.sort();
    let own = ["clone", "fetch", "push", "ls-remote"];
    let commands = commands.into_iter().map(|(_, name)| name).filter(|name| own.contains(&name.as_str()));
    (commands.collect(), server.count())
}

#[test]
fn a_deploy_costs_no_more_requests_in_a_big_repository_and_pushing_fetches_nothing() {
    let small = cost_of_a_deploy(5);
    assert_eq!(
        small.0,
        ["clone", "fetch", "push"],
        "one level of folders is missing, and a push lacks nothing"
    );
    assert_eq!(cost_of_a_deploy(2_000), small);
}
