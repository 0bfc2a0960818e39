//! What was typed and what the environment says → one [`Request`], read once. Nothing later looks at either again.
#![allow(clippy::disallowed_methods)] // The one place where the environment is read.

mod assignments;
mod build;
pub(crate) mod catalog;
pub(crate) mod ci;
mod ci_guard;
mod completion;
mod detect;
mod environment;
mod forge;
mod gates;
mod gitops_from_cwd;
mod hand_over;
mod history;
mod look;
mod operate;
mod print;
mod promote;
mod registered;
mod rollback;
mod scaffold;
mod secret;
mod spec;
mod sync;
mod task;
mod typed;
mod wait;

pub(crate) use completion::complete;
pub(crate) use detect::{detect, is_empty};
