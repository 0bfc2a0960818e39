//! The program: parses, reads the environment once, runs, prints; what it gives is the exit code.

use std::ffi::OsString;
use std::io::{ErrorKind, IsTerminal, Write};
use std::process::ExitCode;

use crate::cli::Cli;
use crate::diagnostic::{Code, Kind};
use crate::outcome::Report;
use crate::outcome::hand_over::HandOver;
use crate::report::ci::Ended;
use crate::report::{self, Detail, Format, ci};
use crate::run::action::Request;
use crate::run::{dispatch, guard};
use crate::stop::{self, watchdog};
use crate::{hand_over, request, runner, seal};
use anyhow::Context;

/// The whole program, from the words of its command line to its exit code.
pub fn main() -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().collect();
    if watchdog::watched(&words) {
        return ExitCode::SUCCESS;
    }
    // A core dump of this process would hold what it has just encrypted.
    let _ = seal::core_dumps_off();
    // Where the system gives no pipe and no thread, a signal ends this process at once, and the watchdog does the rest.
    let _ = stop::listen();
    watchdog::enable();
    let code = typed(words);
    stop::finish();
    code
}

fn typed(words: Vec<OsString>) -> ExitCode {
    if request::complete(&words) {
        return ExitCode::SUCCESS;
    }
    let cli = match Cli::read(words, &request::is_empty) {
        Ok(cli) => cli,
        Err(error) => return ExitCode::from(unread(&error)),
    };
    match run(cli) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            let _ = writeln!(anstream::stderr(), "error: {error:#}");
            ExitCode::from(Code::WriteFailed.kind().exit_code())
        }
    }
}

/// Says what is wrong with the words that were typed, or the help that they asked for; the exit code.
fn unread(error: &clap::Error) -> u8 {
    if !error.use_stderr() || request::detect(&Default::default()).is_none() {
        let _ = error.print();
    } else {
        // It repeats what was typed.
        let _ = write!(anstream::stderr(), "{}", ci::guarded(&error.render().ansi().to_string()));
    }
    if error.use_stderr() { Kind::Usage.exit_code() } else { 0 }
}

/// Runs and prints; the exit code.
///
/// # Errors
/// A standard stream that takes nothing.
fn run(cli: Cli) -> anyhow::Result<u8> {
    let format = cli.format;
    let job = request::detect(&cli.ci);
    // A runner folds lines itself.
    let detail = if cli.full || job.is_some() { Detail::Full } else { Detail::Folded };
    let plan_file = cli.ci.plan_file.clone();
    let terminal = std::io::stderr().is_terminal();
    let progress = |text: &str| {
        if terminal {
            let _ = writeln!(anstream::stderr(), "{text} …");
        }
    };
    let ended = Request::new(cli, job.clone())
        .and_then(|request| guard::alone(|| dispatch::run(&request, &progress)));
    let (mut out, mut err, code) = match &ended {
        Ok(done) => (report::of(done, format, detail), report::warnings(done, format), done.exit_code()),
        Err(failure) if matches!(format, Format::Text | Format::Html | Format::Matrix) => {
            (String::new(), report::failure(failure, format), failure.kind().exit_code())
        }
        Err(failure) => (report::failure(failure, format), String::new(), failure.kind().exit_code()),
    };
    if let Some(job) = &job {
        out = ci::shown(&ended, format, out);
        err = ci::guarded(&err);
        if format != Format::Json {
            err.push_str(&ci::annotations(&ended, job.forge, &|source| runner::place(job, source)));
        }
    }
    for failed in runner::tell(job.as_ref(), plan_file.as_deref(), &ended) {
        err.push_str(&format!("warning: {failed}\n"));
    }
    // Where nobody can be told anything, the exit code still says what became of it.
    let _ = write!(anstream::stderr(), "{err}");
    if let Ok(done) = &ended
        && let (Report::HandOver(one), Format::Text | Format::Markdown) = (&done.report, format)
        && !one.print
    {
        let _ = write!(anstream::stdout(), "{out}");
        return Ok(handed_over(one));
    }
    let mut to = anstream::stdout();
    match write!(to, "{out}").and_then(|()| to.flush()) {
        // Whoever reads has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(code),
        Err(error) if has_happened(&ended) => {
            let _ = writeln!(anstream::stderr(), "warning: cannot write to standard output: {error}");
            Ok(code)
        }
        written => written.context("cannot write to standard output").map(|()| code),
    }
}

/// Hands over to another program; comes back only where that cannot be started. An address was said already.
fn handed_over(one: &HandOver) -> u8 {
    let _ = anstream::stdout().flush();
    stop::finish();
    let failure = hand_over::to(&one.command);
    if one.url.is_some() {
        return 0;
    }
    let _ = write!(anstream::stderr(), "{}", report::failure(&failure, Format::Text));
    failure.kind().exit_code()
}

/// Whether more became of the run than the text that it prints.
fn has_happened(ended: &Ended) -> bool {
    match ended {
        Ok(done) => matches!(
            done.report,
            Report::Deployed(_)
                | Report::Unchanged { .. }
                | Report::Superseded { .. }
                | Report::Pinned { .. }
                | Report::Held { .. }
                | Report::Removed { .. }
                | Report::Absent(_)
                | Report::Rerendered(_)
                | Report::Synced(_)
                | Report::Each(_)
                | Report::Wrote(_)
        ),
        Err(_) => true,
    }
}
