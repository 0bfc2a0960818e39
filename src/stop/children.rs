//! Process groups → none of them runs any more. Asked first, so that git takes its lock files away, which may stand in a
//! repository of this machine; made to after a bounded time.
#![allow(clippy::disallowed_methods)] // waits for children

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

/// How long a program may take to end after it was asked to.
pub(super) const GRACE: Duration = Duration::from_secs(2);
pub(super) const PAUSE: Duration = Duration::from_millis(5);

/// A child, in a process group that it shares with nothing but what it has started.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) id: Pid,
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
        let _ = kill_process_group(group.id, signal);
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
