//! Plan -> commit on the GitOps repository's branch, decided by the server's compare-and-swap. The only
//! writer: everything that touches a git repository, reading or writing, is in this room.
//!
//! A deploy is `Snapshot::open`, `read` as often as needed, `commit`, `push`. A lost race is an answer
//! ([`Pushed::Raced`]), not an error: the caller calls [`Snapshot::refresh`], plans again and pushes again,
//! waiting as [`crate::backoff::Backoff`] says. Nothing is checked out, and what a deploy costs does not depend on
//! how many apps the repository holds: commit and trees are fetched level by level, only where asked for.

pub(crate) mod address;
pub(crate) mod bare;
pub(crate) mod branches;
pub(crate) mod checkout;
pub(crate) mod commit;
pub(crate) mod local;
pub(crate) mod proposal;
pub(crate) mod push;
pub(crate) mod remote;
pub(crate) mod snapshot;
pub(crate) mod source;

mod asked;
mod authorship;
mod build;
mod checkout_files;
mod checkout_login;
mod command;
mod environment;
mod fetch;
mod history;
#[cfg(test)]
pub(crate) mod in_process;
mod links;
mod log;
mod objects;
mod on_disk;
mod order;
mod past;
mod process;
mod proposed;
mod remedy;
pub(crate) mod stderr;
mod store;
mod temporary;
mod walk;

pub use address::{BranchName, RepositoryUrl};
pub(crate) use checkout_login::origin_of;
pub use commit::{Author, FileChanges};
pub(crate) use history::fetched_distance;
pub use history::{AppRemote, fetched_order, is_descendant, order};
pub(crate) use log::LogEntry;
pub use order::Order;
pub use proposal::Proposal;
pub use push::Pushed;
pub(crate) use remote::Heads;
pub use remote::{Remotes, SourceToken};
pub use snapshot::{Entry, EntryKind, Snapshot};
pub use source::Source;
pub(crate) use source::{branch_of, commit_time, is_foreign};
