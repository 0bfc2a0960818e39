//! What going back does not take back, in words: commands that ran, and what has changed around the app since.

use std::collections::BTreeMap;

use crate::diagnostic::{Failure, Source};
use crate::layout::path;
use crate::load::gitops::Gitops;
use crate::load::platform::{PlatformFile, RegistrationFile};
use crate::load::records;
use crate::load::registered::file_of;
use crate::load::release_file::ReleaseFile;
use crate::load::scalars::{Named, Text};
use crate::resolve::release::Release;
use crate::run::held;
use crate::run::rollback::name;
use crate::run::rollback::past::Found;
use crate::tree::{Files, RepoPath};
use crate::yaml::document;

/// The most of a kind that is named.
const NAMED: usize = 10;

/// One line each.
///
/// # Errors
/// The repository's own.
pub(super) fn notes(
    found: &Found,
    now: &ReleaseFile,
    release: &Release,
    gitops: &mut Gitops,
) -> Result<Vec<String>, Failure> {
    let mut notes = Vec::new();
    let ran: Vec<&str> = found.since.iter().filter(|one| has_command(one)).map(name).collect();
    if !ran.is_empty() {
        notes.push(format!("what the release command of {} did is not undone", listed(&ran)));
    }
    notes.extend(data(&found.record, now));
    let places = [path("cupaas.yaml")?, file_of(&now.app)?];
    let (then, today) = (gitops.read_at(&found.commit, &places)?, gitops.read(&places)?);
    for place in &places {
        let of = |files: &Files| variables(files, place, &now.environment);
        let changed = differing(&of(&then), &of(&today));
        if !changed.is_empty() {
            let names: Vec<&str> = changed.iter().map(String::as_str).collect();
            notes.push(format!("{place} has changed since, and stays as it is: {}", listed(&names)));
        }
    }
    if let Some(held) = release.hold.as_ref().and_then(|_| held::of(&crate::render::release_file(release))) {
        notes.push(format!("held: {}; to let it go: {}", held.hold.words(), held.remedy()));
    }
    Ok(notes)
}

/// Whether an app had a command that ran before its processes.
fn has_command(record: &ReleaseFile) -> bool {
    let own = records::app_file(record).is_some_and(|app| app.value.release.is_some());
    let procfile = record.files.get("Procfile").map(String::as_str).unwrap_or_default();
    let line = |line: &str| line.split_once(':').is_some_and(|(name, _)| name.trim() == "release");
    own || procfile.lines().any(line)
}

/// Services and volumes that are other ones than they were.
fn data(then: &ReleaseFile, now: &ReleaseFile) -> Vec<String> {
    let mut notes = Vec::new();
    for (service, version) in &now.versions {
        match then.versions.get(service) {
            Some(was) if was != version => {
                notes.push(format!(
                    "service {service} ran {was} then, and {version} now; its data stays what it is"
                ));
            }
            Some(_) => {}
            None => notes.push(format!("service {service} is newer than this release; its data stays")),
        }
    }
    for (claim, size) in &now.claims {
        match then.claims.get(claim) {
            Some(was) if was != size => {
                notes.push(format!("volume {claim} had {was} then, and has {size} now"));
            }
            None if !now.versions.contains_key(claim) => {
                notes.push(format!("volume {claim} is newer than this release; its data stays"));
            }
            _ => {}
        }
    }
    notes
}

/// The variables that a file of people's sets in an environment, as far as it can be read.
fn variables(files: &Files, place: &RepoPath, environment: &str) -> BTreeMap<String, String> {
    let Some(text) = files.get(place) else { return BTreeMap::new() };
    let source = Source::new(place.as_str(), text.clone());
    let plain = |env: &Named<Text>| -> BTreeMap<String, String> {
        env.iter().map(|(name, value)| (name.clone(), value.0.clone())).collect()
    };
    if place.as_str() == "cupaas.yaml" {
        return document::read::<PlatformFile>(&source)
            .map(|file| plain(&file.value.env))
            .unwrap_or_default();
    }
    let Ok(file) = document::read::<RegistrationFile>(&source) else { return BTreeMap::new() };
    let mut all = plain(&file.value.env);
    all.extend(file.value.environments.get(environment).map(|own| plain(&own.env)).unwrap_or_default());
    all
}

/// Names whose value is another one, or is there on one side alone.
fn differing(then: &BTreeMap<String, String>, now: &BTreeMap<String, String>) -> Vec<String> {
    let names = then.keys().chain(now.keys()).collect::<std::collections::BTreeSet<_>>();
    names.into_iter().filter(|name| then.get(*name) != now.get(*name)).cloned().collect()
}

/// The first of some names, and how many there are beside.
fn listed(names: &[&str]) -> String {
    let first = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}
