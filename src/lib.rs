//! cupaas reads a `.cupaas` file from an app's repository and the platform's settings from a GitOps repository,
//! renders final Kubernetes YAML, and commits it there in one safe commit.
//!
//! [`run`] is the whole flow: load → resolve → render → plan → seal → publish → report. Effects are at both ends, the
//! middle is pure.

pub mod again;
pub mod cli;
mod decide;
pub mod diagnostic;
pub mod edit;
pub mod forge;
mod http;
mod landing;
pub mod leaving;
pub mod load;
pub mod look;
pub mod plan;
pub mod publish;
pub mod registry;
pub mod render;
pub mod report;
pub mod request;
pub mod resolve;
pub mod runner;
pub mod scaffold;
pub mod schema;
pub mod seal;
pub mod secrets;
pub mod sync;
pub mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use decide::{decide, pinned, superseded};
use diagnostic::Failure;
use edit::Edit;
use forge::Forges;
use landing::Landing;
use leaving::Leaving;
use load::gitops::{Edits, Gitops};
use load::inputs::{self, Inputs};
use load::release_file::ReleaseFile;
use load::state::State;
use plan::credentials::Past;
use plan::waiting::Remembered;
use plan::{Facts, Plan};
use publish::pace::now;
use publish::release::{About, Job, Rendered, Signature, change, changes, removal};
use publish::{Pushed, Remotes};
use render::{Renderer, Tree};
use report::{Again, Deployed, Report};
use request::{Action, GitopsPlace, Request, Stage, Step, Subject};
use resolve::release::Release;
use sync::Synced;
use tree::{Files, RepoPath};

/// Does what `request` asks for; `progress` is told what takes long.
///
/// Errors: a [`Failure`] whose kind is the exit code. Nothing was written then.
pub fn run(request: &Request, progress: &dyn Fn(&str)) -> Result<Report, Failure> {
    match &request.action {
        Action::RemoveApp(step) => remove(request, step, true, progress),
        Action::Step(step) if step.stage == Stage::Remove => remove(request, step, false, progress),
        Action::Step(step) => {
            let forges = Forges::open(step)?;
            let report = match &step.subject {
                Subject::Folder => {
                    let mut gitops = scaffold::embedded::open(request, step, progress)?;
                    pipeline(request, step, &mut gitops, &forges, progress).inspect_err(|failure| {
                        forge::tell_failure(step, failure, Some(&mut gitops), progress);
                    })?
                }
                Subject::Released(_) | Subject::Edited(_) => {
                    again(request, step, &forges, &|gitops| edit::of(step, gitops), progress)
                        .inspect_err(|failure| forge::tell_failure(step, failure, None, progress))?
                }
            };
            forges.tell(step, report, progress)
        }
        Action::Secret(asked) => secrets::run(request, asked, progress),
        Action::Sync(options, step) => sync(request, options, step, progress),
        Action::Look(look, step) => {
            let mut gitops = scaffold::embedded::open(request, step, progress)?;
            look::at(step, *look, &mut gitops)
        }
        Action::New(new, step) => {
            let catalog = scaffold::catalog(request, step.as_deref(), progress)?;
            scaffold::new(new, &catalog).map(Report::Wrote)
        }
        Action::Init(init) => scaffold::init(init, request.home.folder()?).map(Report::Wrote),
        Action::Schema(file) => report::schema(*file).map(Report::Text),
        Action::Completions(shell) => Ok(Report::Text(report::completions(*shell))),
        Action::Man => report::man().map(Report::Text),
    }
}

