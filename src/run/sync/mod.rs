//! `sync`: which registered branches have moved on, and what each of them needs. Survey (one `git ls-remote` a
//! repository) → fetch (what moved, and its image's digest) → the same loop as `deploy`, one app after the other.
//! Whatever fails is an entry of the report, and stops no other.

mod at_once;
mod fetch;
pub(crate) mod followed;
mod joined;
mod options;
mod report;
mod routes;
mod standings;
mod survey;

use std::sync::Arc;

use crate::diagnostic::Failure;
use crate::git::Remotes;
use crate::outcome::sync::{SyncEntry, Synced};
use crate::outcome::{Outcome, Report};
use crate::run::context::Context;
use crate::run::deploy::deploy;
use crate::run::guard::alone;
use crate::run::land::Site;
use crate::run::notify::Forges;
use crate::run::open;
use crate::run::spec::RunSpec;
use crate::run::sync::fetch::ReadyApp;

pub(crate) use options::Options;
pub(crate) use standings::standings;

/// Deploys every registered app whose branch has moved on: each by itself, and one that fails stops no other.
///
/// # Errors
/// As [`crate::run`]; what is wrong with one app is an entry.
pub(crate) fn run(context: Context<'_>, options: &Options, spec: &RunSpec) -> Result<Outcome, Failure> {
    let mut gitops = open::open(&context, spec)?;
    let mut survey = survey::read(options, spec, &mut gitops)?;
    let repositories = survey.repositories().len();
    context.progress(&format!("asking {repositories} repositories"));
    let remotes = Arc::new(Remotes::new(options.token.clone(), options.timeout)?);
    let (news, mut entries) = survey.query_remotes(options, &remotes);
    context.progress(&format!("fetching {} that have moved on", news.len()));
    let ready = fetch::all(&news, &survey, options, &remotes, spec);
    let forges = Forges::default();
    let mut site = Site { context, gitops: &mut gitops, forges: &forges };
    entries.extend(match options.one_commit {
        true => joined::deploy(&mut site, spec, ready)?,
        false => one_by_one(&mut site, ready),
    });
    let synced = Synced::new(entries, repositories, !options.apps.is_empty());
    Ok(Report::Synced(Box::new(synced)).into())
}

/// A commit for each app.
fn one_by_one(site: &mut Site<'_>, ready: Vec<Result<ReadyApp, Box<SyncEntry>>>) -> Vec<SyncEntry> {
    let mut through = |ready: ReadyApp| {
        let name = ready.spec().query.app.as_deref().unwrap_or_default();
        site.context.progress(&format!("deploying {name}"));
        let done = alone(|| {
            let outcome = deploy(site, ready.spec())?;
            if matches!(outcome.report, Report::Deployed(_)) {
                site.gitops.refresh()?;
            }
            Ok(outcome.report)
        });
        ready.ended(done)
    };
    ready.into_iter().map(|ready| ready.map_or_else(|entry| *entry, &mut through)).collect()
}
