//! What `sync` found and did → text, Markdown, and the matrix of a workflow.

use std::fmt::Write;

use serde::Serialize;

use crate::outcome::sync::{Dockerfile, SyncEntry, SyncOutcome, Synced};
use crate::outcome::sync_status::SyncStatus;
use crate::report::diagnostic::Placed;
use crate::report::failure;
use crate::report::style::{BAD, CHANGED, FAINT, GOOD, NEW, STRONG, paint, tame};
use crate::repository::short;

/// The most jobs that a workflow's matrix makes (GitHub's limit).
const JOBS: usize = 256;

pub(super) fn title(entry: &SyncEntry) -> String {
    let mut title = tame(&entry.app);
    if let Some(environment) = &entry.environment {
        let _ = write!(title, " in {environment}");
    }
    title
}

/// What became of it, in one line.
pub(super) fn words(entry: &SyncEntry) -> String {
    match &entry.outcome {
        SyncOutcome::UpToDate => "nothing new".to_owned(),
        SyncOutcome::Deployed { image, commit } => format!("image {image}, commit {}", short(commit)),
        SyncOutcome::Ready { image } => format!("would be deployed, image {image}"),
        SyncOutcome::Unchanged => "its new commit changes nothing that runs".to_owned(),
        SyncOutcome::Superseded(why) => tame(why),
        SyncOutcome::Pinned(pin) => {
            format!("to {} ({}); to unpin: {}", pin.image, pin.place, pin.remedy())
        }
        SyncOutcome::Held(held) => {
            format!("{}; to let it go: {}", tame(&held.hold.words()), held.remedy())
        }
        SyncOutcome::ToBuild { image, dockerfile } => match dockerfile {
            Some(Dockerfile::Own) => format!("{image}, by its own Dockerfile"),
            Some(Dockerfile::Generated) => format!("{image}, by what `cupaas dockerfile` prints"),
            None => {
                format!("nobody has pushed {image} yet; its runtime is `image`, and there is no Dockerfile")
            }
        },
        SyncOutcome::Removed => {
            format!("it was removed; `cupaas sync --app {}` brings it back", tame(&entry.app))
        }
        SyncOutcome::Skipped(why) => tame(why),
        SyncOutcome::Failed(failure) => tame(&failure.message.to_string()),
    }
}

/// A line for each app that something is to be said of, and one for all of them.
pub(super) fn text(synced: &Synced) -> String {
    let mut text = String::new();
    for entry in &synced.entries {
        let style = match &entry.outcome {
            SyncOutcome::UpToDate if entry.notes.is_empty() => continue,
            // Where a platform has a rule for a branch, most repositories do not have that branch.
            SyncOutcome::Skipped(_) if !synced.named => continue,
            SyncOutcome::Skipped(_) => FAINT,
            SyncOutcome::Deployed { .. } | SyncOutcome::Ready { .. } => NEW,
            SyncOutcome::ToBuild { .. } => CHANGED,
            SyncOutcome::Failed(_) => BAD,
            _ => STRONG,
        };
        let commit = entry.commit.as_deref().map(|commit| format!(" {}", short(commit))).unwrap_or_default();
        let branch = entry.branch.as_deref().map(|branch| format!(" ({}{commit})", tame(branch)));
        let _ = writeln!(
            text,
            "{} {}{}: {}",
            paint(style, SyncStatus::of(&entry.outcome)),
            title(entry),
            branch.unwrap_or_default(),
            words(entry)
        );
        for note in &entry.notes {
            let _ = writeln!(text, "  {}", tame(note));
        }
        let problems = match &entry.outcome {
            SyncOutcome::Failed(found) => {
                text.push_str(&failure::causes(&found.causes));
                text.push_str(&failure::hints(&found.hints));
                failure::diagnostics(&found.diagnostics)
            }
            _ => failure::diagnostics(&entry.warnings),
        };
        text.push_str(&problems);
    }
    let counts: Vec<String> =
        SyncStatus::counts(synced).iter().map(|(status, count)| format!("{count} {status}")).collect();
    let counts = if counts.is_empty() { "no app is registered".to_owned() } else { counts.join(", ") };
    let done = paint(if synced.exit_code() == 0 { GOOD } else { BAD }, "synced");
    let repositories = if synced.repositories == 1 { "repository" } else { "repositories" };
    let _ = writeln!(text, "{done} {} {repositories}: {counts}", synced.repositories);
    let cut = to_build(synced).count().saturating_sub(JOBS);
    if cut > 0 {
        let _ = writeln!(text, "a matrix holds {JOBS}: {cut} more are built by the next one");
    }
    text
}

fn to_build(synced: &Synced) -> impl Iterator<Item = (&SyncEntry, &str, Dockerfile)> {
    synced.entries.iter().filter_map(|entry| match &entry.outcome {
        SyncOutcome::ToBuild { image, dockerfile } => Some((entry, image.as_str(), (*dockerfile)?)),
        _ => None,
    })
}

/// What a workflow's `strategy.matrix` takes.
#[derive(Serialize)]
struct Matrix {
    include: Vec<Build>,
}

