//! Real parts for the tiers in `tests/`: each tier starts what it needs, waits on conditions, and stops it again.
//!
//! Everything listens on fixed ports of the loopback, because a tier runs in a network namespace of its own
//! (`tests/e2e/cluster.sh` makes it): no port is ever taken, and two runs never meet.

pub mod argocd;
pub mod cluster;
pub mod flux;
pub mod gate;
pub mod git;
pub mod gitea;
pub mod hook;
pub mod http;
pub mod image;
pub mod node;
pub mod parts;
pub mod platform;
pub mod process;
pub mod random;
pub mod router;
pub mod runner;
pub mod running;
pub mod server;
pub mod stand_in;
pub mod storage;
pub mod tier;
pub mod trees;
pub mod wait;
pub mod watch;
