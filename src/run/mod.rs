//! Everything that a command does: one file or folder a command, and the loop that all of them share.

pub mod action;
mod branches;
pub mod context;
mod decide;
pub(crate) mod deploy;
pub mod edit;
pub(crate) mod files;
mod guess;
pub mod home;
pub(crate) mod inventory;
mod land;
mod notify;
mod open;
mod ownership;
mod publisher;
pub(crate) mod remove;
pub(crate) mod rerender;
pub mod scaffold;
pub mod secrets;
pub mod spec;
mod stages;
pub mod sync;

#[cfg(test)]
mod tests;
