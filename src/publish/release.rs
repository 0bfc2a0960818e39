//! A rendered release → the one commit that publishes it: its own folders and files, nothing else, with trailers
//! that lead back to where it came from.

use std::collections::BTreeMap;

use super::commit::{Change, Identity};
use crate::diagnostic::{Failure, Kind};
use crate::load::gitops::Edits;
use crate::load::release_file::{ReleaseFile, SourceFacts};
use crate::load::state::{State, released_hosts, short};
use crate::plan::Plan;
use crate::render::{Folders, Tree, emit};
use crate::resolve::release::Release;
use crate::tree::{Files, RepoPath};

/// The most names that a commit's message lists.
const NAMED: usize = 20;

/// Who commits, and from where.
#[derive(Debug, Clone, Copy)]
pub struct Signature<'a> {
    /// Author and committer.
    pub author: &'a Identity,
    /// Seconds since 1970.
    pub time: i64,
    /// The CI job that does it.
    pub job: Job<'a>,
}

/// A CI job.
#[derive(Debug, Clone, Copy, Default)]
pub struct Job<'a> {
    /// Its page.
    pub url: Option<&'a str>,
    /// Who started it.
    pub actor: Option<&'a str>,
}

/// What a commit of several releases and edits is about.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// The message's first line.
    pub subject: &'a str,
    /// The app, where it is one.
    pub app: Option<&'a str>,
}

/// A rendered release, and what stands in its place.
#[derive(Debug, Clone, Copy)]
pub struct Rendered<'a> {
    /// What was decided.
    pub release: &'a Release,
    /// What it became.
    pub tree: &'a Tree,
    /// What stands there.
    pub state: &'a State,
}

/// The change that makes the repository say what a release's tree says.
///
/// Errors: none but cupaas's own; a Secret that is not sealed never gets into a commit.
pub fn change(one: Rendered<'_>, plan: &Plan, signature: Signature<'_>) -> Result<Change, Failure> {
    let mut change = signature.nothing(message(one.release, plan, signature.job));
    put(&mut change, one)?;
    Ok(change)
}

/// The change that makes the repository say what several releases' trees say, with edits of people's files beside
/// them.
///
/// Errors: as [`change`].
pub fn changes(
    all: &[Rendered<'_>],
    edits: &Edits,
    about: About<'_>,
    plan: &Plan,
    signature: Signature<'_>,
) -> Result<Change, Failure> {
    let mut change = signature.nothing(message_of_all(all, about, plan, signature.job));
    for one in all {
        put(&mut change, *one)?;
    }
    for (path, text) in edits {
        change.files.insert(path.clone(), text.clone().map(String::into_bytes));
    }
    Ok(change)
}

impl Signature<'_> {
    fn nothing(&self, message: String) -> Change {
        Change {
            folders: BTreeMap::new(),
            files: BTreeMap::new(),
            message,
            author: self.author.clone(),
            time: self.time,
        }
    }
}

/// Adds one release's files. A host that one release gives up, and another takes, is the other's.
fn put(change: &mut Change, one: Rendered<'_>) -> Result<(), Failure> {
    let Rendered { release, tree, state } = one;
    if !tree.missing_secrets.is_empty() {
        return Err(Failure::new(Kind::Internal, "a Secret is not encrypted, nothing was written"));
    }
    let folders = Folders::new(&release.cluster, &release.environment, &release.app)?;
    let files = &mut change.files;
    for (path, text) in tree.files.iter().filter(|(path, _)| !path.is_in(&folders.deploy)) {
        files.insert(path.clone(), Some(text.clone().into_bytes()));
    }
    for host in released_hosts(state, release) {
        files.entry(host).or_insert(None);
    }
    if state.folders.cluster != folders.cluster {
        files.insert(state.folders.cluster.clone(), None);
    }
    change.folders.insert(folders.deploy.clone(), below(&tree.files, &folders.deploy)?);
    Ok(())
}

