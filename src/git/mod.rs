//! Plan -> commit on the GitOps repository's branch, decided by the server's compare-and-swap. The only
//! writer: everything that touches a git repository, reading or writing, is in this room.
//!
//! A deploy is `Snapshot::open`, `read` as often as needed, `commit`, `push`. A lost race is an answer
//! ([`Pushed::Raced`]), not an error: the caller calls [`Snapshot::refresh`], plans again and pushes again,
//! waiting as [`crate::backoff::Backoff`] says. Nothing is checked out, and what a deploy costs does not depend on
//! how many apps the repository holds: commit and trees are fetched level by level, only where asked for.

pub mod address;
pub mod bare;
pub mod checkout;
pub mod commit;
pub mod local;
pub mod proposal;
pub mod push;
pub mod remote;
pub mod snapshot;
pub mod source;

mod authorship;
mod build;
mod command;
mod fetch;
mod objects;
mod process;
pub(crate) mod stderr;
mod store;
mod temporary;
mod walk;

pub use address::{BranchName, RepositoryUrl, holds_credentials};
pub use commit::{Author, Commit, FileChanges};
pub use proposal::Proposal;
pub use push::Pushed;
pub use remote::{Heads, Remotes, SourceToken};
pub use snapshot::{Entry, EntryKind, Snapshot};
pub use source::{Source, commit_time, is_descendant};
