//! The programs that a tier runs.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// The folder of cupaas's repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(3).unwrap_or(Path::new("/")).to_path_buf()
}

/// Where the programs of a part are, as `.ci/tool` says: it takes the folder that the environment names, or what it
/// has made before, or makes it.
pub fn folder(part: &str) -> Result<PathBuf> {
    let answer = Command::new(repository().join(".ci/tool")).arg(part).stderr(Stdio::inherit()).output();
    let answer = answer.context(".ci/tool")?;
    if !answer.status.success() {
        bail!("{part} cannot be had here");
    }
    Ok(PathBuf::from(String::from_utf8(answer.stdout)?.trim_end()))
}

/// The program that `.ci/tool` says: of a part, or one by itself.
pub fn program(part: &str) -> Result<PathBuf> {
    let place = folder(part)?;
    Ok(if place.is_dir() { place.join(part) } else { place })
}

/// The `cupaas` of this build: what the person or the CI job would run.
pub fn cupaas() -> Result<PathBuf> {
    let tests = std::env::current_exe()?;
    // target/<profile>/deps/<test> lies beside target/<profile>/cupaas.
    let program = tests.ancestors().nth(2).context("no target folder")?.join("cupaas");
    there(program)
}

/// The `cupaas` of a release build, as people run it: for what is timed.
pub fn released() -> Result<PathBuf> {
    let tests = std::env::current_exe()?;
    there(tests.ancestors().nth(3).context("no target folder")?.join("release/cupaas"))
}

fn there(program: PathBuf) -> Result<PathBuf> {
    if !program.is_file() {
        bail!("{} is not there: build it first", program.display());
    }
    Ok(program)
}
