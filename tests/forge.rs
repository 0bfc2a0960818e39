//! Pull requests, comments and statuses, told to a forge that writes down what it hears.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)] // it is a test
#![allow(clippy::disallowed_types)]

#[path = "support/sandbox.rs"]
#[allow(dead_code)] // each test program uses its part
mod sandbox;
#[path = "support/scratch.rs"]
mod scratch;
#[path = "sync/tls.rs"]
mod tls;

mod forge {
    mod approvals;
    mod comment_head;
    mod comments;
    mod failures;
    mod faults;
    mod finding;
    mod gates;
    mod health;
    mod one_off;
    mod proposals;
    mod removals;
    pub(crate) mod server;
    mod statuses;
    mod superseded;
    mod waiting;
    pub(crate) mod world;
}
