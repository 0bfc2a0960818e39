//! Everything that a command does: one file or folder a command, and the loop that all of them share.

pub(crate) mod action;
mod branches;
pub(crate) mod catalog;
pub(crate) mod context;
mod decide;
pub(crate) mod deploy;
pub(crate) mod dispatch;
pub(crate) mod edit;
pub(crate) mod files;
pub(crate) mod guard;
mod guess;
mod history;
pub(crate) mod home;
pub(crate) mod inventory;
mod land;
mod notify;
mod open;
mod orders;
mod overtaken;
mod ownership;
mod publisher;
pub(crate) mod remove;
pub(crate) mod rerender;
mod rollout_told;
pub(crate) mod scaffold;
pub(crate) mod secrets;
pub(crate) mod spec;
mod stages;
pub(crate) mod sync;
pub(crate) mod wait;

#[cfg(test)]
mod tests;
