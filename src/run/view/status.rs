//! `status`: what stands where, now or at another time, as a table, as JSON or as a page. Changes nothing.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::diagnostic::Failure;
use crate::load::gitops::Gitops;
use crate::outcome::standing::{FrozenEnvironment, Standings};
use crate::outcome::{Outcome, Report, Wrote};
use crate::report;
use crate::run::beside::Beside;
use crate::run::context::Context;
use crate::run::files::write_file;
use crate::run::health::ASKING;
use crate::run::spec::RunSpec;
use crate::run::sync::{self, Options};
use crate::run::view::{moment, overview};
use crate::run::{gates, history, open};

/// What `status` was asked for.
#[derive(Debug)]
pub struct Look {
    /// Whether it is to be a page, and the file that gets it; else that is printed.
    pub page: Option<Option<PathBuf>>,
    /// Whether the clusters' words of each release are asked for.
    pub health: bool,
    /// How apps' repositories are asked where their branches stand; nothing where they are not.
    pub remote: Option<Options>,
    /// As of which time, in seconds since 1970; else now.
    pub at: Option<i64>,
}

/// The table or the page.
///
/// # Errors
/// An app or environment that nobody knows, a time before the history, a platform that is wrong, a page that cannot be written, or
/// the repository's own.
pub(in crate::run) fn status(context: Context<'_>, look: &Look, spec: &RunSpec) -> Result<Outcome, Failure> {
    let gitops = &mut open::open(&context, spec)?;
    let at = look.at.map(|time| moment::go_to(time, gitops)).transpose()?;
    let remote = match &look.remote {
        Some(options) => sync::standings(&context, options, spec, gitops)?,
        None => BTreeMap::new(),
    };
    let beside = Beside { at, health: look.health, remote, frozen: frozen(look.at, spec, gitops)? };
    if look.health {
        context.progress(ASKING);
    }
    let Some(out) = &look.page else {
        let (releases, problems) = history::status(spec, &beside, gitops)?;
        let Beside { at, frozen, .. } = beside;
        return Ok(Report::Status(Standings { at, frozen, releases, problems }).into());
    };
    let text = report::overview(&overview::overview(spec, beside, gitops)?)?;
    let Some(out) = out else { return Ok(Report::Text(text).into()) };
    write_file(out, &text)?;
    Ok(Report::Wrote(Wrote { written: vec![out.clone()], ..Wrote::default() }).into())
}

/// The environments that are frozen then, of those that were asked for.
fn frozen(at: Option<i64>, spec: &RunSpec, gitops: &mut Gitops) -> Result<Vec<FrozenEnvironment>, Failure> {
    let platform = gitops.platform()?;
    let now = at.unwrap_or_else(|| gates::now(&spec.gates));
    let asked = spec.query.environment.as_ref();
    let wanted = platform.value.environments.keys().filter(|name| asked.is_none_or(|asked| asked == *name));
    Ok(wanted.filter_map(|name| gates::frozen_environment(&platform, name, now)).collect())
}
