//! A prepared command -> its exit and output. Starts it in a process group of its own and ends the whole group
//! when it is silent for too long, so that no hanging connection outlives the run. A signal ends it too, and the watchdog
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

use rustix::io::Errno;
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

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
    Ended(std::io::Result<()>),
}

/// Runs `command` with `input`; ends it when neither output nor end comes for as long as `timeout` says. `both_ends` as of
/// a [`Group`].
pub(super) fn run(
    mut command: Command,
    input: Vec<u8>,
    timeout: Timeout,
    both_ends: bool,
) -> Result<Output, Broken> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let ((mut child, group), registered) =
        stop::register(|| begin(command, both_ends)).map_err(Broken::Start)?;
    let (sender, events) = channel();
    listen(&mut child, input, &sender);
    let watched = group.clone();
    thread::spawn(move || {
        let ended = has_ended(watched.id);
        watched.ended.store(true, Ordering::Release);
        sender.send(Event::Ended(ended))
    });
    let said = collect(&events, timeout);
    // A git that a signal has ended says nothing about its server.
    stop::hold();
    if matches!(said, Err(Broken::Silent(_) | Broken::Endless(_))) {
        group.end();
    }
    drop(registered);
    let (stdout, stderr) = match said {
        Ok(said) => said,
        Err(broken) => {
            // Even a signal may find it in a call of the system that does not end.
            thread::spawn(move || child.wait());
            return Err(broken);
        }
    };
    let status = child.wait().map_err(Broken::Start)?;
    Ok(Output { status, stdout, stderr })
}

/// Starts it as the leader of a group.
fn begin(mut command: Command, both_ends: bool) -> std::io::Result<((Child, Group), Kept)> {
    let child = command.spawn()?;
    let id = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let id = id.ok_or_else(|| std::io::Error::other("a process without a number"))?;
    let group = Group { id, both_ends, ended: Arc::new(AtomicBool::new(false)) };
    Ok(((child, group.clone()), Kept::Group(group)))
}

/// Waits until the child has ended, and leaves its exit for later: until that is asked for, its number, by which its group
/// is ended, is nobody else's.
fn has_ended(id: Pid) -> std::io::Result<()> {
    loop {
        match waitid(WaitId::Pid(id), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT) {
            Err(Errno::INTR) => {}
            ended => return Ok(ended.map(drop)?),
        }
    }
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

/// What it says until it has ended.
fn collect(events: &Receiver<Event>, timeout: Timeout) -> Result<(Vec<u8>, Vec<u8>), Broken> {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let (mut open, mut ended, mut wait) = (2, false, timeout.silent);
    let end = timeout.whole.map(|whole| (Instant::now() + whole, whole));
    let mut until = Instant::now() + wait;
    while open > 0 || !ended {
        if let Some((end, whole)) = end.filter(|_| !ended) {
            if Instant::now() >= end {
                return Err(Broken::Endless(whole));
            }
            until = until.min(end);
        }
        match events.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(Event::Out(bytes)) => stdout.extend(bytes),
            Ok(Event::Err(bytes)) => stderr.extend(bytes),
            Ok(Event::Closed) => open -= 1,
            Ok(Event::Ended(result)) => {
                result.map_err(Broken::Start)?;
                ended = true;
                wait = LINGER;
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) if ended => break,
            // At the end of all its time, the next round says so.
            Err(RecvTimeoutError::Timeout) if end.is_some_and(|(end, _)| Instant::now() >= end) => {}
            Err(_) => return Err(Broken::Silent(timeout.silent)),
        }
        until = Instant::now() + wait;
    }
    Ok((stdout, stderr))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(script: &str, silent: u64, whole: Option<u64>) -> Result<Output, Broken> {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        let timeout =
            Timeout { silent: Duration::from_millis(silent), whole: whole.map(Duration::from_millis) };
        run(command, Vec::new(), timeout, false)
    }

    #[test]
    fn a_program_that_never_ends_is_ended_whether_it_talks_or_not() {
        assert!(matches!(end("while :; do echo x; done", 60_000, Some(300)), Err(Broken::Endless(_))));
        assert!(matches!(end("exec sleep 3600", 60_000, Some(300)), Err(Broken::Endless(_))));
        assert!(matches!(end("exec sleep 3600", 300, Some(60_000)), Err(Broken::Silent(_))));
        assert!(end("echo x", 60_000, Some(60_000)).is_ok_and(|output| output.stdout == b"x\n"));
    }
}
