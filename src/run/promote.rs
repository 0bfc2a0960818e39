//! `promote`: what is recorded of a release in one environment, by the rules of another. Nothing is looked up again: the
//! image is the recorded one, byte for byte, and so are the app's files.

use std::collections::BTreeSet;

use crate::diagnostic::{Code, Failure};
use crate::image_name::ImageName;
use crate::load::app_name::app_of;
use crate::load::current::Current;
use crate::load::gitops::Gitops;
use crate::load::hold::Held;
use crate::load::inputs::Inputs;
use crate::load::query::ReleaseQuery;
use crate::load::records::{self, Scope};
use crate::load::release_file::ReleaseFile;
use crate::load::{environments, known_apps, released};
use crate::outcome::compared::{Moved, Promoted};
use crate::outcome::{Outcome, Report};
use crate::plan::ObjectChange;
use crate::publish::{ChangeSet, Next, Rendered, Transition};
use crate::render::Renderer;
use crate::repository::short;
use crate::resolve::image::Pinned;
use crate::resolve::release::Release;
use crate::resolve::routes;
use crate::resolve::unlike::unlike;
use crate::run::context::Context;
use crate::run::edit::Edit;
use crate::run::gates::{self, Unmet};
use crate::run::land::{Landed, Round, Site, Sourced, land};
use crate::run::notify::{self, Forges};
use crate::run::spec::{RunSpec, Stage};
use crate::run::{branches, decide, held, open, overtaken, ownership, recorded, rerender};

/// What `promote` was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promotion {
    /// Where the releases are.
    pub from: String,
    /// Where they go.
    pub to: String,
    /// The apps; default: the one that the run is about.
    pub apps: BTreeSet<String>,
    /// All of them.
    pub all: bool,
    /// Left out by name.
    pub without: BTreeSet<String>,
    /// Whether what settings have become since the last deploy may come along.
    pub with_settings: bool,
}

/// Takes releases from one environment to another, all in one commit or none.
///
/// # Errors
/// As [`crate::run`].
pub(crate) fn run(context: Context<'_>, promotion: &Promotion, spec: &RunSpec) -> Result<Outcome, Failure> {
    let forges = Forges::open(spec)?;
    let outcome = promoted(context, promotion, spec, &forges)
        .inspect_err(|failure| notify::failure(spec, failure, None, &context))?;
    forges.notify(spec, outcome, &context)
}

fn promoted(
    context: Context<'_>,
    promotion: &Promotion,
    spec: &RunSpec,
    forges: &Forges,
) -> Result<Outcome, Failure> {
    let mut gitops = open::open(&context, spec)?;
    let mut lists = Vec::new();
    let mut edit = Edit::default();
    let mut site = Site { context, gitops: &mut gitops, forges };
    let landed = land(spec, &mut site, |round| {
        let found = source(round, promotion)?;
        (lists, edit.notes) = (found.lists, found.notes);
        edit.subject = Some(found.set.subject.clone());
        Ok(Sourced::Changes(found.set))
    })?;
    match landed {
        Landed::Ended(report) => Ok((*report).into()),
        Landed::Planned(planned) => {
            let mut outcome = rerender::outcome(spec, &edit, &mut gitops, *planned)?;
            if let Report::Rerendered(done) = &mut outcome.report {
                done.promoted = lists;
            }
            Ok(outcome)
        }
    }
}

/// What is to be committed, and what is to be said of it.
struct Sources {
    set: ChangeSet,
    lists: Vec<Promoted>,
    notes: Vec<String>,
}

/// The same of one app; one that is held there is left as it is.
#[derive(Default)]
struct One {
    transition: Option<Transition>,
    lists: Option<Promoted>,
    note: Option<String>,
    unmet: Vec<Unmet>,
}

