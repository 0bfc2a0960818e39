//! cupaas reads a `.cupaas` file from an app's repository and the platform's settings from a GitOps repository,
//! renders final Kubernetes YAML, and commits it there in one safe commit.
//!
//! [`main`] is the program, and [`run`] does what one request asks for. Nothing else is public but [`parts`]. Effects are at
//! both ends, the middle is pure; `ARCHITECTURE.md` has the rooms.

mod backoff;
mod calendar;
mod cli;
mod clock;
mod diagnostic;
mod expression;
mod forge;
mod git;
mod hand_over;
mod http;
mod image_name;
mod kubectl;
mod layout;
mod load;
mod names;
mod outcome;
pub mod parts;
mod plan;
mod program;
mod publish;
mod quantity;
mod registry;
mod render;
mod report;
mod repository;
mod request;
mod resolve;
mod run;
mod runner;
mod schema;
mod seal;
mod stop;
mod token;
mod tree;
mod version_range;
mod yaml;

pub use program::main;
pub use run::dispatch::run;
