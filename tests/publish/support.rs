//! Repositories to publish to, and the shortest ways to say a change.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use cupaas::parts::backoff::Backoff;
use cupaas::parts::diagnostic::Failure;
use cupaas::parts::git::{Author, FileChanges, Pushed, RepositoryUrl, Snapshot};
use cupaas::parts::tree::RepoPath;
use tempfile::TempDir;

/// A bare repository that a server would hold.
pub(crate) struct Remote {
    pub(crate) folder: TempDir,
}

impl Remote {
    /// Without any commit.
    pub(crate) fn empty() -> Self {
        let folder = crate::scratch::scratch();
        let remote = Self { folder };
        git(remote.folder.path(), &["init", "-q", "--bare", "-b", "main", "--template=", "repo.git"]);
        for setting in ["uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant", "http.receivepack"] {
            git(&remote.path(), &["config", setting, "true"]);
        }
        git(&remote.path(), &["config", "gc.auto", "0"]);
        remote
    }

    /// With one commit of these files on `main`.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let remote = Self::empty();
        let mut stream =
            String::from("commit refs/heads/main\ncommitter a <a@b> 1700000000 +0000\ndata 5\nfirst\n");
        for (path, text) in files {
            let (mode, text) = match text.strip_prefix("-> ") {
                Some(target) => ("120000", target),
                None => ("100644", *text),
            };
            stream += &format!("M {mode} inline {path}\ndata {}\n{text}\n", text.len());
        }
        import(&remote.path(), &stream);
        remote
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("repo.git")
    }

    /// By git's transport.
    pub(crate) fn address(&self) -> RepositoryUrl {
        address(&format!("file://{}", self.path().display()))
    }

    /// As a folder, which is read in place.
    pub(crate) fn local(&self) -> RepositoryUrl {
        address(&self.path().display().to_string())
    }

    /// What the branch holds, by path.
    pub(crate) fn files(&self) -> BTreeMap<String, String> {
        let list = git(&self.path(), &["ls-tree", "-r", "--name-only", "main"]);
        let show = |path: &str| git(&self.path(), &["cat-file", "blob", &format!("main:{path}")]);
        list.lines().map(|path| (path.to_owned(), show(path))).collect()
    }

    pub(crate) fn head(&self) -> String {
        git(&self.path(), &["rev-parse", "main"]).trim().to_owned()
    }

    pub(crate) fn commits(&self) -> usize {
        git(&self.path(), &["rev-list", "--count", "main"]).trim().parse().unwrap()
    }

    /// No merge, no damage.
    pub(crate) fn check(&self) {
        let fsck = git(&self.path(), &["fsck", "--strict", "--no-dangling", "--no-progress"]);
        assert_eq!(fsck, "");
        assert_eq!(git(&self.path(), &["rev-list", "--count", "--merges", "main"]).trim(), "0");
    }

    pub(crate) fn hook(&self, name: &str, script: &str) {
        script_file(&self.path().join("hooks").join(name), script);
    }
}

/// Writes an executable shell script. Under another name first: a file that is open for writing in a process
/// that forks at this moment cannot be executed.
pub(crate) fn script_file(path: &Path, script: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut shell = Command::new("sh");
    shell
        .arg("-c")
        .arg("printf '#!/bin/sh\\n%s\\n' \"$1\" > \"$2\" && chmod +x \"$2\"")
        .arg("sh")
        .arg(script)
        .arg(path);
    assert!(shell.status().unwrap().success());
}

pub(crate) fn import(repository: &Path, stream: &str) {
    use std::io::Write as _;
    let mut import =
        plain_git(repository).args(["fast-import", "--quiet"]).stdin(Stdio::piped()).spawn().unwrap();
    import.stdin.take().unwrap().write_all(stream.as_bytes()).unwrap();
    assert!(import.wait().unwrap().success());
}

fn plain_git(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command
        .current_dir(folder)
        .env("LC_ALL", "C")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1");
    command.env("GIT_AUTHOR_NAME", "a").env("GIT_AUTHOR_EMAIL", "a@b");
    command.env("GIT_COMMITTER_NAME", "a").env("GIT_COMMITTER_EMAIL", "a@b");
    command
}

/// Runs git for the test itself.
pub(crate) fn git(folder: &Path, args: &[&str]) -> String {
    let output = plain_git(folder).args(args).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {args:?}: {error}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(crate) fn address(text: &str) -> RepositoryUrl {
    RepositoryUrl::parse(text, Path::new("/")).unwrap()
}

pub(crate) fn path(text: &str) -> RepoPath {
    RepoPath::new(text).unwrap()
}

/// Nothing changed yet.
pub(crate) fn change(message: &str) -> FileChanges {
    FileChanges {
        folders: BTreeMap::new(),
        files: BTreeMap::new(),
        message: message.to_owned(),
        author: Author { name: "cupaas".to_owned(), email: "cupaas@example.org".to_owned() },
        time: 1_700_000_001,
    }
}

/// An owned folder with these files.
pub(crate) fn folder(at: &str, files: &[(&str, &str)]) -> FileChanges {
    let files = files.iter().map(|(name, text)| (path(name), text.as_bytes().to_vec())).collect();
    FileChanges { folders: BTreeMap::from([(path(at), files)]), ..change(at) }
}

/// One file.
pub(crate) fn file(at: &str, text: &str) -> FileChanges {
    FileChanges { files: BTreeMap::from([(path(at), Some(text.as_bytes().to_vec()))]), ..change(at) }
}

/// The whole way, with a branch that nobody else writes to.
pub(crate) fn publish(address: &RepositoryUrl, change: &FileChanges) -> Result<Option<Pushed>, Failure> {
    let mut snapshot = Snapshot::open(address, None, None)?;
    match snapshot.commit(change)? {
        Some(commit) => snapshot.push(&commit).map(Some),
        None => Ok(None),
    }
}

/// The loop that `run()` has: plan, push, wait, look again. `plan` gives nothing where nothing is to be done.
pub(crate) fn publish_racing(
    address: &RepositoryUrl,
    seed: u64,
    mut plan: impl FnMut(&mut Snapshot) -> Option<FileChanges>,
) -> Result<u32, Failure> {
    let start = Instant::now();
    let mut backoff = Backoff::default();
    let mut random = seed;
    let mut snapshot = Snapshot::open(address, None, None)?;
    loop {
        let Some(change) = plan(&mut snapshot) else { return Ok(backoff.tries()) };
        let Some(commit) = snapshot.commit(&change)? else { return Ok(backoff.tries()) };
        if let Pushed::Landed { .. } = snapshot.push(&commit)? {
            return Ok(backoff.tries());
        }
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let share = (random >> 11) as f64 / (1_u64 << 53) as f64;
        std::thread::sleep(backoff.next(start.elapsed(), share).expect("gave up"));
        snapshot.refresh()?;
    }
}