/// The way of every step; each stops one stage later. Someone else's push begins a deploy again from what is there
/// now, a bounded number of times.
fn pipeline(
    request: &Request,
    step: &Step,
    gitops: &mut Gitops,
    forges: &Forges,
    progress: &dyn Fn(&str),
) -> Result<Report, Failure> {
    let mut landing = Landing::begin(step);
    loop {
        // Anew in each round: the push that was first may have changed a recipe.
        let mut renderer = Renderer::default();
        let mut inputs = inputs::load(&step.asked, gitops)?;
        let (mut state, mut release) = decide(step, &mut inputs, gitops, &BTreeSet::new())?;
        if step.stage <= Stage::Dockerfile {
            return report::decided(step, &inputs, release, &mut renderer, &state);
        }
        if let Some(pin) = pinned(step, &state, &inputs) {
            return Ok(Report::Pinned { release: Box::new(release), pin });
        }
        landing.look(gitops, forges, || landing::branch_of(&release.environment, &release.app))?;
        landing.keep(gitops, &mut state)?;
        if let Some(why) = superseded(step, &state, &inputs, || landing.is_open(forges))? {
            return Ok(Report::Superseded { release: Box::new(release), why });
        }
        state.same_as_proposed(&mut release);
        let tree = renderer.render(&release, &inputs, &state.kept)?;
        if step.stage == Stage::Render {
            return rendered(step, release, tree);
        }
        let plan = compare(step, &state, &release, &tree);
        if step.stage == Stage::Diff {
            return Ok(report::differs(step, release, plan, &state, &tree));
        }
        if plan.blocked() {
            return Err(report::refused(&plan));
        }
        let same = tree.missing_secrets.is_empty() && state.same_inputs(&render::release_file(&release));
        if plan.is_empty() && same {
            match landing.withdraw(gitops, progress)? {
                Pushed::Landed { .. } => {
                    return Ok(landing.told(Report::Unchanged { release: Box::new(release) }));
                }
                Pushed::Raced => landing.next(gitops, progress)?,
            }
            continue;
        }
        let tree = sealed(tree, &release, &inputs, &state, &mut renderer)?;
        let rendered = Rendered { release: &release, tree: &tree, state: &state };
        let mut change = change(rendered, &plan, signature(request))?;
        change.files.extend(registering(step, &inputs)?);
        match landing.push(gitops, forges, &change, progress)? {
            Pushed::Landed { commit } => {
                let (place, tries, proposed) = (place(step), landing.tries(), landing.proposes());
                let deployed = Deployed { release, plan, commit, place, tries, proposed };
                return Ok(landing.told(Report::Deployed(Box::new(deployed))));
            }
            Pushed::Raced => landing.next(gitops, progress)?,
        }
    }
}

/// The way of every registered app whose branch has moved on: each goes through the pipeline by itself, and one that
/// fails stops no other.
fn sync(
    request: &Request,
    options: &sync::Options,
    step: &Step,
    progress: &dyn Fn(&str),
) -> Result<Report, Failure> {
    let mut gitops = scaffold::embedded::open(request, step, progress)?;
    let mut survey = sync::survey::read(options, step, &mut gitops)?;
    let repositories = survey.repositories().len();
    progress(&format!("asking {repositories} repositories"));
    let remotes = Arc::new(Remotes::new(options.token.clone(), options.patience)?);
    let (news, mut entries) = survey.look(options, &remotes);
    progress(&format!("fetching {} that have moved on", news.len()));
    for ready in sync::fetch::all(&news, &survey, options, &remotes, step) {
        let deploy = |step: &Step| {
            progress(&format!("deploying {}", step.asked.app.as_deref().unwrap_or_default()));
            let report = pipeline(request, step, &mut gitops, &Forges::default(), progress)?;
            if matches!(report, Report::Deployed(_)) {
                landing::refresh(&mut gitops)?;
            }
            Ok(report)
        };
        entries.push(ready.map_or_else(|said| *said, |ready| ready.through(deploy)));
    }
    Ok(Report::Synced(Box::new(Synced::new(entries, repositories, !options.apps.is_empty()))))
}

/// The way of what stands in `releases/` already: the same stages, for several releases in one commit. `edit` says in
/// each round what the run writes itself.
fn again(
    request: &Request,
    step: &Step,
    forges: &Forges,
    edit: &dyn Fn(&mut Gitops) -> Result<Edit, Failure>,
    progress: &dyn Fn(&str),
) -> Result<Report, Failure> {
    let mut gitops = scaffold::embedded::open(request, step, progress)?;
    let mut landing = Landing::begin(step);
    loop {
        // Each round edits what stands there then.
        gitops.edit(&Edits::new());
        let edit = edit(&mut gitops)?;
        gitops.edit(&edit.files);
        let records = again::records(&edit, &mut gitops)?;
        landing.look(&mut gitops, forges, || landing::branch_of_again(step, &edit))?;
        let mut drafts = again::render(step, &records, &mut gitops, &landing)?;
        if step.stage < Stage::Diff {
            return report::each(step, drafts);
        }
        drafts.retain(again::Draft::changes);
        let plan = again::plan(step, &drafts);
        let mut report = Again::new(step, &edit, &mut gitops, &drafts, records.len(), plan)?;
        if step.stage == Stage::Diff {
            return Ok(Report::Again(Box::new(report)));
        }
        if report.is_empty() {
            match landing.withdraw(&mut gitops, progress)? {
                Pushed::Landed { .. } => return Ok(landing.told(Report::Again(Box::new(report)))),
                Pushed::Raced => landing.next(&mut gitops, progress)?,
            }
            continue;
        }
        if report.plan.blocked() {
            return Err(report::refused(&report.plan));
        }
        for draft in &mut drafts {
            let tree = std::mem::take(&mut draft.tree);
            let again = &mut Renderer::default();
            draft.tree = sealed(tree, &draft.release, &draft.inputs, &draft.state, again)?;
        }
        let all: Vec<Rendered<'_>> = drafts.iter().map(again::Draft::rendered).collect();
        let about = About { subject: &report.subject, app: edit.app.as_deref() };
        let change = changes(&all, &edit.files, about, &report.plan, signature(request))?;
        match landing.push(&mut gitops, forges, &change, progress)? {
            Pushed::Landed { commit } => {
                (report.commit, report.tries, report.place) = (Some(commit), landing.tries(), place(step));
                report.proposed = landing.proposes();
                return Ok(landing.told(Report::Again(Box::new(report))));
            }
            Pushed::Raced => landing.next(&mut gitops, progress)?,
        }
    }
}

