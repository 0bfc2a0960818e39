//! One tier: its parts start, its checks run, its parts stop.

use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result};
use futures::future::LocalBoxFuture;
use libtest_mimic::{Arguments, Trial};
use tokio::runtime::Runtime;

/// Checks wait most of their time.
const CHECKS_AT_ONCE: usize = 6;

/// A check of a tier: what must hold, and the code that finds out.
pub struct Check<S> {
    name: String,
    run: Box<dyn Fn(Arc<S>) -> LocalBoxFuture<'static, Result<()>> + Send>,
}

impl<S> Check<S> {
    /// A check of this name, which says what holds.
    pub fn new<F>(name: impl Into<String>, run: impl Fn(Arc<S>) -> F + Send + 'static) -> Self
    where
        F: Future<Output = Result<()>> + 'static,
    {
        Self { name: name.into(), run: Box::new(move |parts| Box::pin(run(parts))) }
    }
}

/// Where a tier keeps its data, and where its parts' logs go.
#[derive(Debug, Clone)]
pub struct Folders {
    /// For data; gone when the tier ends.
    pub work: PathBuf,
    /// For logs; they stay when the tier fails.
    pub logs: PathBuf,
}

/// Starts the parts, runs the checks that the command line asks for, and stops the parts, also after a failure.
pub fn run<S: Send + Sync + 'static>(
    start: impl AsyncFnOnce(&Folders) -> Result<S>,
    checks: Vec<Check<S>>,
) -> ExitCode {
    run_at_once(CHECKS_AT_ONCE, start, checks)
}

/// The same with another number of checks at a time, where the command line says none.
pub fn run_at_once<S: Send + Sync + 'static>(
    checks_at_once: usize,
    start: impl AsyncFnOnce(&Folders) -> Result<S>,
    checks: Vec<Check<S>>,
) -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(checks_at_once);
    match try_run(&arguments, start, checks) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{}", said(&error));
            ExitCode::FAILURE
        }
    }
}

fn try_run<S: Send + Sync + 'static>(
    arguments: &Arguments,
    start: impl AsyncFnOnce(&Folders) -> Result<S>,
    checks: Vec<Check<S>>,
) -> Result<ExitCode> {
    if arguments.list {
        let names = checks.into_iter().map(|check| Trial::test(check.name, || Ok(())));
        return Ok(libtest_mimic::run(arguments, names.collect()).exit_code());
    }
    let folders = folders()?;
    let runtime = Arc::new(Runtime::new()?);
    let parts = Arc::new(runtime.block_on(start(&folders))?);
    let trials = checks.into_iter().map(|check| {
        let (runtime, parts) = (Arc::clone(&runtime), Arc::clone(&parts));
        Trial::test(check.name, move || {
            runtime.block_on((check.run)(parts)).map_err(|error| said(&error).into())
        })
    });
    let conclusion = libtest_mimic::run(arguments, trials.collect());
    // The last owner stops the parts; the runtime must outlive them.
    drop(parts);
    Ok(conclusion.exit_code())
}

/// The folders that `tests/e2e/cluster.sh` has made.
fn folders() -> Result<Folders> {
    let folder = |name: &str| {
        let text = env::var_os(name).with_context(|| {
            format!(
                "{name} is not set: a tier runs in a network namespace of its own, by tests/e2e/cluster.sh"
            )
        })?;
        anyhow::Ok(Path::new(&text).to_path_buf())
    };
    Ok(Folders { work: folder("CUPAAS_E2E_WORK")?, logs: folder("CUPAAS_E2E_LOGS")? })
}

/// What went wrong and why, without a backtrace: the messages say where.
fn said(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
