//! Releases that stand in `releases/`, decided and rendered again, from what they were made from. What a command edits in
//! people's files is seen by it, and lands in the same commit.

use crate::diagnostic::Code;
use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Failure, Kind};
use crate::layout::owner;
use crate::load::gitops::Gitops;
use crate::load::release_file::ReleaseFile;
use crate::load::{known_apps, records};
use crate::outcome::{Outcome, Report, Rerendered};
use crate::plan::diff::unified;
use crate::publish::{ChangeSet, Next, Rendered, Transition};
use crate::render::Renderer;
use crate::resolve::routes;
use crate::run::context::Context;
use crate::run::edit::{self, Edit};
use crate::run::guard::alone;
use crate::run::land::{Landed, Planned, Round, Site, Sourced, land};
use crate::run::notify::{self, Forges};
use crate::run::recorded::decided;
use crate::run::spec::{RunSpec, Selection, Stage};
use crate::run::{branches, checked, open, stages, wait};
use crate::tree::{Edits, Files, RepoPath};

/// The most releases that a failure names.
const NAMED: usize = 10;

/// Does what the step's edit says, renders again what that touches, and tells forges what came of it.
///
/// # Errors
/// As [`crate::run`].
pub(crate) fn run(context: Context<'_>, spec: &RunSpec) -> Result<Outcome, Failure> {
    let forges = Forges::open(spec)?;
    let signature = context.signature();
    let outcome = rerender(context, spec, &forges, &|gitops| edit::of(spec, &signature, gitops))
        .inspect_err(|failure| notify::failure(spec, failure, None, &context))?;
    let outcome = forges.notify(spec, outcome, &context)?;
    Ok(wait::after_task(&context, spec, outcome))
}

/// The same with any edit, which is made in each round of what stands there then; nobody is told.
///
/// # Errors
/// As [`crate::run`].
pub(crate) fn rerender(
    context: Context<'_>,
    spec: &RunSpec,
    forges: &Forges,
    edit: &dyn Fn(&mut Gitops) -> Result<Edit, Failure>,
) -> Result<Outcome, Failure> {
    let mut gitops = open::open(&context, spec)?;
    let mut made = Edit::default();
    let mut site = Site { context, gitops: &mut gitops, forges };
    let landed = land(spec, &mut site, |round| {
        round.gitops.edit(&Edits::new());
        made = edit(round.gitops)?;
        round.gitops.edit(&made.files);
        source(round, &made)
    })?;
    match landed {
        Landed::Ended(report) => Ok((*report).into()),
        Landed::Planned(planned) => outcome(spec, &made, &mut gitops, *planned),
    }
}

/// The releases that an edit touches, rendered again.
fn source(round: &mut Round<'_>, edit: &Edit) -> Result<Sourced, Failure> {
    let records = records(edit, round.gitops)?;
    round.open_branch(|| match &edit.subject {
        Some(subject) => branches::of_edit(subject, edit.app.as_deref()),
        None => branches::of_rerender(&edit.scope.clone().unwrap_or_default()),
    })?;
    let transitions = transitions(round, &records);
    let transitions = checked::with_unused_files(round, transitions)?;
    if round.spec.stage < Stage::Diff {
        return each(round.spec, transitions).map(Sourced::Ended);
    }
    let changed: Vec<(&str, &str)> =
        transitions.iter().filter(|one| one.changes()).map(Transition::names).collect();
    let subject = match (changed.as_slice(), &edit.subject) {
        (_, Some(subject)) => subject.clone(),
        ([(app, environment)], None) => format!("render({app}/{environment}): again"),
        (all, None) => format!("render: {} of {} releases again", all.len(), records.len()),
    };
    let (app, edits) = (edit.app.clone(), edit.files.clone());
    Ok(Sourced::Changes(ChangeSet { subject, app, edits, transitions, ..ChangeSet::default() }))
}

/// What stands there of the releases that an edit touches.
///
/// # Errors
/// An app that is named for its own sake, and not deployed; else as [`records::find`].
fn records(edit: &Edit, gitops: &mut Gitops) -> Result<Vec<ReleaseFile>, Failure> {
    let Some(scope) = &edit.scope else { return Ok(Vec::new()) };
    let found = records::find(scope, gitops)?;
    match (&scope.app, &edit.subject) {
        (Some(app), None) if found.is_empty() => match known_apps::is_known(app, gitops)? {
            true => Err(records::none(app, scope)),
            false => Err(known_apps::unknown(app, gitops).hint(records::with_folder(app))),
        },
        _ => Ok(found),
    }
}

/// Renders each of `records` again, with what is new in the step.
///
/// # Errors
/// Everything that is wrong with any of them, in one failure that names each; nothing is to be committed then, or some
/// of what was asked for would be done and some not.
fn transitions(round: &mut Round<'_>, records: &[ReleaseFile]) -> Result<Vec<Transition>, Failure> {
    // Hosts may go from one to another of these in one commit, so they are held against each other at the end.
    let members: BTreeSet<String> =
        records.iter().map(|record| owner(&record.app, &record.environment)).collect();
    let mut renderer = Renderer::default();
    let (mut transitions, mut failures) = (Vec::new(), Vec::new());
    for record in records {
        match alone(|| transition(round, record, &members, &mut renderer)) {
            Ok(transition) => transitions.push(transition),
            Err(failure) if matches!(failure.kind(), Kind::Unavailable | Kind::Forbidden) => {
                return Err(failure);
            }
            Err(failure) => failures.push((format!("{}/{}", record.environment, record.app), failure)),
        }
    }
    match (failures.len(), records.len()) {
        (0, _) => {}
        (1, 1) => return Err(failures.remove(0).1),
        (_, all) => {
            return Err(together(failures, all, matches!(round.spec.selection, Selection::Released(_))));
        }
    }
    let rendered = transitions.iter().filter_map(Transition::rendered);
    let twice = routes::twice(rendered.map(|one| (&one.release, &one.inputs)));
    if twice.is_empty() { Ok(transitions) } else { Err(Failure::invalid(twice)) }
}