/// The change that takes an app away from some environments: its data, its credentials and what it was made from stay.
/// `edits` are people's files that go with it.
///
/// Errors: none but cupaas's own.
pub fn removal(
    about: About<'_>,
    leaving: &[(State, ReleaseFile)],
    edits: &Edits,
    signature: Signature<'_>,
) -> Result<Change, Failure> {
    let app = about.app.unwrap_or_default();
    let mut message = format!("{}\n\n", about.subject);
    if !leaving.is_empty() {
        message.push_str("Data, credentials and what the app was made from stay.\n\n");
    }
    match leaving {
        [(_, only)] => {
            trailers(&mut message, app, &only.environment, &only.source, &only.image, signature.job);
        }
        _ => {
            trailer(&mut message, "Cupaas-App", Some(app));
            for (_, one) in leaving {
                trailer(&mut message, "Cupaas-Release", Some(&format!("{}/{app}", one.environment)));
            }
            trailers_of_job(&mut message, signature.job);
        }
    }
    let mut change = signature.nothing(message);
    for (state, previous) in leaving {
        change.files.insert(state.folders.cluster.clone(), None);
        for host in previous.hosts.iter().filter_map(|host| crate::resolve::routes::host_file(host)) {
            change.files.insert(host, None);
        }
        let record = ReleaseFile { removed: true, hosts: Vec::new(), ..previous.clone() };
        let text = serde_json::to_value(record).map_err(|e| Failure::new(Kind::Internal, e.to_string()))?;
        let path = Folders::below(&state.folders.release, "release.yaml")?;
        change.files.insert(path, Some(emit::to_yaml(&text)?.into_bytes()));
        change.folders.insert(state.folders.deploy.clone(), BTreeMap::new());
    }
    for (path, text) in edits {
        change.files.insert(path.clone(), text.clone().map(String::into_bytes));
    }
    Ok(change)
}

/// The files of a folder, by their path in it.
fn below(files: &Files, folder: &RepoPath) -> Result<BTreeMap<RepoPath, Vec<u8>>, Failure> {
    let inside = files.iter().filter(|(path, _)| path.is_in(folder));
    let relative = inside.map(|(path, text)| {
        let rest = path.as_str().get(folder.as_str().len() + 1..).unwrap_or_default();
        let rest = RepoPath::new(rest).map_err(|error| Failure::new(Kind::Internal, error.to_string()))?;
        Ok((rest, text.clone().into_bytes()))
    });
    relative.collect()
}

fn message(release: &Release, plan: &Plan, job: Job<'_>) -> String {
    let from = match &release.source.commit {
        Some(commit) => short(commit).to_owned(),
        None => release.image.reference.rsplit(['/', '@']).next().unwrap_or_default().to_owned(),
    };
    let mut text = format!("deploy({}/{}): {from}\n\n", release.app, release.environment);
    text.push_str(&counts(plan));
    trailers_of(&mut text, release, job);
    text
}

/// The message of a commit that is about more than one deploy.
fn message_of_all(all: &[Rendered<'_>], about: About<'_>, plan: &Plan, job: Job<'_>) -> String {
    let mut text = format!("{}\n\n", about.subject);
    match all {
        [] => {
            trailer(&mut text, "Cupaas-App", about.app);
            trailers_of_job(&mut text, job);
        }
        [one] => {
            text.push_str(&counts(plan));
            trailers_of(&mut text, one.release, job);
        }
        _ => {
            text.push_str(&counts(plan));
            trailer(&mut text, "Cupaas-App", about.app);
            for Rendered { release, .. } in all {
                let name = format!("{}/{}", release.environment, release.app);
                trailer(&mut text, "Cupaas-Release", Some(&name));
            }
            trailers_of_job(&mut text, job);
        }
    }
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

fn trailers_of(text: &mut String, release: &Release, job: Job<'_>) {
    let image = &release.image.reference;
    trailers(text, &release.app, &release.environment, &release.source, image, job);
}

fn trailers(
    text: &mut String,
    app: &str,
    environment: &str,
    source: &SourceFacts,
    image: &str,
    job: Job<'_>,
) {
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
        ("Cupaas-Image", Some(image)),
    ];
    for (key, value) in lines {
        trailer(text, key, value);
    }
    trailers_of_job(text, job);
}

fn trailers_of_job(text: &mut String, job: Job<'_>) {
    trailer(text, "Cupaas-Run", job.url);
    trailer(text, "Cupaas-Actor", job.actor);
}

fn trailer(text: &mut String, key: &str, value: Option<&str>) {
    // A trailer is one line, whatever a value holds.
    let value = value.map(|value| value.split(|c: char| c.is_control()).collect::<Vec<_>>().join(" "));
    if let Some(value) = value {
        text.push_str(&format!("{key}: {}\n", value.trim()));
    }
}
