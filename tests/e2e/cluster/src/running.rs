//! The programs that a tier has started, and where they keep what is theirs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::process::Process;

/// Running programs. What was started last is stopped first.
#[derive(Debug)]
pub struct Running {
    work: PathBuf,
    logs: PathBuf,
    processes: Vec<Process>,
}

impl Running {
    /// None yet; with data in `work` and logs in `logs`.
    pub fn new(work: &Path, logs: &Path) -> Self {
        Self { work: work.to_path_buf(), logs: logs.to_path_buf(), processes: Vec::new() }
    }

    /// A folder for the data of a part.
    pub fn folder(&self, part: &str) -> Result<PathBuf> {
        let folder = self.work.join(part);
        fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// Starts a program.
    pub fn run(&mut self, name: &str, command: &mut Command) -> Result<()> {
        self.processes.push(Process::start(name, &self.logs, command)?);
        Ok(())
    }

    /// Ends the program of this name: by SIGTERM, or at once by SIGKILL.
    pub fn end(&mut self, name: &str, at_once: bool) {
        let Some(at) = self.processes.iter().position(|process| process.name() == name) else { return };
        let mut process = self.processes.remove(at);
        match at_once {
            true => process.kill(),
            false => process.stop(),
        }
    }

    /// Errors where one has ended by itself.
    pub fn alive(&mut self) -> Result<()> {
        self.processes.iter_mut().try_for_each(Process::alive)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        while let Some(mut process) = self.processes.pop() {
            process.stop();
        }
    }
}
