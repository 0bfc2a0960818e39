//! Plan -> commit on the GitOps repository's branch, decided by the server's compare-and-swap. The only
//! writer: everything that touches a git repository, reading or writing, is in this room.
//!
//! A deploy is `Snapshot::open`, `read` as often as needed, `commit`, `push`. A lost race is an answer
//! ([`Pushed::Raced`]), not an error: the caller calls [`Snapshot::refresh`], plans again and pushes again,
//! waiting as [`backoff::Backoff`] says. Nothing is checked out, and what a deploy costs does not depend on
//! how many apps the repository holds: commit and trees are fetched level by level, only where asked for.

pub mod address;
pub mod backoff;
pub mod bare;
pub mod checkout;
pub mod commit;
pub mod pace;
pub mod proposal;
pub mod push;
pub mod release;
pub mod remote;
pub mod secret;
pub mod snapshot;
pub mod source;

mod build;
mod fetch;
mod git;
mod objects;
mod process;
mod store;
mod temporary;
mod walk;
mod words;
mod written;

pub use address::{AddressError, BranchName, GitopsAddress, holds_credentials};
pub use commit::{Change, Commit, Identity};
pub use proposal::Proposal;
pub use push::Pushed;
pub use remote::{Heads, Remotes, SourceToken};
pub use secret::Secret;
pub use snapshot::{Entry, EntryKind, Snapshot};
pub use source::{Source, commit_time, is_descendant, without_credentials};
