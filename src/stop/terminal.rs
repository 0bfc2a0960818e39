//! A terminal that shows nothing of what is typed, and shows it again however the run ends or is suspended.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

/// How the terminal was, while it is silent.
static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

/// A terminal that shows nothing of what is typed, until this is dropped.
pub(crate) struct Silent(());

impl Silent {
    /// # Errors
    /// Standard input is no terminal, or one that is gone.
    pub(crate) fn begin() -> io::Result<Self> {
        let mut before = before();
        let shown = tcgetattr(io::stdin())?;
        hide(&shown)?;
        *before = Some(shown);
        Ok(Self(()))
    }
}

impl Drop for Silent {
    fn drop(&mut self) {
        if let Some(shown) = before().take() {
            show(&shown);
        }
    }
}

fn before() -> MutexGuard<'static, Option<Termios>> {
    BEFORE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn hide(shown: &Termios) -> io::Result<()> {
    let mut silent = shown.clone();
    silent.local_modes.remove(LocalModes::ECHO);
    silent.local_modes.insert(LocalModes::ECHONL);
    Ok(tcsetattr(io::stdin(), OptionalActions::Flush, &silent)?)
}

fn show(shown: &Termios) {
    let _ = tcsetattr(io::stdin(), OptionalActions::Now, shown);
}

/// Shows what is typed from now on. Nobody makes the terminal silent again: this is the end.
pub(super) fn end() {
    let before = before();
    if let Some(shown) = &*before {
        show(shown);
    }
    std::mem::forget(before);
}

/// Shows what is typed during `pause`, in which the run is suspended.
pub(super) fn during(pause: impl FnOnce()) {
    let before = before();
    if let Some(shown) = &*before {
        show(shown);
    }
    pause();
    if let Some(shown) = &*before {
        let _ = hide(shown);
    }
}
