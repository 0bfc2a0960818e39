//! The thread that signals come to. It alone ends the process then; all others wait.
#![allow(clippy::disallowed_methods)] // reads which signals are ignored, and waits for a message to be written

use std::io::{self, Write};
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
use signal_hook::iterator::Signals;
use signal_hook::low_level::{emulate_default_handler, exit, signal_name};

use crate::stop::held::clear;
use crate::stop::terminal;

/// A message may wait for whoever reads standard error, but not for ever.
const SAYING: Duration = Duration::from_millis(250);

/// Listens from now on.
///
/// # Errors
/// The system gives no pipe or thread.
pub(crate) fn listen() -> io::Result<()> {
    let mut wanted = vec![SIGINT, SIGTERM, SIGQUIT, SIGTSTP];
    if !is_ignored(SIGHUP) {
        wanted.push(SIGHUP);
    }
    let mut signals = Signals::new(wanted)?;
    let thread = std::thread::Builder::new().name("signals".to_owned());
    thread.spawn(move || {
        for signal in signals.forever() {
            if signal == SIGTSTP {
                terminal::during(|| {
                    let _ = emulate_default_handler(SIGTSTP);
                });
            } else {
                end(signal);
            }
        }
    })?;
    Ok(())
}

fn end(signal: i32) -> ! {
    terminal::end();
    clear();
    say(signal);
    exit(128 + signal)
}

/// On a thread of its own: another one may be in the middle of writing to somebody who does not read.
fn say(signal: i32) {
    let name = signal_name(signal).unwrap_or("a signal");
    let text = format!(
        "error: stopped by {name}\n  help: run it again: that also tells whether a push that was on its way has landed\n"
    );
    let saying = std::thread::spawn(move || io::stderr().write_all(text.as_bytes()));
    let until = Instant::now() + SAYING;
    while !saying.is_finished() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Whether whoever started this wants it to go on, as `nohup` does. Where the system does not tell, it does not.
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & (1 << (signal - 1)) != 0)
}
