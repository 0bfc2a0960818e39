//! A change set → the files of one commit, with the credentials that it needs made and encrypted. Decides nothing, and
//! reads no repository.

pub(crate) mod change;
pub(crate) mod change_set;
pub(crate) mod credentials;
mod message;
mod signature;

pub(crate) use change::change;
pub(crate) use change_set::{Approved, ChangeSet, Next, Rendered, Transition};
pub(crate) use message::deploy_subject;
pub(crate) use signature::{Job, Signature};
