//! A runner of the forge: `act` in a checkout, without containers.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::hook::Event;
use crate::parts;

/// The program that runs workflows.
pub fn program() -> Result<PathBuf> {
    Ok(parts::folder("act")?.join("act"))
}

/// One run of the workflows of a checkout.
pub struct Runner {
    act: Command,
    work: PathBuf,
    event: String,
}

impl Runner {
    /// Of the workflows in `folder` for `event`; what is kept meanwhile goes below `work`. `act` starts [`program`] with
    /// the variables that the runner's machine has.
    pub fn new(mut act: Command, work: &Path, folder: &Path, event: &Event) -> Result<Self> {
        let (payload, config) = (work.join("event.json"), work.join(".config/act"));
        fs::create_dir_all(&config)?;
        fs::write(&payload, event.payload.to_string())?;
        fs::write(config.join("actrc"), "")?;
        act.arg(&event.name).args(["--container-daemon-socket", "-", "-P", "ubuntu-latest=-self-hosted"]);
        // Where there is no other network, it would listen nowhere.
        act.args(["--cache-server-addr", "127.0.0.1", "--artifact-server-addr", "127.0.0.1"]);
        act.arg("--eventpath").arg(payload).current_dir(folder);
        Ok(Self { act, work: work.to_path_buf(), event: event.name.clone() })
    }

    /// A setting of the repository.
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.act.args(["--var", &format!("{name}={value}")]);
        self
    }

    /// A secret of the repository, which must not stand among arguments.
    pub fn secret(mut self, name: &str, value: &str) -> Self {
        self.act.args(["--secret", name]).env(name, value);
        self
    }

    /// A variable that the forge's own runner sets in every job.
    pub fn environment(mut self, name: &str, value: &str) -> Self {
        self.act.args(["--env", &format!("{name}={value}")]);
        self
    }

    /// The action of this repository, under the name that workflows use.
    pub fn action(mut self) -> Result<Self> {
        // The runner copies all that lies beside it.
        let folder = self.work.join("action");
        for file in ["action.yml", "action/cupaas.sh", "action/SHA256SUMS"] {
            let to = folder.join(file);
            fs::create_dir_all(to.parent().unwrap_or(&folder))?;
            fs::copy(parts::repository().join(file), to)?;
        }
        self.act.args(["--local-repository", &format!("cupaas/cupaas@v0={}", folder.display())]);
        Ok(self)
    }

    /// Runs them; what was said.
    ///
    /// Errors: a job failed; the message says what was said.
    pub fn run(mut self) -> Result<String> {
        let out = self.act.output().context("act")?;
        let said =
            format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
        fs::write(self.work.join(format!("{}.log", self.event)), &said)?;
        ensure!(out.status.success(), "act {}: {said}", self.event);
        Ok(said)
    }
}
