//! Everything that a command does: one file or folder a command, and the loop that all of them share.

pub(crate) mod action;
mod approvals;
mod beside;
mod branches;
pub(crate) mod catalog;
mod checked;
mod compare;
pub(crate) mod context;
mod decide;
pub(crate) mod deploy;
pub(crate) mod dispatch;
pub(crate) mod edit;
pub(crate) mod files;
mod gates;
pub(crate) mod guard;
mod guess;
mod health;
mod held;
mod history;
pub(crate) mod home;
pub(crate) mod inventory;
mod land;
mod notify;
mod open;
mod orders;
mod overtaken;
mod ownership;
pub(crate) mod promote;
mod publisher;
mod recorded;
pub(crate) mod remove;
pub(crate) mod rerender;
pub(crate) mod rollback;
mod rollout_told;
pub(crate) mod scaffold;
pub(crate) mod secrets;
pub(crate) mod spec;
mod stages;
pub(crate) mod sync;
pub(crate) mod view;
pub(crate) mod wait;

#[cfg(test)]
mod tests;