pub(crate) fn transition(
    round: &mut Round<'_>,
    record: &ReleaseFile,
    members: &BTreeSet<String>,
    renderer: &mut Renderer,
) -> Result<Transition, Failure> {
    let (inputs, mut current, release) = decided(round.spec, record, round.gitops, members)?;
    round.add_proposed(&mut current)?;
    let tree = renderer.render(&release, &inputs, &current.release_files)?;
    Ok(Transition { current, next: Next::Rendered(Box::new(Rendered { inputs, release, tree })) })
}

/// One failure of several releases: each is named, and keeps its places and hints.
fn together(failures: Vec<(String, Failure)>, all: usize, can_leave: bool) -> Failure {
    let names: Vec<&str> = failures.iter().map(|(name, _)| name.as_str()).collect();
    let count = names.len();
    let more = if count > NAMED { format!(" and {} more", count - NAMED) } else { String::new() };
    let first = names[..count.min(NAMED)].join(", ");
    let message = format!("{count} of {all} releases cannot be rendered ({first}{more})");
    // Who would leave out that many means something else, and without all there are no others.
    let can_leave = can_leave && count <= NAMED && count < all;
    let leave = format!("to go on with the others: --without {}", names.join(","));
    let invalid = failures.iter().any(|(_, failure)| failure.kind() == Kind::Invalid);
    let code = match failures.first() {
        Some((_, first)) if !invalid => first.code,
        _ => Code::InvalidFiles,
    };
    let mut whole = Failure { is_before_writing: true, ..Failure::new(code, message) };
    for (name, failure) in failures {
        // What all of them share, such as a mistake in cupaas.yaml, is said once.
        let new: Vec<Diagnostic> =
            failure.diagnostics.iter().filter(|d| !whole.diagnostics.contains(d)).cloned().collect();
        if failure.diagnostics.is_empty() {
            whole = whole.hint(format!("{name}: {}", failure.message));
        }
        whole.diagnostics.extend(new);
        for hint in failure.hints {
            if !whole.hints.contains(&hint) {
                whole = whole.hint(hint);
            }
        }
    }
    if can_leave { whole.hint(leave) } else { whole }
}

/// One report for each release: `check`, `explain` and `render`.
///
/// # Errors
/// A folder that cannot be written to.
fn each(spec: &RunSpec, transitions: Vec<Transition>) -> Result<Report, Failure> {
    let rendered = transitions.into_iter().filter_map(|transition| match transition.next {
        Next::Rendered(one) => Some(*one),
        Next::Removed(_) => None,
    });
    let one = |Rendered { release, tree, .. }: Rendered| match spec.stage {
        Stage::Render => stages::rendered(spec, release, tree),
        Stage::Explain => Ok(Report::Explained(Box::new(release))),
        _ => Ok(Report::Checked(Box::new(release))),
    };
    let mut reports = rendered.map(one).collect::<Result<Vec<_>, _>>()?;
    Ok(if reports.len() == 1 { reports.remove(0) } else { Report::Each(reports) })
}

/// What became of an edit and of the releases that it touches.
///
/// # Errors
/// The repository's own.
pub(crate) fn outcome(
    spec: &RunSpec,
    edit: &Edit,
    gitops: &mut Gitops,
    planned: Planned,
) -> Result<Outcome, Failure> {
    let Planned { set, unchanged, plan, commit, retries, proposed, notices } = planned;
    let files: Vec<RepoPath> = set.edits.keys().cloned().collect();
    let (mut before, mut after) = (Files::new(), Files::new());
    if spec.stage == Stage::Diff {
        gitops.edit(&Edits::new());
        before = gitops.read(&files)?;
        after.extend(set.edits.iter().filter_map(|(path, text)| Some((path.clone(), text.clone()?))));
        for (current, one) in set.rendered() {
            before.extend(current.manifests.clone());
            after.extend(one.tree.applied());
        }
    }
    let makes = set.rendered().flat_map(|(_, one)| {
        one.tree.missing_secrets.iter().map(|made| format!("{} of {}", made.service, one.release.app))
    });
    let report = Rerendered {
        edited: edit.subject.is_some(),
        notes: edit.notes.clone(),
        promoted: Vec::new(),
        pin: edit.pin.clone(),
        hold: edit.hold.clone(),
        files,
        releases: set.rendered().map(|(_, one)| one.release.clone()).collect(),
        looked_at: set.transitions.len() + unchanged.len(),
        plan,
        diffs: unified(&before, &after),
        makes: makes.collect(),
        warnings: set.rendered().flat_map(|(_, one)| one.release.warnings.clone()).collect(),
        commit,
        place: spec.gitops.to_string(),
        retries,
        proposed,
        exit_code: spec.exit_code,
        subject: set.subject,
    };
    Ok(Outcome { report: Report::Rerendered(Box::new(report)), notices })
}
