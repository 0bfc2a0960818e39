//! `sync` against real git servers and a registry: over `file://` and HTTP, with and without a login, behind a private
//! certificate authority.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)] // it is a test
#![allow(clippy::disallowed_types)]

#[path = "support/descendants.rs"]
mod descendants;
#[path = "publish/http.rs"]
#[allow(dead_code)] // each test program uses its part
mod http;
#[path = "support/sandbox.rs"]
#[allow(dead_code)]
mod sandbox;
#[path = "support/scratch.rs"]
mod scratch;
#[path = "publish/support.rs"]
#[allow(dead_code)]
mod support;

mod sync {
    mod broken;
    mod deploying;
    mod frozen;
    mod held;
    mod joined;
    mod logins;
    mod matrix;
    pub(crate) mod registry;
    mod standings;
    pub(crate) mod tls;
    pub(crate) mod world;
}
