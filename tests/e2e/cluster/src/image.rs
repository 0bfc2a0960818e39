//! Images of apps, built as the scaffolded workflow builds them.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::node::REGISTRY;
use crate::parts;

/// Builds what `cupaas dockerfile` says of the app in a folder, and pushes it under this name; says its digest's name.
pub fn build(app: &Path, gitops: &Path, home: &Path, name: &str, tag: &str) -> Result<String> {
    let mut dockerfile = Command::new(parts::released()?);
    dockerfile.arg("dockerfile").arg(app).arg("--gitops").arg(gitops).env("CUPAAS_HOME", home);
    let dockerfile = output(&mut dockerfile)?;
    let image = format!("{REGISTRY}/{name}:{tag}");
    let docker = parts::repository().join("tests/e2e/docker");
    let file = home.join("Dockerfile");
    std::fs::write(&file, dockerfile)?;
    let mut build = Command::new(&docker);
    build.args(["build", "--tag", &image, "--file"]).arg(&file).arg(".").current_dir(app);
    output(&mut build)?;
    output(Command::new(&docker).args(["push", &image]))?;
    let digest =
        Command::new(&docker).args(["inspect", "--format", "{{index .RepoDigests 0}}", &image]).output()?;
    Ok(String::from_utf8(digest.stdout)?.trim_end().to_owned())
}

/// What a program says, or an error with its own words.
pub fn output(command: &mut Command) -> Result<String> {
    let said =
        command.stdin(Stdio::null()).output().with_context(|| format!("{:?}", command.get_program()))?;
    let words =
        || format!("{}{}", String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    ensure!(said.status.success(), "{command:?}: {}\n{}", said.status, words());
    Ok(String::from_utf8(said.stdout)?)
}
