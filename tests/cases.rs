//! Cases: folders found by pattern, never registered. Each is one test, `cargo test --test cases tasks` runs those
//! with `tasks` in their path. `UPDATE=1` writes what comes out as what is expected; look at the difference.
//! `TREES_DIR` gets all that each case renders, for the programs that look at whole trees.
//!
//! What stands in a case's folder: `src/run/catalog/cases/`, which runs the cases of anybody's recipes too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::exit)] // it is a test
#![allow(clippy::disallowed_methods, clippy::disallowed_types)] // and reads its cases from disk

#[path = "support/report_schema.rs"]
mod report_schema;

use std::path::{Path, PathBuf};
use std::process::Command;

use cupaas::parts::run::catalog::cases::{self, Ran, Setting};
use libtest_mimic::{Arguments, Trial};
use walkdir::WalkDir;

/// Tells the child that its environment is clean.
const CLEAN: &str = "CUPAAS_CASES";

fn main() {
    if std::env::var_os(CLEAN).is_none() {
        std::process::exit(again_with_a_clean_environment());
    }
    let update = std::env::var_os("UPDATE").is_some();
    if update && std::env::var_os("CI").is_some() {
        panic!("UPDATE=1 writes what is expected; a CI job has nothing to write");
    }
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let trials = folders(root).into_iter().map(|folder| {
        let name = folder.strip_prefix(root).unwrap_or(&folder).display().to_string();
        Trial::test(name, move || case(root, &folder, update).map_err(Into::into))
    });
    libtest_mimic::run(&arguments, trials.collect()).exit();
}

/// Runs the case in `folder`; errors: everything that is not as expected, in words.
fn case(root: &Path, folder: &Path, update: bool) -> Result<(), String> {
    let run = |words: &[String]| {
        let ran = cupaas::parts::request::typed(words)?;
        report_schema::check(&ran.stdout);
        keep_tree(root, folder, &ran)?;
        Ok(ran)
    };
    let setting = Setting { root, beside: None, commands: None, run: &run };
    let ran = cases::run(&setting, folder, update);
    ran.map_err(|wrong| format!("{wrong}\nif this is right: UPDATE=1 cargo test --test cases"))
}

/// Writes all that a case renders below `TREES_DIR`.
fn keep_tree(root: &Path, folder: &Path, ran: &Ran) -> Result<(), String> {
    let (Some(files), Some(trees)) = (&ran.files, std::env::var_os("TREES_DIR")) else { return Ok(()) };
    let name = folder.strip_prefix(root).unwrap_or(folder).display().to_string().replace('/', "-");
    cases::write_files(&Path::new(&trees).join(name), files).map_err(|error| error.to_string())
}

/// What cupaas reads from the environment must not come from whoever runs the tests.
fn again_with_a_clean_environment() -> i32 {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(std::env::args_os().skip(1)).env_clear().env(CLEAN, "1").env("HOME", home.path());
    command.env("CUPAAS_HOME", home.path().join("cupaas"));
    for kept in ["PATH", "TMPDIR", "UPDATE", "TREES_DIR", "CI", "LD_LIBRARY_PATH", "CARGO_TERM_COLOR"] {
        if let Some(value) = std::env::var_os(kept) {
            command.env(kept, value);
        }
    }
    for who in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{who}_NAME"), "tester").env(format!("GIT_{who}_EMAIL"), "tester@example.cu");
    }
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    command.status().unwrap().code().unwrap_or(101)
}

/// All cases: `tests/cases/<stage>/<case>/`, `examples/<n>/` and every recipe's `cases/<case>/`.
fn folders(root: &Path) -> Vec<PathBuf> {
    let walk = ["tests/cases", "examples", "templates"]
        .into_iter()
        .flat_map(|start| WalkDir::new(root.join(start)).sort_by_file_name());
    let found = walk.filter_map(Result::ok).filter(|entry| entry.file_name() == "case.yaml");
    found.map(|entry| entry.path().parent().unwrap_or(root).to_owned()).collect()
}
