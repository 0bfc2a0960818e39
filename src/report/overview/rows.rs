//! An overview → what the page's template sees: texts, and nothing to decide.

use serde::Serialize;

use crate::outcome::history::{Approver, Change, PastRelease};
use crate::outcome::overview::{AppOverview, Depth, Overview, ReleaseOverview, Stand};
use crate::report::history::{name, who};
use crate::report::overview::changed::{Budget, Lines};
use crate::report::overview::states::{State, states};
use crate::report::standing;
use crate::repository::short;

/// The apps of one table: a browser lays out those that are seen, and no others.
const APPS: usize = 50;
/// The most troubles that are listed on top; each stands in its row too.
const TROUBLES: usize = 100;

#[derive(Debug, Serialize)]
pub(super) struct Page {
    place: String,
    /// Whether the clusters were asked about.
    health: bool,
    head: Option<At>,
    /// Whether it is of an earlier time.
    past: bool,
    /// Which environments are frozen, in a sentence each.
    frozen: Vec<String>,
    /// What is wrong with registrations, with its place.
    wrong: Vec<String>,
    apps: usize,
    stands: usize,
    troubles: Vec<Trouble>,
    /// How many are not listed.
    more_troubles: usize,
    parts: Vec<Part>,
    each: usize,
    plans: usize,
    commits: usize,
    whole: bool,
    files: bool,
}

#[derive(Debug, Serialize)]
struct Trouble {
    app: String,
    id: String,
    environment: String,
    state: State,
}

/// Apps in one table.
#[derive(Debug, Serialize)]
struct Part {
    first: String,
    last: String,
    apps: Vec<App>,
}

#[derive(Debug, Serialize)]
struct App {
    name: String,
    id: String,
    /// What a search looks at.
    key: String,
    rows: Vec<Row>,
    releases: Vec<Release>,
    more: bool,
}

#[derive(Debug, Serialize)]
struct Row {
    environment: String,
    cluster: String,
    removed: bool,
    image: String,
    commit: Option<String>,
    /// Runtime and services with their versions.
    versions: String,
    last: Option<At>,
    states: Vec<State>,
    url: Option<String>,
    host: String,
}

/// A commit in the GitOps repository.
#[derive(Debug, Serialize)]
struct At {
    commit: String,
    /// For machines.
    time: String,
    /// For people.
    shown: String,
    by: String,
}

#[derive(Debug, Serialize)]
struct Release {
    at: At,
    environment: String,
    subject: String,
    changes: Option<String>,
    overridden: Option<String>,
    approved: Vec<Approved>,
    image: Option<String>,
    source: Option<String>,
    /// The CI job's address, where it is one.
    run: Option<String>,
    lines: Option<Lines>,
}

/// Who approved it, and where, if that is an address.
#[derive(Debug, Serialize)]
struct Approved {
    login: String,
    url: Option<String>,
}

impl Approved {
    fn of(one: &Approver) -> Self {
        Self { login: one.login.clone(), url: one.pull_request.clone().filter(|url| is_address(url)) }
    }
}

/// Whether a text of a commit is something that a reader may be led to.
fn is_address(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}

impl Page {
    pub(super) fn of(overview: &Overview) -> Self {
        let Depth { each, plans, commits, whole, files } = overview.depth;
        let mut budget = Budget::default();
        let ids: Vec<String> =
            overview.apps.iter().enumerate().map(|(index, app)| id(index, &app.name)).collect();
        let apps: Vec<App> =
            overview.apps.iter().zip(&ids).map(|(app, id)| App::of(app, id, &mut budget)).collect();
        let mut troubles: Vec<Trouble> = apps.iter().flat_map(troubles).collect();
        troubles.sort_by_key(|trouble| trouble.state.class != "bad");
        let more_troubles = troubles.len().saturating_sub(TROUBLES);
        troubles.truncate(TROUBLES);
        let mut stands = overview.apps.iter().flat_map(|app| &app.stands);
        Self {
            place: overview.place.clone(),
            health: stands.any(|stand| stand.standing.health.is_some()),
            head: overview.head.as_ref().map(At::of),
            past: overview.past,
            frozen: overview.frozen.iter().map(standing::words).collect(),
            wrong: overview.problems.iter().map(standing::wrong).collect(),
            apps: apps.len(),
            stands: overview.apps.iter().map(|app| app.stands.len()).sum(),
            troubles,
            more_troubles,
            parts: parts(apps),
            each,
            plans,
            commits,
            whole,
            files,
        }
    }
}

