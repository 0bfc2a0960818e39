//! The publish room against real git: over `file://` and over HTTP, alone and with many writers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]
#![allow(clippy::print_stderr)] // it is a test

#[path = "support/descendants.rs"]
mod descendants;

mod publish {
    mod address;
    mod change;
    pub(crate) mod child;
    mod concurrent;
    mod history;
    mod hostile;
    pub(crate) mod http;
    mod killed;
    mod local;
    mod proposals;
    mod reading;
    mod refused;
    mod source;
    pub(crate) mod support;
    mod token;
    mod writers;
}

#[path = "support/sandbox.rs"]
#[allow(dead_code)] // each test program uses its part
mod sandbox;
#[path = "support/scratch.rs"]
mod scratch;
