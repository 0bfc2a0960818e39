//! A change set → the files of one commit, with the credentials that it needs made and encrypted. Decides nothing, and
//! reads no repository.

pub mod change;
pub mod change_set;
pub mod credentials;
mod message;
mod signature;

pub use change::change;
pub use change_set::{ChangeSet, Next, Rendered, Transition};
pub use message::deploy_subject;
pub use signature::{Job, Signature};
