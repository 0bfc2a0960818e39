//! What was typed and what the environment says → one [`Request`], read once. Nothing later looks at either again.
#![allow(clippy::disallowed_methods)] // The one place where the environment is read.

mod assigned;
mod build;
pub mod ci;
mod environment;
mod forge;
mod here;
mod job;
mod print;
mod registered;
mod scaffold;
mod secret;
mod standing;
mod step;
mod sync;

pub use here::{here, is_empty};
