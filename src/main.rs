//! Parses, reads the environment once, runs, prints, exits.

use std::io::{ErrorKind, IsTerminal, Write};
use std::process::ExitCode;

use anyhow::Context;
use cupaas::cli::{Cli, Format};
use cupaas::diagnostic::Kind;
use cupaas::report;
use cupaas::request::Request;

fn main() -> ExitCode {
    // A core dump of this process would hold what it has just encrypted.
    let _ = cupaas::seal::core_dumps_off();
    let cli = match Cli::read(std::env::args_os().collect()) {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { Kind::Usage.exit_code() } else { 0 });
        }
    };
    match run(cli) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            let _ = writeln!(anstream::stderr(), "error: {error:#}");
            ExitCode::from(Kind::Unavailable.exit_code())
        }
    }
}

/// Runs and prints; the exit code.
///
/// Errors: a standard stream that takes nothing.
fn run(cli: Cli) -> anyhow::Result<u8> {
    let format = cli.format;
    let terminal = std::io::stderr().is_terminal();
    let progress = |text: &str| {
        if terminal {
            let _ = writeln!(anstream::stderr(), "{text} …");
        }
    };
    let ended = Request::new(cli).and_then(|request| cupaas::run(&request, &progress));
    let (out, err, code) = match &ended {
        Ok(done) => (report::of(done, format), report::warnings(done, format), done.exit_code()),
        Err(failure) if matches!(format, Format::Text | Format::Matrix) => {
            (String::new(), report::failure(failure, format), failure.kind.exit_code())
        }
        Err(failure) => (report::failure(failure, format), String::new(), failure.kind.exit_code()),
    };
    write!(anstream::stderr(), "{err}").context("cannot write to standard error")?;
    match write!(anstream::stdout(), "{out}") {
        // Whoever reads has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(code),
        written => written.context("cannot write to standard output").map(|()| code),
    }
}
