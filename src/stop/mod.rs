//! A signal that ends the run → no child goes on, the terminal shows what is typed, temporary folders are gone, and the exit
//! code is 128 and the signal.

mod children;
mod held;
mod kept;
mod signals;
mod terminal;
pub(crate) mod watchdog;

pub(crate) use children::Group;
pub(crate) use held::{Registered, finish, hold, register};
pub(crate) use kept::Kept;
pub(crate) use signals::listen;
pub(crate) use terminal::Silent;
