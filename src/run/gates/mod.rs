//! What must be true before a release comes to an environment: the gates of a promotion, and that no freeze is on. Judged in
//! each round of the loop, by the files that the change is made from: what has passed is what lands, or nothing does.

mod freeze;
mod gate;
mod promotion;
mod soak;
mod statuses;
mod verdict;

pub(crate) use freeze::{brings_a_release, frozen, frozen_environment, keep_out, warn};
pub(crate) use promotion::unmet;
pub(crate) use verdict::{Unmet, notes, now, pass};
