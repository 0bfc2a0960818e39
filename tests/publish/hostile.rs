//! Environments and repositories that would have git run or write something else: they do not succeed.

use std::path::Path;

use super::child::deploy;
use super::http::{Answer, Server};
use super::support::{Remote, git, script_file};

#[test]
fn nothing_that_is_configured_around_us_runs() {
    let remote = Remote::with(&[("a", "a"), (".gitattributes", "* filter=evil diff=evil merge=evil\n")]);
    let around = crate::scratch::scratch();
    let mark = around.path().join("ran");
    let evil = around.path().join("evil");
    script_file(&evil, &format!("echo \"$0 $*\" >> {}", mark.display()));
    let template = around.path().join("template");
    let global = around.path().join("global");
    let hooks =
        ["pre-push", "post-checkout", "reference-transaction", "post-commit", "pre-auto-gc", "post-update"];
    for hook in hooks {
        script_file(&template.join("hooks").join(hook), &format!("echo {hook} >> {}", mark.display()));
    }
    let (evil, template) = (evil.display(), template.display());
    let config = format!(
        "[core]\n hooksPath = {template}/hooks\n fsmonitor = {evil}\n pager = {evil}\n editor = {evil}\n alternateRefsCommand = {evil}\n\
         [init]\n templateDir = {template}\n[filter \"evil\"]\n clean = {evil}\n smudge = {evil}\n process = {evil}\n required = true\n\
         [diff \"evil\"]\n command = {evil}\n textconv = {evil}\n[merge \"evil\"]\n driver = {evil}\n[gpg]\n program = {evil}\n\
         [commit]\n gpgSign = true\n[push]\n gpgSign = true\n pushOption = x\n followTags = true\n recurseSubmodules = on-demand\n\
         [alias]\n push = !{evil}\n[fetch]\n prune = true\n fsckObjects = true\n[transfer]\n bundleURI = true\n\
         [clone]\n rejectShallow = true\n filterSubmodules = true\n defaultRemoteName = elsewhere\n[remote \"origin\"]\n url = {evil}\n\
         [gc]\n auto = 1\n[maintenance]\n auto = true\n[safe]\n bareRepository = explicit\n"
    );
    std::fs::write(&global, config).unwrap();
    // Over HTTP, because git serves a local folder with the user's own configuration.
    let server = Server::start(remote.folder.path(), |_| Answer::Pass);
    let url = format!("{}/repo.git", server.url);
    let mut command = deploy(&url, "deploy/a", "text", None);
    for (name, value) in
        [("GIT_DIR", "/nowhere"), ("GIT_WORK_TREE", "/nowhere"), ("GIT_INDEX_FILE", "/nowhere/i")]
    {
        command.env(name, value);
    }
    for name in [
        "GIT_OBJECT_DIRECTORY",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_NAMESPACE",
        "GIT_CEILING_DIRECTORIES",
    ] {
        command.env(name, "/nowhere");
    }
    for name in ["GIT_EXTERNAL_DIFF", "GIT_EDITOR", "GIT_PAGER", "GIT_SEQUENCE_EDITOR"] {
        command.env(name, evil.to_string());
    }
    command.env("GIT_TRACE", around.path().join("trace")).env("GIT_TRACE_CURL", around.path().join("trace"));
    command.env("GIT_TEMPLATE_DIR", template.to_string()).env("GIT_CONFIG_GLOBAL", &global);
    assert!(command.status().unwrap().success());
    remote.check();
    assert_eq!(remote.commits(), 2);
    assert!(!mark.exists(), "{}", std::fs::read_to_string(&mark).unwrap());
    assert!(!around.path().join("trace").exists(), "a trace shows what is sent");
}

#[test]
fn a_users_own_settings_for_the_way_to_the_server_count() {
    let remote = Remote::with(&[("a", "a")]);
    let around = crate::scratch::scratch();
    let global = around.path().join("global");
    let config =
        format!("[url \"file://{}\"]\n insteadOf = https://git.example/repo.git\n", remote.path().display());
    std::fs::write(&global, config).unwrap();
    let mut command = deploy("https://git.example/repo.git", "deploy/a", "text", Some("t0ken"));
    assert!(command.env("GIT_CONFIG_GLOBAL", &global).status().unwrap().success());
    assert_eq!(remote.commits(), 2);
}

#[test]
fn a_credential_helper_of_the_user_is_asked() {
    let remote = Remote::with(&[("a", "a")]);
    let server = Server::start(remote.folder.path(), |request| {
        let good = request.headers.get("authorization").is_some_and(|value| value == "Basic dTpw");
        if good {
            Answer::Pass
        } else {
            Answer::Status(401, "WWW-Authenticate: Basic realm=\"x\"".to_owned())
        }
    });
    let around = crate::scratch::scratch();
    let global = around.path().join("global");
    let helper = around.path().join("helper");
    script_file(&helper, "printf 'username=u\\npassword=p\\n'");
    std::fs::write(&global, format!("[credential]\n helper = {}\n", helper.display())).unwrap();
    let mut command = deploy(&format!("{}/repo.git", server.url), "deploy/a", "text", None);
    assert!(command.env("GIT_CONFIG_GLOBAL", &global).status().unwrap().success());
    assert_eq!(remote.commits(), 2);
}

#[test]
fn names_that_leave_the_repository_are_not_read() {
    let remote = Remote::with(&[("a", "a")]);
    let blob = git(&remote.path(), &["rev-parse", "main:a"]);
    let tree = |entry: &str| tree(&remote.path(), entry, blob.trim());
    for name in ["..", ".git", "a\\b", "a\nb", "."] {
        let inner = tree(name);
        let root = make_tree(&remote.path(), &[("40000", "folder", &inner)]);
        let commit = git(&remote.path(), &["commit-tree", "-m", "x", &root]);
        git(&remote.path(), &["update-ref", "refs/heads/main", commit.trim()]);
        let mut snapshot = cupaas::parts::git::Snapshot::open(&remote.address(), None, None).unwrap();
        let failure = snapshot.read(&[super::support::path("folder")]).unwrap_err();
        assert_eq!(failure.kind(), cupaas::parts::diagnostic::Kind::Invalid, "{name:?}: {failure}");
        assert_eq!(failure.diagnostics[0].code.as_str(), "unusable-path", "{name:?}: {failure}");
        assert!(snapshot.list(Some(&super::support::path("folder"))).unwrap().is_empty());
    }
}

fn tree(repository: &Path, name: &str, blob: &str) -> String {
    make_tree(repository, &[("100644", name, blob)])
}

/// A tree object as it is stored, with names that git itself would refuse to write.
fn make_tree(repository: &Path, entries: &[(&str, &str, &str)]) -> String {
    let mut bytes = Vec::new();
    for (mode, name, id) in entries {
        bytes.extend(format!("{mode} {name}\0").into_bytes());
        bytes.extend((0..20).map(|n| u8::from_str_radix(&id[2 * n..2 * n + 2], 16).unwrap()));
    }
    let folder = crate::scratch::scratch();
    let file = folder.path().join("tree");
    std::fs::write(&file, bytes).unwrap();
    let args = ["hash-object", "-w", "-t", "tree", "--literally", file.to_str().unwrap()];
    git(repository, &args).trim().to_owned()
}
