//! A person's work tree: commits and pushes with the `git` program, and no settings of this machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// A work tree with its own history.
#[derive(Debug, Clone)]
pub struct WorkTree {
    /// Where it is.
    pub folder: PathBuf,
    token: Option<String>,
}

impl WorkTree {
    /// A new one on branch `main`, whose `origin` is `address`; `token` goes along where it is asked for.
    pub fn init(folder: &Path, address: &str, token: Option<&str>) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let tree = Self { folder: folder.to_path_buf(), token: token.map(str::to_owned) };
        tree.git(&["init", "--quiet", "--initial-branch=main"])?;
        tree.git(&["remote", "add", "origin", address])?;
        Ok(tree)
    }

    /// Another tree with the same `origin`, which holds what is on branch `main` of `from`.
    pub fn copy(&self, folder: &Path, from: &str) -> Result<Self> {
        let tree = Self::init(folder, &self.git(&["remote", "get-url", "origin"])?, self.token.as_deref())?;
        tree.git(&["fetch", "--quiet", from, "main"])?;
        tree.git(&["reset", "--quiet", "--hard", "FETCH_HEAD"])?;
        Ok(tree)
    }

    /// Writes a file of the tree.
    pub fn write(&self, path: &str, text: &str) -> Result<()> {
        let path = self.folder.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, text).with_context(|| path.display().to_string())
    }

    /// Commits all that has changed; the commit.
    pub fn commit(&self, message: &str) -> Result<String> {
        self.git(&["add", "--all"])?;
        self.git(&["commit", "--quiet", "--allow-empty", "-m", message])?;
        self.head()
    }

    /// The commit that is checked out.
    pub fn head(&self) -> Result<String> {
        self.git(&["rev-parse", "HEAD"])
    }

    /// Takes what `origin` has, and drops all that is not there.
    pub fn pull(&self) -> Result<()> {
        self.git(&["fetch", "--quiet", "origin", "main"])?;
        self.git(&["reset", "--quiet", "--hard", "FETCH_HEAD"]).map(drop)
    }

    /// Commits, and pushes; others may push meanwhile. The commit.
    pub fn publish(&self, message: &str) -> Result<String> {
        self.commit(message)?;
        for _ in 0..50 {
            if self.git(&["push", "--quiet", "origin", "HEAD:refs/heads/main"]).is_ok() {
                return self.head();
            }
            self.git(&["fetch", "--quiet", "origin", "main"])?;
            self.git(&["rebase", "--quiet", "FETCH_HEAD"])?;
        }
        bail!("50 pushes to {} lost their race", self.folder.display())
    }

    /// Whether `ancestor` is `commit` or one before it, as far as `origin` has them.
    pub fn contains(&self, commit: &str, ancestor: &str) -> Result<bool> {
        if self.git(&["cat-file", "-e", commit]).is_err() || self.git(&["cat-file", "-e", ancestor]).is_err()
        {
            self.git(&["fetch", "--quiet", "origin", "main"])?;
        }
        Ok(self.git(&["merge-base", "--is-ancestor", ancestor, commit]).is_ok())
    }

    /// Runs git in the tree; what it prints, without the last newline.
    pub fn git(&self, arguments: &[&str]) -> Result<String> {
        let mut command = Command::new("git");
        command.arg("-C").arg(&self.folder).stdin(Stdio::null());
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        command.env("GIT_TERMINAL_PROMPT", "0");
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "Ana").env(format!("GIT_{who}_EMAIL"), "ana@example.cu");
        }
        if let Some(token) = &self.token {
            let helper = "!f() { test \"$1\" = get && echo username=me && echo \"password=$TOKEN\"; }; f";
            command.args(["-c", &format!("credential.helper={helper}")]).env("TOKEN", token);
        }
        let answer = command.args(arguments).output().context("git")?;
        if !answer.status.success() {
            bail!("git {}: {}", arguments.join(" "), String::from_utf8_lossy(&answer.stderr).trim_end());
        }
        Ok(String::from_utf8(answer.stdout)?.trim_end().to_owned())
    }
}
