//! Releases that stand in `releases/` → the same releases decided and rendered again, and one plan over all of them.
//! What a command edits in people's files is seen by it, and lands in the same commit.

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Failure, Kind};
use crate::edit::Edit;
use crate::landing::Landing;
use crate::load::gitops::Gitops;
use crate::load::inputs::{Asked, Inputs};
use crate::load::known;
use crate::load::release_file::ReleaseFile;
use crate::load::released;
use crate::load::state::State;
use crate::plan::{self, Facts, Plan};
use crate::publish::release::Rendered;
use crate::render::{Renderer, Tree, release_file};
use crate::request::{Step, Subject};
use crate::resolve::image::Pinned;
use crate::resolve::release::Release;
use crate::resolve::routes;
use crate::tree::Files;

/// The most releases that a failure names.
const NAMED: usize = 10;

/// One release on its way into the repository.
#[derive(Debug)]
pub struct Draft {
    /// What it was decided from.
    pub inputs: Inputs,
    /// What stands in its place.
    pub state: State,
    /// What was decided.
    pub release: Release,
    /// What it became.
    pub tree: Tree,
}

impl Draft {
    /// Whether committing it would change anything.
    pub fn changes(&self) -> bool {
        !self.tree.missing_secrets.is_empty()
            || self.state.before != self.tree.applied()
            || !self.state.same_inputs(&release_file(&self.release))
    }

    /// What is to be committed.
    pub fn rendered(&self) -> Rendered<'_> {
        Rendered { release: &self.release, tree: &self.tree, state: &self.state }
    }
}

/// What stands there of the releases that an edit touches.
///
/// Errors: an app that is named for its own sake, and not deployed; else as [`released::find`].
pub fn records(edit: &Edit, gitops: &mut Gitops) -> Result<Vec<ReleaseFile>, Failure> {
    let Some(scope) = &edit.scope else { return Ok(Vec::new()) };
    let records = released::find(scope, gitops)?;
    match (&scope.app, &edit.subject) {
        (Some(app), None) if records.is_empty() => match known::is_known(app, gitops)? {
            true => Err(released::none(app, scope)),
            false => Err(known::unknown(app, gitops).hint(released::with_folder(app))),
        },
        _ => Ok(records),
    }
}

/// Renders each of `records` again, with what is new in `step`.
///
/// Errors: everything that is wrong with any of them, in one failure that names each; nothing is to be committed then,
/// or some of what was asked for would be done and some not.
pub(crate) fn render(
    step: &Step,
    records: &[ReleaseFile],
    gitops: &mut Gitops,
    landing: &Landing<'_>,
) -> Result<Vec<Draft>, Failure> {
    // Hosts may go from one to another of these in one commit, so they are held against each other at the end.
    let members: BTreeSet<String> =
        records.iter().map(|record| routes::owner(&record.app, &record.environment)).collect();
    let mut renderer = Renderer::default();
    let (mut drafts, mut failures) = (Vec::new(), Vec::new());
    for record in records {
        match draft(step, record, &members, (&mut *gitops, landing), &mut renderer) {
            Ok(draft) => drafts.push(draft),
            Err(failure) if matches!(failure.kind, Kind::Unavailable | Kind::Forbidden) => {
                return Err(failure);
            }
            Err(failure) => failures.push((format!("{}/{}", record.environment, record.app), failure)),
        }
    }
    match (failures.len(), records.len()) {
        (0, _) => {}
        (1, 1) => return Err(failures.remove(0).1),
        (_, all) => return Err(together(failures, all, matches!(step.subject, Subject::Released(_)))),
    }
    let twice = routes::twice(drafts.iter().map(|draft| (&draft.release, &draft.inputs)));
    if twice.is_empty() { Ok(drafts) } else { Err(Failure::invalid(twice)) }
}

fn draft(
    step: &Step,
    record: &ReleaseFile,
    members: &BTreeSet<String>,
    (gitops, landing): (&mut Gitops, &Landing<'_>),
    renderer: &mut Renderer,
) -> Result<Draft, Failure> {
    // An image that an edit names has its place in the edited file.
    let named = match step.subject {
        Subject::Edited(_) => Asked { image: None, ..step.asked.clone() },
        _ => step.asked.clone(),
    };
    let mut inputs = released::load(record, &named, gitops)?;
    if let (Some(_), Some(pin)) = (&named.image, Pinned::of(&inputs, &record.environment)) {
        return Err(pin.refused());
    }
    let (mut state, release) = crate::decide::decide(step, &mut inputs, gitops, members)?;
    landing.keep(gitops, &mut state)?;
    let tree = renderer.render(&release, &inputs, &state.kept)?;
    Ok(Draft { inputs, state, release, tree })
}

/// One failure of several releases: each is named, and keeps its places and hints.
fn together(failures: Vec<(String, Failure)>, all: usize, can_leave: bool) -> Failure {
    let names: Vec<&str> = failures.iter().map(|(name, _)| name.as_str()).collect();
    let count = names.len();
    let more = if count > NAMED { format!(" and {} more", count - NAMED) } else { String::new() };
    let first = names[..count.min(NAMED)].join(", ");
    let message =
        format!("{count} of {all} releases cannot be rendered ({first}{more}), nothing was written");
    // Who would leave out that many means something else.
    let can_leave = can_leave && count <= NAMED;
    let leave = format!("to go on with the others: --without {}", names.join(","));
    let invalid = failures.iter().any(|(_, failure)| failure.kind == Kind::Invalid);
    let kind = match failures.first() {
        Some((_, first)) if !invalid => first.kind,
        _ => Kind::Invalid,
    };
    let mut whole = Failure::new(kind, message);
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

/// What committing all of them would do: one plan.
pub fn plan(step: &Step, drafts: &[Draft]) -> Plan {
    let expandable = drafts.iter().all(|draft| draft.release.platform.expandable);
    let facts = Facts { expandable };
    let (mut before, mut after) = (Files::new(), Files::new());
    let each: Vec<(&Draft, Files)> = drafts.iter().map(|draft| (draft, draft.tree.applied())).collect();
    for (draft, applied) in &each {
        before.extend(draft.state.before.clone());
        after.extend(applied.clone());
    }
    let mut plan = plan::compare(&before, &after, &step.allow_data_loss, facts);
    for (draft, applied) in &each {
        crate::judge(&mut plan, step, &draft.state, (&draft.tree, applied), facts);
    }
    plan
}
