//! The real program in a world of its own: nothing of whoever runs the tests comes in, and nothing goes out.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

#[path = "report_schema.rs"]
pub(crate) mod report_schema;

/// Folders of one test.
pub(crate) struct Sandbox {
    folder: TempDir,
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// A plan or a change that was refused with this code, and what was said.
    pub(crate) fn refused(&self, code: &str, words: &[&str]) -> &str {
        self.failed(4, code, words)
    }

    /// A run that ended so, with this code, and what was said.
    pub(crate) fn failed(&self, exit: i32, code: &str, words: &[&str]) -> &str {
        let said = &self.stderr;
        let with_code = said.contains(&format!("error[{code}]"));
        assert!(self.code == Some(exit) && with_code, "{:?} {}{said}", self.code, self.stdout);
        for word in words {
            assert!(said.contains(word), "{word}: {said}");
        }
        said
    }
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        let sandbox = Self { folder: crate::scratch::scratch() };
        for name in ["home", "tmp"] {
            fs::create_dir(sandbox.path(name)).unwrap();
        }
        sandbox
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The program, with nothing in its environment but what it needs.
    pub(crate) fn cupaas(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cupaas"));
        command.args(args).current_dir(self.folder.path()).stdin(Stdio::null());
        self.scrub(&mut command);
        command
    }

    fn scrub(&self, command: &mut Command) {
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", self.path("home")).env("TMPDIR", self.path("tmp"));
        command.env("CUPAAS_HOME", self.path("home/cupaas")).env("LC_ALL", "C");
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "tester").env(format!("GIT_{who}_EMAIL"), "t@example.cu");
        }
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        ran(&self.cupaas(args).output().unwrap())
    }

    /// A run that must end well.
    pub(crate) fn good(&self, args: &[&str]) -> Ran {
        let ran = self.run(args);
        assert_eq!(ran.code, Some(0), "cupaas {args:?}\n{}{}", ran.stdout, ran.stderr);
        ran
    }

    /// A run that must end well, as machines read it.
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        let ran = self.good(&[args, &["--format", "json"]].concat());
        serde_json::from_str(&ran.stdout).unwrap()
    }

    /// Writes files below a folder.
    pub(crate) fn write(&self, folder: &str, files: &[(&str, &str)]) -> PathBuf {
        let folder = self.path(folder);
        fs::create_dir_all(&folder).unwrap();
        for (name, text) in files {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    /// Runs git in one of the folders.
    pub(crate) fn git(&self, folder: &str, args: &[&str]) -> String {
        let mut command = Command::new("git");
        self.scrub(&mut command);
        let output = command.current_dir(self.path(folder)).args(args).output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {args:?}: {error}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Commits what stands in a folder, at a time in seconds; gives the commit.
    pub(crate) fn commit(&self, folder: &str, time: u32) -> String {
        if !self.path(folder).join(".git").exists() {
            self.git(folder, &["init", "-q", "-b", "main", "--template="]);
        }
        self.git(folder, &["add", "-A"]);
        let date = format!("{time} +0000");
        let mut command = Command::new("git");
        self.scrub(&mut command);
        command.env("GIT_AUTHOR_DATE", &date).env("GIT_COMMITTER_DATE", &date).current_dir(self.path(folder));
        command.args(["-c", "maintenance.auto=false", "commit", "-q", "--allow-empty", "-m", "a version"]);
        let done = command.status().unwrap();
        assert!(done.success());
        self.git(folder, &["rev-parse", "HEAD"]).trim().to_owned()
    }

    /// A bare GitOps repository with these files; its path.
    pub(crate) fn gitops(&self, files: &[(&str, &str)]) -> String {
        self.write("gitops", files);
        self.commit("gitops", 1_700_000_000);
        let bare = self.path("gitops.git").display().to_string();
        self.git("", &["clone", "-q", "--bare", "gitops", &bare]);
        bare
    }

    /// How many commits a bare repository's branch has.
    pub(crate) fn commits(&self, bare: &str) -> usize {
        self.git("", &["-C", bare, "rev-list", "--count", "main"]).trim().parse().unwrap()
    }

    /// All paths of a bare repository's branch.
    pub(crate) fn paths(&self, bare: &str) -> Vec<String> {
        self.git("", &["-C", bare, "ls-tree", "-r", "--name-only", "main"])
            .lines()
            .map(str::to_owned)
            .collect()
    }

    /// One file of a bare repository's branch.
    pub(crate) fn show(&self, bare: &str, path: &str) -> String {
        self.git("", &["-C", bare, "show", &format!("main:{path}")])
    }
}

pub(crate) fn ran(output: &Output) -> Ran {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    report_schema::check(&text(&output.stdout));
    Ran { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
}

/// The files below a folder, by path.
pub(crate) fn tree(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let walk = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().filter_map(Result::ok);
    let files = walk.filter(|entry| entry.file_type().is_file());
    let read = |entry: walkdir::DirEntry| {
        let path = entry.path().strip_prefix(folder).unwrap().display().to_string();
        (path, fs::read(entry.path()).unwrap())
    };
    files.map(read).collect()
}

/// A platform that needs no password and no domain.
pub(crate) const PLATFORM: &str = "format: 1\n\
    environments:\n  production: {cluster: home, domain: apps.example.cu}\n\
    registry: {prefix: registry.example.cu/team}\n";

/// An app of one process.
pub(crate) const APP: &str = "runtime: image\nprocesses: {web: {command: serve}}\n";