fn source(round: &mut Round<'_>, promotion: &Promotion) -> Result<Sources, Failure> {
    let Promotion { from, to, .. } = promotion;
    let platform = round.gitops.platform()?;
    for environment in [from, to] {
        environments::known(environment, &platform.value)?;
    }
    let records = chosen(round.spec, promotion, round.gitops)?;
    let app = match records.as_slice() {
        [one] => Some(one.app.clone()),
        _ => None,
    };
    let subject = match records.as_slice() {
        [one] => format!("promote({}): {from} to {to}{}", one.app, at(one)),
        all => format!("promote: {} apps from {from} to {to}", all.len()),
    };
    round.open_branch(|| branches::of_promotion(to, app.as_deref()))?;
    let mut renderer = Renderer::default();
    let (mut transitions, mut lists, mut notes) = (Vec::new(), Vec::new(), Vec::new());
    let mut unmet = Vec::new();
    for record in &records {
        let one = one(round, promotion, record, &mut renderer)?;
        transitions.extend(one.transition);
        lists.extend(one.lists);
        notes.extend(one.note);
        unmet.extend(one.unmet.into_iter().filter(|gate| !unmet.contains(gate)).collect::<Vec<_>>());
    }
    let rendered = transitions.iter().filter_map(Transition::rendered);
    let twice = routes::twice(rendered.map(|one| (&one.release, &one.inputs)));
    if !twice.is_empty() {
        return Err(Failure::invalid(twice));
    }
    let overridden = match round.spec.stage >= Stage::Deploy {
        true => gates::pass(round.spec, to, &unmet)?,
        false => None,
    };
    notes.extend(gates::notes(&unmet));
    let set = ChangeSet { subject, app, transitions, overridden, reviewed: true, ..ChangeSet::default() };
    Ok(Sources { set, lists, notes })
}

fn at(record: &ReleaseFile) -> String {
    record.source.commit.as_deref().map(|commit| format!(", {}", short(commit))).unwrap_or_default()
}

/// The releases that are promoted.
///
/// # Errors
/// An app that is not deployed there.
fn chosen(spec: &RunSpec, promotion: &Promotion, gitops: &mut Gitops) -> Result<Vec<ReleaseFile>, Failure> {
    let Promotion { from, without, all, .. } = promotion;
    let mut apps = promotion.apps.clone();
    if apps.is_empty() && !all {
        apps.insert(app_of(&spec.query, gitops)?);
    }
    let one = apps.first().filter(|_| apps.len() == 1);
    let scope = Scope { app: one.cloned(), environment: Some(from.clone()), without: without.clone() };
    let mut found = records::find(&scope, gitops)?;
    found.retain(|record| apps.is_empty() || apps.contains(&record.app));
    for app in &apps {
        if found.iter().any(|record| record.app == *app) {
            continue;
        }
        return Err(match known_apps::is_known(app, gitops)? {
            true => records::none(app, &Scope::of(app, Some(from))),
            false => known_apps::unknown(app, gitops),
        });
    }
    if found.is_empty() {
        return Err(Failure::new(Code::NotDeployed, format!("nothing is deployed in {from}")));
    }
    Ok(found)
}

/// One release by the rules of the other environment, and what there is to say of it.
fn one(
    round: &mut Round<'_>,
    promotion: &Promotion,
    record: &ReleaseFile,
    renderer: &mut Renderer,
) -> Result<One, Failure> {
    by_digest(record)?;
    let there = records::find(&Scope::of(&record.app, Some(&promotion.to)), round.gitops)?.pop();
    let (inputs, mut current, mut release) = decided(round, promotion, record, there.as_ref())?;
    if let Some(other) = ownership::other_owner(&current, &record.source, None) {
        return Err(other);
    }
    if let Some(held) = held::back(round.spec, &current, &release, round.orders)? {
        let Held { app, environment, hold } = &held;
        let note = format!(
            "{app} in {environment} stays as it is: {}; to end that: `{}`",
            hold.words(),
            held.remedy()
        );
        return Ok(One { note: Some(note), ..One::default() });
    }
    round.add_proposed(&mut current)?;
    let overtaken =
        overtaken::by(round.spec, &current, current.previous.as_ref(), &inputs, round.orders, "deployed")?;
    if let Some(why) = overtaken.why.filter(|_| !round.spec.allow_older) {
        let message =
            format!("{} in {} is newer than what would be promoted: {why}", record.app, promotion.to);
        return Err(
            Failure::new(Code::PromotesOlder, message).hint("to go back to it all the same: --allow-older")
        );
    }
    release.warnings.extend(overtaken.warning);
    let settings = settings(round, there.as_ref(), renderer)?;
    if !settings.is_empty() && !promotion.with_settings && round.spec.stage >= Stage::Deploy {
        return Err(unasked(&record.app, promotion, &settings));
    }
    let (_, _, before) = recorded::decided(round.spec, record, round.gitops, &BTreeSet::new())?;
    let lists = Promoted {
        app: record.app.clone(),
        from: promotion.from.clone(),
        to: promotion.to.clone(),
        along: along(there.as_ref(), record),
        stays: unlike(&before.decisions, &release.decisions),
        settings,
    };
    let unasked = !lists.settings.is_empty() && !promotion.with_settings;
    let note =
        unasked.then(|| format!("{}: what is no part of the release needs --with-settings", record.app));
    let tree = renderer.render(&release, &inputs, &current.release_files)?;
    let transition =
        Transition { current, next: Next::Rendered(Box::new(Rendered { inputs, release, tree })) };
    // What stands there already passes nothing, whatever its settings have become.
    let unmet = match gates::brings_a_release(&transition) {
        true => gates::unmet(round.spec, round.gitops, record, &promotion.to)?,
        false => Vec::new(),
    };
    Ok(One { transition: Some(transition), lists: Some(lists), note, unmet })
}

