//! A line of shell → the same line with `exec` in front of the program that it ends in, so that SIGTERM reaches that
//! program and not the shell; or the reason why it does not.
//!
//! A grammar decides, not characters: POSIX sh, as dash, bash and busybox agree on it. What they read differently, or
//! what none of them can read, is left as it was written.

mod parser;
mod syntax;
mod tail;
mod words;

pub(super) use tail::{Stays, is_built_in, started};
