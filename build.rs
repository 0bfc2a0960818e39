//! The templates are embedded, without the cases that try them; a new one must be seen by the next build.

#![allow(clippy::disallowed_methods)] // a build script works on files

use std::fs;
use std::io::Result;
use std::path::{Path, PathBuf};

fn main() -> Result<()> {
    println!("cargo:rerun-if-changed=templates");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default()).join("templates");
    if out.exists() {
        fs::remove_dir_all(&out)?;
    }
    copy(Path::new("templates"), &out)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true if entry.file_name() == "cases" => {}
            true => copy(&entry.path(), &target)?,
            false => drop(fs::copy(entry.path(), target)?),
        }
    }
    Ok(())
}
