//! What a forge was told of a run → text, JSON, Markdown; and the pages that it is told.

use std::fmt::Write;

use serde_json::{Value, json};

use super::markdown::{escaped, problems};
use super::page::Page;
use super::style::{CHANGED, FAINT, STRONG, paint, tame};
use super::{Again, Deployed, Report, bounded, text};
use crate::diagnostic::Failure;
use crate::forge::{CommentAction, Ending, PullAction, PullRequest, Told};
use crate::leaving::Leaving;
use crate::load::state::short;
use crate::plan::Plan;
use crate::resolve::names;
use crate::resolve::release::Release;

/// The most characters of a pull request's title. GitHub takes 256, the others 255.
const TITLE: usize = 250;

/// The comment on what merging would do; nothing where that is nothing.
pub fn comment(report: &Report, longest: usize) -> Option<String> {
    bounded::page(report, longest)
}

/// The comment on files that cannot be rendered, in at most `longest` bytes; `about` says of what.
pub fn unrenderable(about: &str, failure: &Failure, longest: usize) -> String {
    let page = format!(
        "### cupaas: {}\n\n**This cannot be rendered: {}.** Merging it would deploy nothing.\n\n{}",
        escaped(about),
        escaped(&failure.message),
        problems(failure),
    );
    bounded::lines(&page, longest)
}

/// The comment where merging would do nothing any more; `about` says of what.
pub fn settled(about: &str) -> String {
    format!("### cupaas: {}\n\nMerging this changes nothing now.\n", escaped(about))
}

/// Title and text of the pull request of a change.
pub fn proposal(report: &Report, longest: usize) -> Option<(String, String)> {
    match report {
        Report::Deployed(deployed) => Some((cut(&title(&deployed.release)), proposed(deployed, longest))),
        Report::Again(again) => {
            let words: String = again.notes.iter().map(|note| format!("- {}\n", escaped(note))).collect();
            let words = if words.is_empty() { words } else { format!("{words}\n") };
            Some((cut(&tame(&again.subject)), again_page(again, &words, longest)))
        }
        Report::Removed { leaving, plan, .. } => {
            Some((cut(&tame(&leaving.subject())), removal(leaving, plan, longest)))
        }
        _ => None,
    }
}

/// What leaves, what stays, and how that is deleted too.
fn removal(leaving: &Leaving, plan: &Plan, longest: usize) -> String {
    let app = escaped(&leaving.app);
    let mut words = String::new();
    for (_, release) in &leaving.releases {
        let environment = &release.environment;
        let namespace = names::namespace(&leaving.app, environment);
        let _ = writeln!(
            words,
            "- **{app} leaves {environment}**: its processes and configuration are deleted. What stays: the namespace \
             `{namespace}` with its claims and credentials, and `releases/{environment}/{app}/`; deploying it again \
             finds its data. To delete that for good: `kubectl delete namespace {namespace}`, and `git rm -r \
             releases/{environment}/{app}` here."
        );
    }
    for file in leaving.edits.keys() {
        let _ = writeln!(words, "- `{file}` is deleted.");
    }
    words.push('\n');
    let title = format!("cupaas: {}", escaped(&leaving.subject()));
    Page { title: &title, words: &words, plan, makes: &[], diffs: &[] }.write(longest)
}

/// A title that every forge takes: the words of an edit may name many variables.
pub(super) fn cut(title: &str) -> String {
    if title.chars().count() <= TITLE {
        return title.to_owned();
    }
    title.chars().take(TITLE - 1).chain(['…']).collect()
}

fn title(release: &Release) -> String {
    let from = match &release.source.commit {
        Some(commit) => short(commit),
        None => release.image.reference.rsplit(['/', '@']).next().unwrap_or_default(),
    };
    tame(&format!("deploy({}/{}): {from}", release.app, release.environment))
}

