//! A signal that ends the run → no child goes on, the terminal shows what is typed, temporary folders are gone, and the exit
//! code is 128 and the signal.

mod children;
mod held;
mod signals;
mod terminal;

pub(crate) use children::{GRACE, Group};
pub(crate) use held::{Kept, Registered, hold, register, remove};
pub(crate) use signals::listen;
pub(crate) use terminal::Silent;