/// The file that registers an app with its first deploy.
fn registering(step: &Step, inputs: &Inputs) -> Result<BTreeMap<RepoPath, Option<Vec<u8>>>, Failure> {
    if matches!(step.gitops, GitopsPlace::Embedded(_)) {
        return Ok(BTreeMap::new());
    }
    let files = edit::first_deploy(inputs)?.into_iter();
    Ok(files.map(|(path, text)| (path, text.map(String::into_bytes))).collect())
}

fn rendered(step: &Step, release: Release, tree: Tree) -> Result<Report, Failure> {
    if let Some(folder) = &step.out {
        scaffold::write_files(folder, &tree.files)?;
    }
    Ok(Report::Rendered { release: Box::new(release), files: tree.files, out: step.out.clone() })
}

fn compare(step: &Step, state: &State, release: &Release, tree: &Tree) -> Plan {
    let facts = Facts { expandable: release.platform.expandable };
    let after = tree.applied();
    let mut plan = plan::compare(&state.before, &after, &step.allow_data_loss, facts);
    judge(&mut plan, step, state, (tree, &after), facts);
    plan
}

/// Adds to a plan what is so because data waits, or because a service knows its credentials. With the tree comes what
/// of it is applied.
fn judge(plan: &mut Plan, step: &Step, state: &State, (tree, after): (&Tree, &Files), facts: Facts) {
    if let Some(ReleaseFile { versions, claims, elsewhere, app, environment, .. }) = &state.previous {
        let past = Past { before: &state.before, versions, elsewhere };
        let owner = (environment.as_str(), app.as_str());
        plan::credentials::judge(plan, &tree.missing_secrets, past, owner, &step.allow_data_loss);
        let remembered = Remembered { versions, claims };
        plan::waiting::judge(plan, &state.before, after, remembered, &step.allow_data_loss, facts);
    }
}

/// Makes what a release lacks, and renders it once more: pods carry a hash of what is sealed.
fn sealed(
    tree: Tree,
    release: &Release,
    inputs: &Inputs,
    state: &State,
    renderer: &mut Renderer,
) -> Result<Tree, Failure> {
    if tree.missing_secrets.is_empty() {
        return Ok(tree);
    }
    let mut kept = state.kept.clone();
    kept.extend(seal::release::seal(&tree, release, inputs, now())?);
    renderer.render(release, inputs, &kept)
}

fn signature(request: &Request) -> Signature<'_> {
    let job = Job { url: request.run_url.as_deref(), actor: request.actor.as_deref() };
    Signature { author: &request.author, time: now(), job }
}

fn place(step: &Step) -> String {
    match &step.gitops {
        GitopsPlace::Address(address) => address.as_str().to_owned(),
        GitopsPlace::Folder(folder) | GitopsPlace::Embedded(folder) => folder.display().to_string(),
    }
}

/// Takes an app away, from one environment or as a whole. Its files need not be at hand: the last releases say what
/// there is.
fn remove(request: &Request, step: &Step, whole: bool, progress: &dyn Fn(&str)) -> Result<Report, Failure> {
    let forges = Forges::open(step)?;
    let mut gitops = scaffold::embedded::open(request, step, progress)?;
    let mut landing = Landing::begin(step);
    loop {
        let leaving = Leaving::find(step, whole, &mut gitops)?;
        landing.look(&mut gitops, &forges, || landing::branch_of_leaving(&leaving))?;
        let (pushed, plan) = if leaving.is_empty() {
            (landing.withdraw(&mut gitops, progress)?, None)
        } else {
            let plan = leaving.plan(step);
            if plan.blocked() {
                return Err(report::refused(&plan));
            }
            let about = About { subject: &leaving.subject(), app: Some(&leaving.app) };
            let change = removal(about, &leaving.releases, &leaving.edits, signature(request))?;
            (landing.push(&mut gitops, &forges, &change, progress)?, Some(plan))
        };
        let proposed = landing.proposes();
        let report = match (pushed, plan) {
            (Pushed::Landed { commit }, Some(plan)) => Report::Removed { leaving, plan, commit, proposed },
            (Pushed::Landed { .. }, None) => Report::Absent(leaving),
            (Pushed::Raced, _) => {
                landing.next(&mut gitops, progress)?;
                continue;
            }
        };
        return forges.tell(step, landing.told(report), progress);
    }
}
