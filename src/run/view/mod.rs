//! What a person looks at: a page of what runs where, and an app's pods and services, reached with programs of their own.
//! Changes nothing.

mod between;
mod hand_over;
mod moment;
mod overview;
mod past;
mod status;
mod workloads;

use crate::diagnostic::Failure;
use crate::outcome::Outcome;
use crate::run::context::Context;
use crate::run::open;
use crate::run::spec::RunSpec;

pub(super) use between::between;
pub(crate) use hand_over::{HandOverTo, Handing, LogLines};
pub(crate) use status::Look;
pub(super) use status::status;

/// `open`, `logs`, `run`, `console` and `ps`: the program, with its arguments, that is to take this one's place.
///
/// # Errors
/// An app, an environment, a process or a service that nobody knows; one that does not run; or the repository's own.
pub(super) fn hand_over(
    context: Context<'_>,
    to: &HandOverTo,
    how: &Handing,
    spec: &RunSpec,
) -> Result<Outcome, Failure> {
    let gitops = &mut open::open(&context, spec)?;
    hand_over::hand_over(to, how, spec, gitops).map(Into::into)
}
