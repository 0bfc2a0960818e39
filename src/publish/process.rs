//! A prepared command -> its exit and output. Starts it in a process group of its own and ends the whole group
//! when it is silent for too long, so that no hanging connection outlives the run.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)] // starts the one program that git.rs prepared

use std::io::{Read, Write};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How long a finished program's pipes may stay open: a daemon that it left behind may hold them for ever.
const LINGER: Duration = Duration::from_millis(500);

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
}

enum Event {
    Out(Vec<u8>),
    Err(Vec<u8>),
    Closed,
    Ended(std::io::Result<ExitStatus>),
}

/// Runs `command` with `input`; ends it when neither output nor end comes for `patience`.
pub(super) fn run(mut command: Command, input: Vec<u8>, patience: Duration) -> Result<Output, Broken> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let mut child = command.spawn().map_err(Broken::Start)?;
    let group = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw);
    let (sender, events) = channel();
    listen(&mut child, input, &sender);
    thread::spawn(move || sender.send(Event::Ended(child.wait())));
    let result = collect(&events, patience);
    if matches!(result, Err(Broken::Silent(_)))
        && let Some(group) = group
    {
        // The program may have ended this very moment; then there is nothing left to end.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    result
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

fn collect(events: &Receiver<Event>, patience: Duration) -> Result<Output, Broken> {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let (mut open, mut ended, mut wait) = (2, None, patience);
    let mut until = Instant::now() + wait;
    while open > 0 || ended.is_none() {
        match events.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(Event::Out(bytes)) => stdout.extend(bytes),
            Ok(Event::Err(bytes)) => stderr.extend(bytes),
            Ok(Event::Closed) => open -= 1,
            Ok(Event::Ended(status)) => {
                ended = Some(status.map_err(Broken::Start)?);
                wait = LINGER;
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) if ended.is_some() => break,
            Err(_) => return Err(Broken::Silent(patience)),
        }
        until = Instant::now() + wait;
    }
    match ended {
        Some(status) => Ok(Output { status, stdout, stderr }),
        None => Err(Broken::Silent(patience)),
    }
}