/// A tag may be another image by now, which nobody has tried.
fn by_digest(record: &ReleaseFile) -> Result<(), Failure> {
    if ImageName::parse(&record.image).is_some_and(|image| image.digest.is_some()) {
        return Ok(());
    }
    let ReleaseFile { app, environment, image, .. } = record;
    let message = format!(
        "{app} in {environment} runs an image that is named by a tag, {image}: what was tried there is not known for sure"
    );
    Err(Failure::new(Code::ImageByTag, message)
        .hint(format!("deploy it in {environment} by its digest first: `cupaas deploy --env {environment} --image NAME@sha256:…`"))
        .hint("the workflow that `cupaas new` writes does that"))
}

/// The record, decided as if it stood in the other environment. What belongs to that one stays: the variables of its
/// command line, and what its last deploy recorded of services and volumes.
fn decided(
    round: &mut Round<'_>,
    promotion: &Promotion,
    record: &ReleaseFile,
    there: Option<&ReleaseFile>,
) -> Result<(Inputs, Current, Release), Failure> {
    let platform = round.gitops.platform()?;
    let cluster = platform.value.environments.get(&promotion.to).map(|one| one.cluster.0.clone());
    let moved = ReleaseFile {
        environment: promotion.to.clone(),
        cluster: cluster.unwrap_or_default(),
        hold: None,
        set: there.map(|there| there.set.clone()).unwrap_or_default(),
        ..record.clone()
    };
    let query = ReleaseQuery { image: Some(record.image.clone()), ..round.spec.query.clone() };
    let mut inputs = released::load(&moved, &query, round.gitops)?;
    if let Some(pin) = Pinned::of(&inputs, &promotion.to) {
        return Err(pin.refused());
    }
    let (current, release) = decide::decide(round.spec, &mut inputs, round.gitops, &BTreeSet::new())?;
    Ok((inputs, current, release))
}

/// What rendering the release that stands there again would change: settings have become other ones since.
fn settings(
    round: &mut Round<'_>,
    there: Option<&ReleaseFile>,
    renderer: &mut Renderer,
) -> Result<Vec<ObjectChange>, Failure> {
    let Some(there) = there else { return Ok(Vec::new()) };
    let again = rerender::transition(round, there, &BTreeSet::new(), renderer)?;
    if !again.changes() {
        return Ok(Vec::new());
    }
    let set = ChangeSet { transitions: vec![again], ..ChangeSet::default() };
    Ok(set.plan(&round.spec.allow_data_loss).changes)
}

fn unasked(app: &str, promotion: &Promotion, settings: &[ObjectChange]) -> Failure {
    const NAMED: usize = 5;
    let Promotion { from, to, .. } = promotion;
    let names: Vec<String> =
        settings.iter().take(NAMED).map(|one| format!("{} {}", one.object.kind, one.object.name)).collect();
    let more = settings.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let message = format!(
        "promoting {app} from {from} to {to} would also change what is no part of the release: {}{more}",
        names.join(", ")
    );
    Failure::new(Code::SettingsChanged, message)
        .hint(format!("to see it: `cupaas diff --app {app} --env {to}`"))
        .hint(format!(
            "deploy that first, `cupaas deploy --app {app} --env {to}`, or let it come along: --with-settings"
        ))
}

/// The parts of the release that are unlike what stands there.
fn along(there: Option<&ReleaseFile>, record: &ReleaseFile) -> Vec<Moved> {
    let mut all = Vec::new();
    let mut add = |what: &str, was: Option<String>, is: Option<String>| {
        if was != is {
            all.push(Moved { what: what.to_owned(), was, is });
        }
    };
    add("commit", there.and_then(|there| there.source.commit.clone()), record.source.commit.clone());
    add("image", there.map(|there| there.image.clone()), Some(record.image.clone()));
    add("runtime", there.map(|there| there.runtime.clone()), Some(record.runtime.clone()));
    let files: BTreeSet<&String> =
        there.into_iter().flat_map(|there| there.files.keys()).chain(record.files.keys()).collect();
    for file in files {
        add(file, there.and_then(|there| there.files.get(file).cloned()), record.files.get(file).cloned());
    }
    all
}
