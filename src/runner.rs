//! What a CI job's runner is told besides: a step's outputs, its summary and its plan, appended to or written into the
//! files that the runner names. Tells which of a person's files are the job's own. None of it fails a run: what has been
//! deployed stays deployed.
#![allow(clippy::disallowed_methods)] // This is where a runner's files are written.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::diagnostic::Source;
use crate::report::ci::{self, Ended};
use crate::request::ci::Ci;

/// Writes the plan's file, where one is asked for, and tells the runner, where there is one. Gives what could not be
/// written, one sentence each.
pub(crate) fn tell(job: Option<&Ci>, plan_file: Option<&Path>, ended: &Ended) -> Vec<String> {
    let mut failed = Vec::new();
    let mut at = |path: &Path, written: io::Result<()>| {
        if let Err(error) = written {
            failed.push(format!("cannot write {}: {error}", path.display()));
        }
    };
    let plan_file = plan_file.filter(|file| !file.as_os_str().is_empty());
    if let Some(file) = plan_file {
        at(file, fs::write(file, ci::plan(ended)));
    }
    if let Some(file) = job.and_then(|job| job.output.as_deref()) {
        let outputs = ci::outputs(ended, plan_file.and_then(Path::to_str));
        at(file, delimiter().and_then(|delimiter| append(file, &ci::output_file(&outputs, &delimiter))));
    }
    if let Some(file) = job.and_then(|job| job.summary.as_deref()) {
        // Others may have written there, in this very step.
        let there = fs::metadata(file).map_or(0, |file| usize::try_from(file.len()).unwrap_or(usize::MAX));
        if let Some(page) = ci::summary(ended, ci::SUMMARY.saturating_sub(there)) {
            at(file, append(file, &page));
        }
    }
    failed
}

/// The path of a file from the root of the job's repository, where it is one of its files. `name` is where it would be
/// from here; a file of another repository may be called the same, but says something else.
pub(crate) fn place(job: &Ci, source: &Source) -> Option<String> {
    let root = job.workspace.clone().unwrap_or_else(|| PathBuf::from(".")).canonicalize().ok()?;
    let file = Path::new(&source.name).canonicalize().ok()?;
    if !fs::symlink_metadata(&source.name).ok()?.is_file() || fs::read(&file).ok()? != source.text.as_bytes()
    {
        return None;
    }
    file.strip_prefix(root).ok()?.to_str().map(str::to_owned)
}

fn append(file: &Path, text: &str) -> io::Result<()> {
    OpenOptions::new().append(true).create(true).open(file)?.write_all(text.as_bytes())
}

/// What no text holds by design.
fn delimiter() -> io::Result<String> {
    let mut bytes = [0_u8; 16];
    rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty())?;
    Ok(format!("cupaas-{}", base16ct::lower::encode_string(&bytes)))
}
