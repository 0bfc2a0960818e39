//! What has to be cleared away where the run is ended: registered while it is there.
#![allow(clippy::disallowed_methods)] // removes folders that others have made, and waits for children

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::stop::children::{self, Group};

/// A folder may get a last file while it is removed, of a program that is about to end.
const TRIES: u32 = 40;
const PAUSE: Duration = Duration::from_millis(25);

/// What is there just now, by a number of its own.
static HELD: Mutex<Held> = Mutex::new(Held { next: 0, there: BTreeMap::new() });

struct Held {
    next: u64,
    there: BTreeMap<u64, Kept>,
}

/// One thing to clear away.
pub(crate) enum Kept {
    /// A child and all that it has started.
    Group(Group),
    /// A folder with all that is in it.
    Folder(PathBuf),
}

/// Something is registered for as long as this lives.
#[derive(Debug)]
pub(crate) struct Registered(u64);

impl Drop for Registered {
    fn drop(&mut self) {
        held().there.remove(&self.0);
    }
}

/// Makes something and registers it, so that no signal comes between the two.
///
/// # Errors
/// What `make` says.
pub(crate) fn register<T, E>(make: impl FnOnce() -> Result<(T, Kept), E>) -> Result<(T, Registered), E> {
    let mut held = held();
    let (made, kept) = make()?;
    held.next += 1;
    let number = held.next;
    held.there.insert(number, kept);
    Ok((made, Registered(number)))
}

/// Goes on at once; not at all once a signal has come that ends the run. What a child says after that is only that it was
/// ended, and no news.
pub(crate) fn hold() {
    drop(held());
}

fn held() -> MutexGuard<'static, Held> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Clears everything away. Whoever would register something, or go on, waits from now on until the process ends.
pub(super) fn clear() {
    let held = held();
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
    std::mem::forget(held);
}

/// Removes a folder. What cannot be removed stays: a later run looks for it.
pub(crate) fn remove(folder: &Path) {
    for _ in 0..TRIES {
        let _ = std::fs::remove_dir_all(folder);
        if !folder.exists() {
            return;
        }
        std::thread::sleep(PAUSE);
    }
}
