//! A prepared command -> its exit and output. Starts it in a process group of its own and ends the whole group
//! when it is silent for too long, so that no hanging connection outlives the run. A signal ends it too, and a watchdog
//! where this process ends without a word.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)] // starts the one program that git.rs prepared

use std::io::{Read, Write};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Pid;

use crate::git::watchdog::Watchdog;
use crate::stop::{self, Group, Kept};

/// How long a finished program's pipes may stay open: a daemon that it left behind may hold them for ever.
const LINGER: Duration = Duration::from_millis(500);

/// How long a program may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timeout {
    /// Without a word.
    pub(super) silent: Duration,
    /// In all, whatever it says.
    pub(super) whole: Option<Duration>,
}

/// What a program did.
pub(super) struct Output {
    pub(super) status: ExitStatus,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: Vec<u8>,
}

/// Why there is no output.
pub(super) enum Broken {
    /// It could not be started.
    Start(std::io::Error),
    /// It said nothing for so long that it was ended.
    Silent(Duration),
    /// It did not come to an end in all its time.
    Endless(Duration),
}

enum Event {
    Out(Vec<u8>),
    Err(Vec<u8>),
    Closed,
    Ended(std::io::Result<ExitStatus>),
}

/// Runs `command` with `input`; ends it when neither output nor end comes for as long as `timeout` says.
pub(super) fn run(mut command: Command, input: Vec<u8>, timeout: Timeout) -> Result<Output, Broken> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let begin = || {
        let begun = begin(command)?;
        let kept = Kept::Group(begun.group.clone());
        Ok((begun, kept))
    };
    let (Begun { mut child, watchdog, group }, registered) = stop::register(begin).map_err(Broken::Start)?;
    let (sender, events) = channel();
    listen(&mut child, input, &sender);
    let ended = Arc::clone(&group.ended);
    thread::spawn(move || {
        let status = child.wait();
        ended.store(true, Ordering::Release);
        sender.send(Event::Ended(status))
    });
    let result = collect(&events, timeout);
    // A git that a signal has ended says nothing about its server.
    stop::hold();
    if matches!(result, Err(Broken::Silent(_) | Broken::Endless(_))) {
        group.end();
    }
    // While the watchdog is not waited for, the group's number is nobody else's.
    drop(registered);
    if let Some(watchdog) = watchdog {
        watchdog.release();
    }
    result
}

struct Begun {
    child: Child,
    watchdog: Option<Watchdog>,
    group: Group,
}

/// Starts it in the group of its watchdog, or in one of its own where it has none.
fn begin(mut command: Command) -> std::io::Result<Begun> {
    let watchdog = Watchdog::start(command.get_current_dir());
    let leader = watchdog.as_ref().and_then(Watchdog::group);
    command.process_group(leader.map_or(0, Pid::as_raw_pid));
    let child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            watchdog.into_iter().for_each(Watchdog::release);
            return Err(error);
        }
    };
    let own = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let id = leader.or(own).ok_or_else(|| std::io::Error::other("a process without a number"))?;
    Ok(Begun { child, watchdog, group: Group { id, ended: Arc::new(AtomicBool::new(false)) } })
}

fn listen(child: &mut Child, input: Vec<u8>, sender: &Sender<Event>) {
    if let Some(mut stdin) = child.stdin.take() {
        // A program that ends before it has read everything is judged by its exit, not by this.
        thread::spawn(move || stdin.write_all(&input));
    }
    if let Some(stdout) = child.stdout.take() {
        forward(stdout, sender.clone(), Event::Out);
    }
    if let Some(stderr) = child.stderr.take() {
        forward(stderr, sender.clone(), Event::Err);
    }
}

fn forward(mut pipe: impl Read + Send + 'static, sender: Sender<Event>, event: fn(Vec<u8>) -> Event) {
    thread::spawn(move || {
        let mut buffer = vec![0; 8192];
        while let Ok(count @ 1..) = pipe.read(&mut buffer) {
            if sender.send(event(buffer[..count].to_vec())).is_err() {
                return;
            }
        }
        let _ = sender.send(Event::Closed);
    });
}

fn collect(events: &Receiver<Event>, timeout: Timeout) -> Result<Output, Broken> {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let (mut open, mut ended, mut wait) = (2, None, timeout.silent);
    let end = timeout.whole.map(|whole| (Instant::now() + whole, whole));
    let mut until = Instant::now() + wait;
    while open > 0 || ended.is_none() {
        if let Some((end, whole)) = end.filter(|_| ended.is_none()) {
            if Instant::now() >= end {
                return Err(Broken::Endless(whole));
            }
            until = until.min(end);
        }
        match events.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(Event::Out(bytes)) => stdout.extend(bytes),
            Ok(Event::Err(bytes)) => stderr.extend(bytes),
            Ok(Event::Closed) => open -= 1,
            Ok(Event::Ended(status)) => {
                ended = Some(status.map_err(Broken::Start)?);
                wait = LINGER;
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) if ended.is_some() => break,
            // At the end of all its time, the next round says so.
            Err(RecvTimeoutError::Timeout) if end.is_some_and(|(end, _)| Instant::now() >= end) => {}
            Err(_) => return Err(Broken::Silent(timeout.silent)),
        }
        until = Instant::now() + wait;
    }
    match ended {
        Some(status) => Ok(Output { status, stdout, stderr }),
        None => Err(Broken::Silent(timeout.silent)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(script: &str, silent: u64, whole: Option<u64>) -> Result<Output, Broken> {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        let timeout =
            Timeout { silent: Duration::from_millis(silent), whole: whole.map(Duration::from_millis) };
        run(command, Vec::new(), timeout)
    }

    #[test]
    fn a_program_that_never_ends_is_ended_whether_it_talks_or_not() {
        assert!(matches!(end("while :; do echo x; done", 60_000, Some(300)), Err(Broken::Endless(_))));
        assert!(matches!(end("exec sleep 3600", 60_000, Some(300)), Err(Broken::Endless(_))));
        assert!(matches!(end("exec sleep 3600", 300, Some(60_000)), Err(Broken::Silent(_))));
        assert!(end("echo x", 60_000, Some(60_000)).is_ok_and(|output| output.stdout == b"x\n"));
    }
}
