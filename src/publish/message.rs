//! A change set → its commit's message: what it is, what it adds up to, and trailers that lead back to where it came
//! from.

use crate::plan::Plan;
use crate::publish::change_set::{ChangeSet, Next, Transition};
use crate::publish::signature::Job;
use crate::repository::short;
use crate::resolve::release::Release;

/// The most names that a message lists.
const NAMED: usize = 20;

/// The first line of a deploy.
pub(crate) fn deploy_subject(release: &Release) -> String {
    let from = match &release.source.commit {
        Some(commit) => short(commit),
        None => release.image.reference.rsplit(['/', '@']).next().unwrap_or_default(),
    };
    format!("deploy({}/{}): {from}", release.app, release.environment)
}

pub(super) fn message(set: &ChangeSet, plan: &Plan, job: Job<'_>) -> String {
    let mut text = format!("{}\n\n", set.subject);
    let removes = |one: &Transition| matches!(one.next, Next::Removed(_));
    if set.rendered().next().is_some() {
        text.push_str(&counts(plan));
    }
    if set.transitions.iter().any(removes) {
        text.push_str("Data, credentials and what the app was made from stay.\n\n");
    }
    match set.transitions.as_slice() {
        [one] => release_trailers(&mut text, one),
        all => {
            trailer(&mut text, "Cupaas-App", set.app.as_deref());
            for one in all {
                let (app, environment) = one.names();
                trailer(&mut text, "Cupaas-Release", Some(&format!("{environment}/{app}")));
            }
        }
    }
    let several = set.transitions.len() > 1;
    for one in &set.approved {
        let (app, environment) = &one.release;
        let of = if several { format!(" for {environment}/{app}") } else { String::new() };
        trailer(&mut text, "Cupaas-Approved-By", Some(&format!("{} ({}){of}", one.login, one.pull_request)));
    }
    trailer(&mut text, "Cupaas-Override", set.overridden.as_deref());
    trailer(&mut text, "Cupaas-Run", job.url);
    trailer(&mut text, "Cupaas-Actor", job.actor);
    text
}

/// What the plan adds up to, as a paragraph.
fn counts(plan: &Plan) -> String {
    let summary = plan.summary();
    let (new, changed, gone) = (summary.created, summary.updated, summary.deleted);
    let mut text = format!("{new} created, {changed} changed, {gone} deleted");
    for (what, names) in [("restarts", &summary.restarts), ("runs", &summary.jobs)] {
        match names.len() {
            0 => {}
            1..=NAMED => text.push_str(&format!("; {what} {}", names.join(", "))),
            all => text.push_str(&format!("; {what} {} and {} more", names[..NAMED].join(", "), all - NAMED)),
        }
    }
    text + "\n\n"
}

fn release_trailers(text: &mut String, one: &Transition) {
    let ((app, environment), source) = (one.names(), one.source());
    let at = match (&source.repository, &source.commit) {
        (Some(repository), Some(commit)) => Some(format!("{repository}@{commit}")),
        (None, Some(commit)) => Some(commit.clone()),
        (repository, None) => repository.clone(),
    };
    let lines = [
        ("Cupaas-App", Some(app)),
        ("Cupaas-Environment", Some(environment)),
        ("Cupaas-Source", at.as_deref()),
        ("Cupaas-Path", Some(source.path.as_str()).filter(|path| !path.is_empty())),
        ("Cupaas-Image", Some(one.image())),
    ];
    for (key, value) in lines {
        trailer(text, key, value);
    }
}

fn trailer(text: &mut String, key: &str, value: Option<&str>) {
    // A trailer is one line, whatever a value holds.
    let value = value.map(|value| value.split(|c: char| c.is_control()).collect::<Vec<_>>().join(" "));
    if let Some(value) = value {
        text.push_str(&format!("{key}: {}\n", value.trim()));
    }
}
