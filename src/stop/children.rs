//! Process groups → none of them runs any more. Asked first, made to after a bounded time.
#![allow(clippy::disallowed_methods)] // waits for children

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

/// How long a program may take to end after it was asked to.
pub(super) const GRACE: Duration = Duration::from_secs(2);
pub(super) const PAUSE: Duration = Duration::from_millis(5);

/// A child, in a process group that it shares with nothing but what it has started.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) id: Pid,
    /// Whether it holds the other end as well, at work in a repository of this machine with lock files there. Then only the
    /// leader is ended: the other end sees a closed pipe, and ends by itself and in order. A signal could come between its
    /// making of a lock file and its knowing of it; and on a slow disk none is heard in time.
    pub(crate) both_ends: bool,
    /// Set by whoever waits for the child, once it has ended.
    pub(crate) ended: Arc<AtomicBool>,
}

/// Ends all of them. What a child has started may outlive it, and is not asked again.
pub(crate) fn end(groups: &[&Group]) {
    send(groups, Signal::TERM);
    wait(groups);
    send(groups, Signal::KILL);
    wait(groups);
}

/// A group that has ended this very moment needs no signal.
fn send(groups: &[&Group], signal: Signal) {
    for group in groups {
        let _ = match group.both_ends {
            true => kill_process(group.id, signal),
            false => kill_process_group(group.id, signal),
        };
    }
}

fn wait(groups: &[&Group]) {
    let until = Instant::now() + GRACE;
    while groups.iter().any(|group| !group.ended.load(Ordering::Acquire)) && Instant::now() < until {
        std::thread::sleep(PAUSE);
    }
}

impl Group {
    /// Ends this one.
    pub(crate) fn end(&self) {
        end(&[self]);
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::CommandExt as _;
    use std::process::Command;

    use super::*;

    /// A leader, and what it has started at the other end of its pipe, which needs a while to take its lock away.
    #[test]
    fn the_other_end_of_a_repository_of_this_machine_takes_its_lock_away() {
        let folder = tempfile::tempdir().unwrap();
        // The lock is there once both have opened the pipe: a reader that opens it later waits for ever.
        let script = "mkfifo pipe
            sh -c ': > lock; cat; sleep 0.2; rm lock' < pipe > /dev/null & exec sleep 3600 > pipe";
        let mut command = Command::new("sh");
        let mut child =
            command.args(["-c", script]).current_dir(folder.path()).process_group(0).spawn().unwrap();
        let id = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
        let ended = Arc::new(AtomicBool::new(false));
        let wait = |what: &dyn Fn() -> bool| {
            let until = Instant::now() + Duration::from_secs(60);
            while !what() {
                assert!(Instant::now() < until);
                std::thread::sleep(PAUSE);
            }
        };
        let lock = folder.path().join("lock");
        wait(&|| lock.exists());
        let group = Group { id, both_ends: true, ended: ended.clone() };
        let waits = std::thread::spawn(move || {
            child.wait().unwrap();
            ended.store(true, Ordering::Release);
        });
        group.end();
        waits.join().unwrap();
        wait(&|| !lock.exists());
    }
}
