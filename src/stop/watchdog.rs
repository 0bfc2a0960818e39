//! A program of our own beside this one: it clears away what is registered where this process ends without a word, by
//! SIGKILL, for want of memory or in a panic. git's own programs would not end: each of them waits for its server, for
//! hours.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)] // starts this program again

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Instant;

use rustix::process::{
    Pid, Signal, kill_process, kill_process_group, test_kill_process, test_kill_process_group,
};

use crate::stop::children::{GRACE, PAUSE};
use crate::stop::kept::{Kept, remove};

/// What this program is told instead of a command, with the number of the process that it watches, for people to see.
const WATCH: &str = "__watch";
/// What stands behind each message: no path has it.
const END: u8 = 0;
/// What stands before the number of a group of which only the leader is ended.
const LEADER: u8 = b'=';

/// This program's file, where it is one that can watch: a test or another program that uses the library cannot.
static PROGRAM: OnceLock<PathBuf> = OnceLock::new();

/// Lets this process be watched from now on, by the program that is running.
pub(crate) fn enable() {
    let own = Path::new("/proc/self/exe");
    // By this name it is there also where its file has been replaced meanwhile.
    let found = if own.exists() { Some(own.to_owned()) } else { std::env::current_exe().ok() };
    if let Some(program) = found {
        let _ = PROGRAM.set(program);
    }
}

/// A watcher of this process. It ends with the pipe that leads to it.
pub(super) struct Watchdog(Child);

impl Watchdog {
    /// Starts one; nothing where there can be none: a git that nobody watches is better than no deploy.
    pub(super) fn start() -> Option<Self> {
        let mut command = Command::new(PROGRAM.get()?);
        // It needs nothing, and so it is given nothing. Its name is not ours: who ends all of our name means it well. What
        // a terminal sends to everybody is not for it.
        command.arg0("git-watchdog").args([WATCH, &std::process::id().to_string()]);
        command.env_clear().current_dir("/").process_group(0);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().ok().map(Self)
    }

    /// From now on this is there, by a number of its own.
    pub(super) fn add(&mut self, number: u64, kept: &Kept) {
        let mut words = format!("+{number} ").into_bytes();
        match kept {
            Kept::Group(group) => {
                words.extend(group.both_ends.then_some(LEADER));
                words.extend(group.id.to_string().bytes());
            }
            Kept::Folder(folder) => words.extend(folder.as_os_str().as_bytes()),
        }
        self.tell(words);
    }

    /// And now no more.
    pub(super) fn take(&mut self, number: u64) {
        self.tell(format!("-{number}").into_bytes());
    }

    /// A watcher that is gone hears nothing, and nothing more can be done about it.
    fn tell(&mut self, mut words: Vec<u8>) {
        words.push(END);
        if let Some(pipe) = &mut self.0.stdin {
            let _ = pipe.write_all(&words);
        }
    }

    /// All of it has been cleared away.
    pub(super) fn cleared(mut self) {
        self.tell(b"0".to_vec());
        self.release();
    }

    /// There is nothing more to watch. Ends before this process does, which nobody else may wait for.
    pub(super) fn release(mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// Whether these words make this process a watcher. It has been one then, and is done.
pub(crate) fn watched(words: &[OsString]) -> bool {
    let is = words.get(1).is_some_and(|word| word == OsStr::new(WATCH));
    if is {
        clear(&left(io::stdin().lock()));
    }
    is
}

/// What is there when the other end of the pipe is gone.
fn left(pipe: impl io::Read) -> Vec<Vec<u8>> {
    let mut there = BTreeMap::new();
    let mut pipe = BufReader::new(pipe);
    let mut message = Vec::new();
    // One that was cut off says nothing: half of a path is another path.
    while pipe.read_until(END, &mut message).is_ok() && message.pop() == Some(END) {
        let mut parts = message.splitn(2, |byte| *byte == b' ');
        match (parts.next(), parts.next()) {
            (Some([b'+', number @ ..]), Some(what)) => drop(there.insert(number.to_vec(), what.to_vec())),
            (Some([b'-', number @ ..]), _) => drop(there.remove(number)),
            _ => there.clear(),
        }
        message.clear();
    }
    there.into_values().collect()
}

/// Ends what is left of programs, and removes folders.
fn clear(left: &[Vec<u8>]) {
    let programs: Vec<(Pid, bool)> = left.iter().filter_map(|what| program(what)).collect();
    let send = |signal| {
        for (id, leader) in &programs {
            let _ = if *leader { kill_process(*id, signal) } else { kill_process_group(*id, signal) };
        }
    };
    let runs = |(id, leader): &(Pid, bool)| match leader {
        true => test_kill_process(*id).is_ok(),
        false => test_kill_process_group(*id).is_ok(),
    };
    send(Signal::TERM);
    let until = Instant::now() + GRACE;
    while programs.iter().any(runs) && Instant::now() < until {
        std::thread::sleep(PAUSE);
    }
    send(Signal::KILL);
    for folder in left.iter().filter(|what| what.first() == Some(&b'/')) {
        remove(Path::new(&OsString::from_vec(folder.clone())));
    }
}

/// The number of a group, and whether only its leader is to be ended. Nothing for a folder.
fn program(what: &[u8]) -> Option<(Pid, bool)> {
    let (number, leader) = match what {
        [LEADER, number @ ..] => (number, true),
        number => (number, false),
    };
    Some((Pid::from_raw(std::str::from_utf8(number).ok()?.parse().ok()?)?, leader))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_taken_back_is_left() {
        let told = b"+1 /tmp/a b\n\0+2 412\0+3 413\0-2\0+4 /tmp/c\0-4\0".as_slice();
        let there = [b"/tmp/a b\n".to_vec(), b"413".to_vec()];
        assert_eq!(left(told), there);
        assert_eq!(left([told, b"+5 /tmp"].concat().as_slice()), there, "it may have been /tmp/d");
        assert!(left([told, b"0\0"].concat().as_slice()).is_empty());
    }
}
