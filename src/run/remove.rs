//! `remove`, from one environment, and `app remove`, from all of them and with the registration. The app's files need not
//! be at hand: the last releases say what there is.

use crate::diagnostic::Failure;
use crate::load::current::Current;
use crate::load::gitops::Gitops;
use crate::load::inputs::NamedApp;
use crate::load::records::{self, Scope};
use crate::load::{app_name, inputs, known_apps, registered};
use crate::outcome::{Outcome, Removal, Report};
use crate::publish::{ChangeSet, Next, Transition};
use crate::run::context::Context;
use crate::run::land::{Landed, Planned, Site, Sourced, land};
use crate::run::notify::Forges;
use crate::run::spec::{Extent, RunSpec, Stage};
use crate::run::{branches, decide, open};
use crate::tree::Edits;

/// Takes an app away, and tells forges of it.
///
/// # Errors
/// As [`crate::run`].
pub(crate) fn run(context: Context<'_>, spec: &RunSpec, extent: Extent) -> Result<Outcome, Failure> {
    let forges = Forges::open(spec)?;
    let mut gitops = open::open(&context, spec)?;
    let mut removal = Removal::default();
    let mut site = Site { context, gitops: &mut gitops, forges: &forges };
    let landed = land(spec, &mut site, |round| {
        let set;
        (removal, set) = match extent {
            Extent::Environment => from_environment(spec, round.gitops)?,
            Extent::Everywhere => from_everywhere(spec, round.gitops)?,
        };
        round.open_branch(|| branches::of_removal(&removal.app, removal.environment.as_deref()))?;
        Ok(Sourced::Changes(set))
    })?;
    let outcome = match landed {
        Landed::Ended(report) => (*report).into(),
        Landed::Planned(planned) => {
            let Planned { set, plan, commit, proposed, notices, .. } = *planned;
            let report = match commit {
                None if spec.stage >= Stage::Deploy || set.is_empty() => Report::Absent(removal),
                commit => Report::Removed { removal, plan, commit, proposed },
            };
            Outcome { report, notices }
        }
    };
    forges.notify(spec, outcome, &context)
}

fn from_environment(spec: &RunSpec, gitops: &mut Gitops) -> Result<(Removal, ChangeSet), Failure> {
    let NamedApp { app, environment, cluster, .. } = inputs::named(&spec.query, gitops)?;
    if spec.query.app.is_some() {
        must_be_known(&app, gitops)?;
    }
    let current = Current::read(gitops, &cluster, &environment, &app)?;
    // Whoever names the app means it; a folder only speaks for its own.
    if spec.query.app.is_none() {
        decide::owned(spec, &current, None)?;
    }
    let record = current.previous.clone().filter(|previous| !previous.removed);
    let next = record.map(|record| Next::Removed(Box::new(record)));
    let transitions = next.map(|next| Transition { current, next }).into_iter().collect();
    Ok(removal(app, Some(environment), transitions, Edits::new()))
}

fn from_everywhere(spec: &RunSpec, gitops: &mut Gitops) -> Result<(Removal, ChangeSet), Failure> {
    let app = app_name::app_of(&spec.query, gitops)?;
    must_be_known(&app, gitops)?;
    let mut transitions = Vec::new();
    for record in records::find(&Scope::of(&app, None), gitops)? {
        let current = Current::read(gitops, &record.cluster, &record.environment, &app)?;
        transitions.push(Transition { current, next: Next::Removed(Box::new(record)) });
    }
    let files = gitops.read(&registered::paths_of(&app)?)?;
    if let Some(problem) = registered::overlooked(&app, &files)? {
        return Err(Failure::invalid(vec![problem]));
    }
    let edits = files.into_keys().map(|path| (path, None)).collect();
    Ok(removal(app, None, transitions, edits))
}

fn removal(
    app: String,
    environment: Option<String>,
    transitions: Vec<Transition>,
    edits: Edits,
) -> (Removal, ChangeSet) {
    let environments = transitions.iter().map(|one| one.names().1.to_owned()).collect();
    let files = edits.keys().cloned().collect();
    let removal = Removal { app: app.clone(), environment, environments, files };
    let set =
        ChangeSet { subject: removal.subject(), app: Some(app), edits, transitions, ..ChangeSet::default() };
    (removal, set)
}

/// A name that nobody knows is a mistake; a folder's own app, or one that was removed already, is not.
fn must_be_known(app: &str, gitops: &mut Gitops) -> Result<(), Failure> {
    if known_apps::is_known(app, gitops)? { Ok(()) } else { Err(known_apps::unknown(app, gitops)) }
}