fn parts(apps: Vec<App>) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for app in apps {
        match parts.last_mut().filter(|part| part.apps.len() < APPS) {
            Some(part) => {
                part.last.clone_from(&app.name);
                part.apps.push(app);
            }
            None => parts.push(Part { first: app.name.clone(), last: app.name.clone(), apps: vec![app] }),
        }
    }
    parts
}

/// An element's name, by which the app can be linked to.
fn id(index: usize, name: &str) -> String {
    let plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if plain { format!("app-{name}") } else { format!("app.{index}") }
}

fn troubles(app: &App) -> Vec<Trouble> {
    let of = |row: &Row| {
        let trouble = |state: &State| Trouble {
            app: app.name.clone(),
            id: app.id.clone(),
            environment: row.environment.clone(),
            state: state.clone(),
        };
        row.states.iter().filter(|state| state.is_trouble()).map(trouble).collect::<Vec<_>>()
    };
    app.rows.iter().flat_map(of).collect()
}

impl App {
    fn of(app: &AppOverview, id: &str, budget: &mut Budget) -> Self {
        let rows: Vec<Row> = app.stands.iter().map(Row::of).collect();
        let mut key = vec![app.name.as_str()];
        for row in &rows {
            key.push(&row.environment);
            key.extend(row.states.iter().map(|state| state.word.as_str()));
        }
        Self {
            key: key.join(" ").to_lowercase(),
            name: app.name.clone(),
            id: id.to_owned(),
            rows,
            releases: app.releases.iter().map(|one| Release::of(&app.name, one, budget)).collect(),
            more: app.more,
        }
    }
}

impl Row {
    fn of(stand: &Stand) -> Self {
        let one = &stand.standing;
        let runtime = Some(&stand.runtime).filter(|runtime| !runtime.is_empty());
        let versions: Vec<&str> = runtime.into_iter().chain(&stand.services).map(String::as_str).collect();
        Self {
            environment: one.environment.clone(),
            cluster: one.cluster.clone(),
            removed: one.removed,
            image: name(&one.image),
            commit: one.source_commit.as_deref().map(|commit| short(commit).to_owned()),
            versions: versions.join(", "),
            last: one.last.as_ref().map(At::of),
            states: states(stand),
            url: stand.url.clone(),
            host: one.hosts.first().cloned().unwrap_or_default(),
        }
    }
}

impl At {
    fn of(change: &Change) -> Self {
        let time = change.time.clone().unwrap_or_default();
        let shown = time.get(..16).map(|minute| minute.replace('T', " ")).unwrap_or_default();
        Self { commit: short(&change.commit).to_owned(), time, shown, by: who(change) }
    }
}

impl Release {
    fn of(app: &str, one: &ReleaseOverview, budget: &mut Budget) -> Self {
        let PastRelease { environment, change, subject, changes, overridden, approved, image, source } =
            &one.release;
        let run = change.run.clone().filter(|run| is_address(run));
        let source = source.as_ref().map(|source| match source.rsplit_once('@') {
            Some((repository, commit)) => format!("{repository} at {}", short(commit)),
            None => source.clone(),
        });
        let command = format!("git show {} -- deploy/{environment}/{app}", short(&change.commit));
        Self {
            at: At::of(change),
            environment: environment.clone(),
            subject: subject.clone(),
            changes: changes.clone(),
            overridden: overridden.clone(),
            approved: approved.iter().map(Approved::of).collect(),
            image: image.as_deref().map(name),
            source,
            run,
            lines: one.changed.as_ref().map(|changed| Lines::of(changed, command, budget)),
        }
    }
}
