//! `new` and `init`: the first files of an app and of a GitOps repository. Writes only files that are not there.

mod app_text;
mod build_inputs;
mod consent;
mod detected;
pub(crate) mod embedded;
mod init;
mod new;
mod options;
mod proposal;
mod workflow;

pub(crate) use init::init;
pub(crate) use new::{catalog, new};
pub(crate) use options::{InitOptions, NewOptions, WorkflowChoice};
