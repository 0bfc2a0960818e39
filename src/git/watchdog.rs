//! A program of our own beside each git: it ends git's whole process group where this process ends without a word, by
//! SIGKILL, for want of memory or in a panic. git's own programs would not: each of them waits for its server, for hours.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)] // starts this program again

use std::ffi::{OsStr, OsString};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;

use rustix::process::{Pid, Signal, kill_current_process_group};

use crate::clock;
use crate::stop::{self, GRACE};

/// What this program is told instead of a command, with the folder to remove.
const WATCH: &str = "__watch";
/// What it is told when git has come to its end.
const DONE: &[u8] = b".";

/// Whether the watcher itself was asked to end, which it does not.
static ASKED: AtomicBool = AtomicBool::new(false);

/// This program's file, where it is one that can watch: a test or another program that uses the library cannot.
static PROGRAM: OnceLock<PathBuf> = OnceLock::new();

/// Lets gits be watched from now on, by the program that is running.
pub(crate) fn enable() {
    let own = Path::new("/proc/self/exe");
    // By this name it is there also where its file has been replaced meanwhile.
    let found = if own.exists() { Some(own.to_owned()) } else { std::env::current_exe().ok() };
    if let Some(program) = found {
        let _ = PROGRAM.set(program);
    }
}

/// A watcher, the leader of a new process group.
pub(super) struct Watchdog(Child);

impl Watchdog {
    /// Starts one that would remove `folder` too; nothing where there can be none: a git that nobody watches is better than
    /// no deploy.
    pub(super) fn start(folder: Option<&Path>) -> Option<Self> {
        let mut command = Command::new(PROGRAM.get()?);
        // It needs nothing, and so it is given nothing. Its name is not ours: who ends all of our name means it well.
        command.arg0("git-watchdog").arg(WATCH).args(folder).env_clear().current_dir("/");
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        command.spawn().ok().map(Self)
    }

    /// The group that it ends, and that git has to be in.
    pub(super) fn group(&self) -> Option<Pid> {
        i32::try_from(self.0.id()).ok().and_then(Pid::from_raw)
    }

    /// There is nothing more to watch. What git has left running on purpose goes on.
    pub(super) fn release(mut self) {
        if let Some(mut pipe) = self.0.stdin.take() {
            let _ = pipe.write_all(DONE);
        }
        let _ = self.0.wait();
    }
}

/// Whether these words make this process a watcher. It has been one then, and is done.
pub(crate) fn watched(words: &[OsString]) -> bool {
    let [_, word, folder @ ..] = words else { return false };
    if word != OsStr::new(WATCH) {
        return false;
    }
    watch(folder.first().map(Path::new));
    true
}

fn watch(folder: Option<&Path>) {
    // The others of the group are asked to end, while this one sees to it that they do.
    let _ = signal_hook::flag::register(signal_hook::consts::SIGTERM, &ASKED);
    if is_released() {
        return;
    }
    let _ = kill_current_process_group(Signal::TERM);
    clock::wait(GRACE);
    if let Some(folder) = folder {
        stop::remove(folder);
    }
    let _ = kill_current_process_group(Signal::KILL);
}

/// Waits for the one word; the pipe ends without it where whoever holds its other end has ended.
fn is_released() -> bool {
    let mut word = [0];
    loop {
        match io::stdin().read(&mut word) {
            Ok(read) => return read > 0,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return false,
        }
    }
}