fn proposed(deployed: &Deployed, longest: usize) -> String {
    let release = &deployed.release;
    let mut words = format!("Image: `{}`\n", release.image.reference.replace('`', ""));
    if let Some(repository) = &release.source.repository {
        let commit = release.source.commit.as_deref().map(|commit| format!("@{commit}")).unwrap_or_default();
        let _ = writeln!(words, "Source: `{}{commit}`", repository.replace('`', ""));
    }
    if let Some(route) = &release.route {
        let _ = writeln!(words, "Address: {}", escaped(&route.url));
    }
    words.push('\n');
    let title = format!("cupaas: {} in {}", escaped(&release.app), escaped(&release.environment));
    Page { title: &title, words: &words, plan: &deployed.plan, makes: &[], diffs: &[] }.write(longest)
}

fn again_page(again: &Again, words: &str, longest: usize) -> String {
    let title = format!("cupaas: {}", escaped(&cut(&again.subject)));
    let (plan, makes, diffs) = (&again.plan, &again.makes, &again.diffs);
    Page { title: &title, words, plan, makes, diffs }.write(longest)
}

pub(super) fn text(told: &Told) -> String {
    match told.report {
        // Lines end it: runners fold them.
        Report::Differs(_) => words(told) + &text::of(&told.report),
        Report::Again(ref again) if again.commit.is_none() => words(told) + &text::of(&told.report),
        _ => text::of(&told.report) + &words(told),
    }
}

/// What the forge has now, one line each.
pub(super) fn words(told: &Told) -> String {
    let mut text = String::new();
    if let Some(request) = &told.pull_request {
        let _ = writeln!(text, "  pull request {}: {}", done(request), paint(STRONG, &request.url));
    } else if let Some(branch) = &told.branch
        && branch.commit.is_none()
    {
        let _ = writeln!(text, "  no pull request is open for {}", branch.name);
    }
    if let Some(comment) = &told.comment {
        let url = comment.url.as_ref().map(|url| format!(": {url}")).unwrap_or_default();
        let _ = writeln!(text, "  comment {}{url}", action(comment.action));
    }
    for what in &told.told {
        let _ = writeln!(text, "  {} {what}", paint(FAINT, "·"));
    }
    text
}

/// What could not be told.
pub(super) fn notes(told: &Told) -> impl Iterator<Item = &String> {
    told.notes.iter().chain(told.pull_request.iter().flat_map(|request| &request.notes))
}

/// The same, as warnings.
pub(super) fn warnings(told: &Told) -> String {
    notes(told).map(|note| format!("{} {}\n", paint(CHANGED, "warning:"), tame(note))).collect()
}

fn done(request: &PullRequest) -> &'static str {
    match (request.ending, request.action) {
        (Some(Ending::Merged), _) => "merged",
        (Some(Ending::Waits), PullAction::Opened) => "opened, merged when it may be",
        (Some(Ending::Waits), _) => "up to date, merged when it may be",
        (None, PullAction::Opened) => "opened",
        (None, PullAction::Updated) => "updated",
        (None, PullAction::Unchanged) => "up to date",
        (None, PullAction::Closed) => "closed, nothing is left to change",
    }
}

fn action(action: CommentAction) -> &'static str {
    match action {
        CommentAction::Created => "created",
        CommentAction::Edited => "edited",
        CommentAction::Untouched => "untouched",
        CommentAction::Removed => "removed",
    }
}

/// What is added to the report's own JSON.
pub(super) fn json(told: &Told, mut value: Value) -> Value {
    if let Some(branch) = &told.branch {
        value["branch"] = json!(branch.name);
    }
    if let Some(request) = &told.pull_request {
        value["pull_request"] = json!({
            "number": request.number,
            "url": request.url,
            "action": match request.action {
                PullAction::Opened => "opened",
                PullAction::Updated => "updated",
                PullAction::Unchanged => "unchanged",
                PullAction::Closed => "closed",
            },
            "merge": request.ending.map(|ending| match ending {
                Ending::Waits => "waits",
                Ending::Merged => "merged",
            }),
        });
    }
    if let Some(comment) = &told.comment {
        value["comment"] = json!({"action": action(comment.action), "url": comment.url});
    }
    let notes = notes(told);
    value["told"] = json!(told.told);
    value["notes"] = match &value["notes"] {
        Value::Array(own) => {
            let more = notes.map(|note| json!(note));
            Value::Array(own.iter().cloned().chain(more).collect())
        }
        _ => json!(notes.collect::<Vec<_>>()),
    };
    value
}
