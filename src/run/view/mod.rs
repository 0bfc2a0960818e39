//! What a person looks at: a page of what runs where.
//! Changes nothing.

mod overview;
mod past;

use std::path::Path;

use crate::diagnostic::Failure;
use crate::load::gitops::Gitops;
use crate::outcome::{Report, Wrote};
use crate::report;
use crate::run::context::Context;
use crate::run::files::write_file;
use crate::run::health::ASKING;
use crate::run::spec::RunSpec;

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
