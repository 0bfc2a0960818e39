//! What has to be cleared away where the run is ended: registered while it is there.
#![allow(clippy::disallowed_methods)] // removes folders that others have made, and waits for children

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use crate::stop::children::{self, Group};
use crate::stop::kept::{Kept, remove};
use crate::stop::watchdog::Watchdog;

/// Open to everybody until a signal ends the run, and then to nobody: so programs may be started at the same time, and
/// none between a signal and its end.
static GATE: RwLock<()> = RwLock::new(());

/// What is there just now, by a number of its own.
static HELD: Mutex<Held> = Mutex::new(Held { next: 0, there: BTreeMap::new(), watchdog: None });

struct Held {
    next: u64,
    there: BTreeMap<u64, Kept>,
    /// Started with the first thing that is registered, and told of each.
    watchdog: Option<Watchdog>,
}

/// Something is registered for as long as this lives.
#[derive(Debug)]
pub(crate) struct Registered(u64);

impl Drop for Registered {
    fn drop(&mut self) {
        let _open = gate();
        let mut held = held();
        held.there.remove(&self.0);
        if let Some(watchdog) = &mut held.watchdog {
            watchdog.take(self.0);
        }
    }
}

/// Makes something and registers it, so that no signal comes between the two.
///
/// # Errors
/// What `make` says.
pub(crate) fn register<T, E>(make: impl FnOnce() -> Result<(T, Kept), E>) -> Result<(T, Registered), E> {
    let _open = gate();
    watch();
    let (made, kept) = make()?;
    let mut held = held();
    held.next += 1;
    let number = held.next;
    if let Some(watchdog) = &mut held.watchdog {
        watchdog.add(number, &kept);
    }
    held.there.insert(number, kept);
    Ok((made, Registered(number)))
}

/// Goes on at once; not at all once a signal has come that ends the run. What a child says after that is only that it was
/// ended, and no news.
pub(crate) fn hold() {
    drop(gate());
}

fn gate() -> RwLockReadGuard<'static, ()> {
    GATE.read().unwrap_or_else(PoisonError::into_inner)
}

fn watch() {
    let mut held = held();
    if held.watchdog.is_none() {
        held.watchdog = Watchdog::start();
    }
}

fn held() -> MutexGuard<'static, Held> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The same at the end of a run, which needs no watchdog any more.
pub(crate) fn finish() {
    let _open = gate();
    let watchdog = held().watchdog.take();
    watchdog.into_iter().for_each(Watchdog::release);
}

/// Clears everything away. Whoever would register something, or go on, waits from now on until the process ends.
pub(super) fn clear() {
    std::mem::forget(GATE.write().unwrap_or_else(PoisonError::into_inner));
    let mut held = held();
    let groups: Vec<&Group> = held
        .there
        .values()
        .filter_map(|kept| match kept {
            Kept::Group(group) => Some(group),
            Kept::Folder(_) => None,
        })
        .collect();
    children::end(&groups);
    for kept in held.there.values() {
        if let Kept::Folder(folder) = kept {
            remove(folder);
        }
    }
    held.watchdog.take().into_iter().for_each(Watchdog::cleared);
}
