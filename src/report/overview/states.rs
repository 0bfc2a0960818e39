//! What stands in an environment → the words that say how it stands, the gravest first.

use serde::Serialize;

use crate::outcome::health::{HealthState, ReportedHealth};
use crate::outcome::overview::Stand;
use crate::outcome::remote::{RemoteStanding, RemoteState};
use crate::report::remote::remote_words;
use crate::resolve::image::may_change;

/// One word about a release, with what it means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct State {
    /// How grave: `bad` keeps people out or code away, `look` somebody may have forgotten, `fine` is only to be known.
    pub(super) class: &'static str,
    pub(super) word: String,
    /// In a sentence; empty where the word says it all.
    pub(super) more: String,
}

impl State {
    /// Whether somebody should look at it.
    pub(super) fn is_trouble(&self) -> bool {
        self.class != "fine"
    }
}

/// What its cluster has said.
fn reported(health: &ReportedHealth) -> State {
    let (class, word) = match health.state {
        HealthState::Failed => ("bad", "failed"),
        HealthState::Waiting => ("look", "waiting"),
        HealthState::Unknown => ("look", "health unknown"),
        HealthState::Healthy => ("fine", "healthy"),
        HealthState::Unreported => ("fine", "not reported"),
    };
    let since = || health.since.as_ref().map(|since| format!("since {since}"));
    State { class, word: word.to_owned(), more: health.why.clone().or_else(since).unwrap_or_default() }
}

/// How it stands to its branch.
fn followed(remote: &RemoteStanding) -> State {
    let class = match remote.state {
        RemoteState::UpToDate | RemoteState::NotFollowed => "fine",
        RemoteState::Behind | RemoteState::Ahead | RemoteState::Diverged | RemoteState::Unknown => "look",
    };
    State { class, word: remote_words(remote), more: remote.why.clone().unwrap_or_default() }
}

/// How a release stands, as far as the GitOps repository says it.
pub(super) fn states(stand: &Stand) -> Vec<State> {
    let one = &stand.standing;
    let state = |class, word: &str, more: String| State { class, word: word.to_owned(), more };
    if one.removed {
        return vec![state("look", "removed", "its data and credentials wait in the cluster".to_owned())];
    }
    let mut all: Vec<State> = one.health.iter().map(reported).collect();
    all.extend(one.remote.iter().map(followed));
    if one.stopped {
        all.push(state("bad", "stopped", "no process runs until `cupaas start`".to_owned()));
    }
    if let Some(set) = &one.maintenance {
        let (what, words) = ("a page answers until `cupaas maintenance off`", set.words());
        let more = if words.is_empty() { what.to_owned() } else { format!("{what} ({words})") };
        all.push(state("bad", "in maintenance", more));
    }
    if let Some(hold) = &one.hold {
        all.push(state("bad", "held", hold.words()));
    }
    match &one.pinned {
        Some(image) if *image == one.image => all.push(state("fine", "pinned", String::new())),
        Some(image) => all.push(state("bad", "pinned", format!("to {image}, which is not what runs"))),
        None => {}
    }
    for (process, count) in &one.scale {
        let class = if count == "0" { "look" } else { "fine" };
        let more = if count == "0" { format!("no {process} runs") } else { String::new() };
        all.push(state(class, &format!("{process}={count}"), more));
    }
    if !stand.proposed.is_empty() {
        all.push(state("look", "proposed", format!("on {}", stand.proposed.join(", "))));
    }
    if may_change(&one.image) {
        let more = "a tag names the image, and may name another one tomorrow".to_owned();
        all.push(state("fine", "by tag", more));
    }
    if let Some(time) = &one.restarted {
        all.push(state("fine", "restarted", time.clone()));
    }
    all
}
