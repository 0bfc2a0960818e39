//! Times as people write them → moments: schedules, days, durations, by the clocks of a place. Pure: no clock is looked
//! at, and the zones' rules come with the program, so that everyone gets the same answer.

mod clocks;
mod lapse;
mod schedule;

pub(crate) use clocks::{Clocks, Written};
pub(crate) use lapse::Lapse;
pub(crate) use schedule::Schedule;