/// One image that is to be built.
#[derive(Serialize)]
struct Build {
    app: String,
    environment: Option<String>,
    repository: Option<String>,
    path: String,
    branch: Option<String>,
    commit: Option<String>,
    image: String,
    dockerfile: Dockerfile,
}

/// What is to be built, on one line, as `strategy.matrix` takes it.
pub(super) fn matrix(synced: &Synced) -> String {
    let build = |(entry, image, dockerfile): (&'_ SyncEntry, _, _)| Build {
        app: entry.app.clone(),
        environment: entry.environment.clone(),
        repository: entry.repository.clone(),
        path: entry.path.clone(),
        branch: entry.branch.clone(),
        commit: entry.commit.clone(),
        image: String::from(image),
        dockerfile,
    };
    let matrix = Matrix { include: to_build(synced).take(JOBS).map(build).collect() };
    serde_json::to_string(&matrix).unwrap_or_default() + "\n"
}

/// A table of what is not as it was.
pub(super) fn markdown(synced: &Synced) -> String {
    let mut page = String::from("### cupaas: sync\n\n");
    let told = synced.entries.iter().filter(|entry| match entry.outcome {
        SyncOutcome::UpToDate => !entry.notes.is_empty(),
        SyncOutcome::Skipped(_) => synced.named,
        _ => true,
    });
    let rows: Vec<String> = told
        .map(|entry| {
            let branch = crate::report::markup::escaped(entry.branch.as_deref().unwrap_or_default());
            let commit = entry.commit.as_deref().map(short).unwrap_or_default();
            let mut what = crate::report::markup::escaped(&words(entry));
            if let SyncOutcome::Failed(failure) = &entry.outcome {
                for placed in failure.diagnostics.iter().map(Placed::from) {
                    let (file, message) = (
                        crate::report::markup::escaped(placed.file),
                        crate::report::markup::escaped(&placed.message.to_string()),
                    );
                    let _ = write!(what, "<br>{file}:{}:{}: {message}", placed.line, placed.column);
                }
            }
            for note in &entry.notes {
                let _ = write!(what, "<br>{}", crate::report::markup::escaped(note));
            }
            let (app, status) =
                (crate::report::markup::escaped(&title(entry)), SyncStatus::of(&entry.outcome));
            format!("| {app} | {branch} {commit} | {status} | {what} |\n")
        })
        .collect();
    if !rows.is_empty() {
        page.push_str("| app | branch | | |\n| --- | --- | --- | --- |\n");
        page.extend(rows);
        page.push('\n');
    }
    let counts: Vec<String> =
        SyncStatus::counts(synced).iter().map(|(status, count)| format!("{count} {status}")).collect();
    let _ = writeln!(page, "{} repositories: {}", synced.repositories, counts.join(", "));
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(app: String, outcome: SyncOutcome) -> SyncEntry {
        SyncEntry {
            app,
            environment: Some("production".to_owned()),
            repository: Some("https://git.example.cu/me/shop".to_owned()),
            path: String::new(),
            branch: Some("main".to_owned()),
            commit: Some("0".repeat(40)),
            notes: Vec::new(),
            warnings: Vec::new(),
            outcome,
        }
    }

    #[test]
    fn a_matrix_ends_where_a_workflows_does_and_says_so() {
        let build = |number: usize| {
            let outcome =
                SyncOutcome::ToBuild { image: "r.example/a:0".to_owned(), dockerfile: Some(Dockerfile::Own) };
            entry(format!("app-{number:03}"), outcome)
        };
        let synced = Synced::new((0..260).rev().map(build).collect(), 260, false);
        let value: serde_json::Value = serde_json::from_str(&matrix(&synced)).unwrap();
        assert_eq!(value["include"].as_array().unwrap().len(), JOBS);
        assert_eq!(value["include"][255]["app"], "app-255");
        assert!(text(&synced).contains("4 more are built by the next one"));
    }

    #[test]
    fn the_worst_that_lasts_is_the_exit_code() {
        use crate::diagnostic::{Code, Failure};
        let code = |codes: &[Code]| {
            let failed = |code: &Code| entry(String::new(), SyncOutcome::Failed(Failure::new(*code, "x")));
            Synced::new(codes.iter().map(failed).collect(), 0, false).exit_code()
        };
        assert_eq!(code(&[]), 0);
        assert_eq!(code(&[Code::RepositoryUnavailable]), 5);
        assert_eq!(code(&[Code::InvalidFiles, Code::RepositoryUnavailable]), 3);
        assert_eq!(code(&[Code::PlanRefused, Code::InvalidFiles]), 4);
        assert_eq!(code(&[Code::RepositoryUnavailable, Code::RepositoryAccessDenied, Code::PlanRefused]), 6);
    }

    #[test]
    fn a_hostile_name_becomes_no_markdown() {
        let mut hostile = entry("a".to_owned(), SyncOutcome::Skipped("x | <b>".to_owned()));
        hostile.branch = Some("`|<img>".to_owned());
        let page = markdown(&Synced::new(vec![hostile], 1, true));
        assert!(page.contains("\\`\\|&lt;img>") && page.contains("x \\| &lt;b>"), "{page}");
    }
}
