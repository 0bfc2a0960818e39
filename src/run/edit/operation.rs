//! `restart`, `scale`, `stop`, `start` and `maintenance`: how an app is operated in an environment, in its registration.

use std::collections::BTreeSet;

use crate::clock::rfc3339;
use crate::diagnostic::{Code, Failure, typed};
use crate::load::gitops::Gitops;
use crate::load::known_apps;
use crate::load::platform::RegisteredEnvironment;
use crate::load::process_entry::Scale;
use crate::load::records::Scope;
use crate::publish::Signature;
use crate::resolve::release::{ProcessKind, Release};
use crate::run::edit::command::{Operate, Scales};
use crate::run::edit::image::where_to;
use crate::run::edit::registered_app::Edit;
use crate::run::recorded::decided;
use crate::run::spec::RunSpec;
use crate::yaml::edit::YamlEdit;

/// Writes what was asked for into the environment's part of the registration.
///
/// # Errors
/// An app that is not deployed there, a process that it has not, or a file that cannot be edited.
pub(super) fn operate(
    spec: &RunSpec,
    asked: &Operate,
    signature: &Signature<'_>,
    gitops: &mut Gitops,
) -> Result<Edit, Failure> {
    let (known, environment) = where_to(spec, gitops)?;
    let scope = Scope::of(&known.name, Some(&environment));
    let Some(record) = known.releases.iter().find(|release| release.environment == environment) else {
        return Err(known_apps::no_release(&known.name, &scope, gitops));
    };
    let own = known.file.value.environments.get(&environment).cloned().unwrap_or_default();
    let path = |keys: &[&str]| -> Vec<String> {
        ["environments", environment.as_str()].iter().chain(keys).map(|key| (*key).to_owned()).collect()
    };
    let of = format!("({}/{environment})", known.name);
    let maintenance = path(&["maintenance"]);
    let (changes, subject, notes) = match asked {
        Operate::Restart(at) => {
            let changes = vec![YamlEdit::Set(path(&["restart"]), at.clone())];
            (changes, format!("restart{of}: {at}"), while_stopped(&own))
        }
        Operate::Stop => {
            let changes = vec![YamlEdit::Plain(path(&["stopped"]), "true".to_owned())];
            let note = "services go on running, and all data stays; `cupaas start` undoes it".to_owned();
            (changes, format!("stop{of}"), vec![note])
        }
        Operate::Start => (vec![YamlEdit::Unset(path(&["stopped"]))], format!("start{of}"), Vec::new()),
        Operate::MaintenanceOn => {
            let release = decided(spec, record, gitops, &BTreeSet::new())?.2;
            let notes = in_maintenance(&release, &own)?;
            (announce(&own, maintenance, signature), format!("maintenance{of}: on"), notes)
        }
        Operate::MaintenanceOff => {
            let notes = own.stopped.then(|| "it is stopped: `cupaas start` starts it".to_owned());
            let changes = vec![YamlEdit::Unset(maintenance)];
            (changes, format!("maintenance{of}: off"), notes.into_iter().collect())
        }
        Operate::Scale(scales) => {
            let release = decided(spec, record, gitops, &BTreeSet::new())?.2;
            let mut notes = check(scales, &own, &release)?;
            notes.extend(while_stopped(&own));
            let (changes, words) = scale(scales, &own, &path);
            (changes, format!("scale{of}: {words}"), notes)
        }
    };
    Ok(Edit {
        files: known.changed(&changes)?,
        app: Some(known.name.clone()),
        scope: Some(scope),
        subject: Some(subject),
        notes,
        ..Edit::default()
    })
}

fn while_stopped(own: &RegisteredEnvironment) -> Vec<String> {
    let note = || "it is stopped: this counts from `cupaas start` on".to_owned();
    own.stopped.then(note).into_iter().collect()
}

/// The edits that say since when it is in maintenance, and by whom; none where it is already.
fn announce(own: &RegisteredEnvironment, place: Vec<String>, signature: &Signature<'_>) -> Vec<YamlEdit> {
    if own.maintenance.is_some() {
        return Vec::new();
    }
    let at = |key: &str| place.iter().cloned().chain([key.to_owned()]).collect();
    let by = signature.job.actor.unwrap_or(&signature.author.name);
    let by = by.split(char::is_control).collect::<Vec<_>>().join(" ");
    let since = rfc3339(signature.time).unwrap_or_default();
    // Where `false` stands, a mapping takes its place.
    vec![
        YamlEdit::Unset(place.clone()),
        YamlEdit::Set(at("since"), since),
        YamlEdit::Set(at("by"), by.trim().to_owned()),
    ]
}

/// What goes on while a page answers for this release.
///
/// # Errors
/// A release that no route leads to.
fn in_maintenance(release: &Release, own: &RegisteredEnvironment) -> Result<Vec<String>, Failure> {
    let Release { app, environment, .. } = release;
    if release.route.is_none() {
        let message =
            format!("{app} has no address in {environment}, so there is nothing that a page could answer");
        let hint = "an address needs a process `web`, and a domain of the environment or of the app; `cupaas stop` stops \
                    processes";
        return Err(Failure::new(Code::NothingRuns, message).hint(hint));
    }
    let runs = if own.stopped { "its processes stay stopped" } else { "its processes run on" };
    let mut notes = vec![format!(
        "{runs}, its schedules are suspended; `cupaas maintenance off {app} --env {environment}` undoes it"
    )];
    let public = release.services.iter().filter(|service| service.route.is_some());
    let public: Vec<&str> = public.map(|service| service.name.as_str()).collect();
    if !public.is_empty() {
        notes.push(format!("addresses of public services answer as ever: {}", public.join(", ")));
    }
    Ok(notes)
}

/// Refuses what scales nothing, and says what else ends with it.
fn check(scales: &Scales, own: &RegisteredEnvironment, release: &Release) -> Result<Vec<String>, Failure> {
    let mut notes = Vec::new();
    for (name, count) in &scales.set {
        // What the app has outgrown can be taken out.
        if count.is_none() && own.scale.contains_key(name) {
            continue;
        }
        let process = release.process(name, "scale")?;
        if process.kind == ProcessKind::Scheduled {
            let message = format!("{name:?} runs by its schedule, and has no scale");
            let hint = "`cupaas stop` suspends it with all others";
            return Err(typed(Code::InvalidArgument, "scale", name, message, hint));
        }
        if count.is_some() && process.autoscale.is_some() {
            notes.push(format!("{name} no longer follows its load, until `cupaas scale {name}=-`"));
        }
    }
    Ok(notes)
}

/// The edits, and what they are in words. A mapping that a person wrote gives way to a number.
fn scale(
    scales: &Scales,
    own: &RegisteredEnvironment,
    path: &dyn Fn(&[&str]) -> Vec<String>,
) -> (Vec<YamlEdit>, String) {
    let (mut changes, mut words) = (Vec::new(), Vec::new());
    if scales.reset {
        changes.extend(own.scale.keys().map(|name| YamlEdit::Unset(path(&["scale", name]))));
        words.push("reset".to_owned());
    }
    for (name, count) in &scales.set {
        let place = path(&["scale", name]);
        let is_mapping = matches!(own.scale.get(name), Some(Scale::Auto { .. }));
        match count {
            Some(count) => {
                changes.extend(is_mapping.then(|| YamlEdit::Unset(place.clone())));
                changes.push(YamlEdit::Plain(place, count.to_string()));
                words.push(format!("{name}={count}"));
            }
            None => {
                changes.push(YamlEdit::Unset(place));
                words.push(format!("{name}=-"));
            }
        }
    }
    (changes, words.join(" "))
}
