//! What a person looks at: a page of what runs where, and an app's pods and services, reached with programs of their own.
//! Changes nothing.

mod hand_over;
mod overview;
mod past;
mod workloads;

use std::path::Path;

use crate::diagnostic::Failure;
use crate::load::gitops::Gitops;
use crate::outcome::{Outcome, Report, Wrote};
use crate::report;
use crate::run::context::Context;
use crate::run::files::write_file;
use crate::run::health::ASKING;
use crate::run::open;
use crate::run::spec::RunSpec;

pub(crate) use hand_over::{HandOverTo, Handing, LogLines};

/// `status --format html`: the page, or the file that it was written into.
///
/// # Errors
/// As `status`; a file that cannot be written.
pub(super) fn page(
    context: &Context<'_>,
    (out, health): (Option<&Path>, bool),
    spec: &RunSpec,
    gitops: &mut Gitops,
) -> Result<Report, Failure> {
    if health {
        context.progress(ASKING);
    }
    let text = report::overview(&overview::overview(spec, health, gitops)?)?;
    let Some(out) = out else { return Ok(Report::Text(text)) };
    write_file(out, &text)?;
    Ok(Report::Wrote(Wrote { written: vec![out.to_path_buf()], ..Wrote::default() }))
}

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
