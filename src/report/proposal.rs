//! The pages that forges are told: pull requests and comments.

use std::fmt::Write;

use crate::diagnostic::Failure;
use crate::names;
use crate::outcome::{Deployed, Removal, Report, Rerendered};
use crate::plan::Plan;
use crate::publish::deploy_subject;
use crate::report::bounded;
use crate::report::cut::{cut, lines};
use crate::report::markup::{escaped, problems};
use crate::report::page::Page;
use crate::report::style::tame;

/// The comment on what merging would do; nothing where that is nothing.
pub(crate) fn comment(report: &Report, longest: usize) -> Option<String> {
    bounded::page(report, longest)
}

/// The comment on files that cannot be rendered, in at most `longest` bytes; `about` says of what.
pub(crate) fn unrenderable(about: &str, failure: &Failure, longest: usize) -> String {
    let page = format!(
        "### cupaas: {}\n\n**This cannot be rendered: {}.** Merging it would deploy nothing.\n\n{}",
        escaped(about),
        escaped(&failure.message.to_string()),
        problems(failure),
    );
    lines(&page, longest)
}

/// The comment where merging would do nothing any more; `about` says of what.
pub(crate) fn settled(about: &str) -> String {
    format!("### cupaas: {}\n\nMerging this changes nothing now.\n", escaped(about))
}

/// Title and text of the pull request of a change.
pub(crate) fn proposal(report: &Report, longest: usize) -> Option<(String, String)> {
    match report {
        Report::Deployed(deployed) => {
            Some((cut(&tame(&deploy_subject(&deployed.release))), proposed(deployed, longest)))
        }
        Report::Rerendered(done) => {
            let words: String = done.notes.iter().map(|note| format!("- {}\n", escaped(note))).collect();
            let words = if words.is_empty() { words } else { format!("{words}\n") };
            Some((cut(&tame(&done.subject)), rerendered_page(done, &words, longest)))
        }
        Report::Removed { removal, plan, .. } => {
            Some((cut(&tame(&removal.subject())), removal_page(removal, plan, longest)))
        }
        _ => None,
    }
}

/// What leaves, what stays, and how that is deleted too.
fn removal_page(removal: &Removal, plan: &Plan, longest: usize) -> String {
    let app = escaped(&removal.app);
    let mut words = String::new();
    for environment in &removal.environments {
        let namespace = names::namespace(&removal.app, environment);
        let _ = writeln!(
            words,
            "- **{app} leaves {environment}**: its processes and configuration are deleted. What stays: the namespace \
             `{namespace}` with its claims and credentials, and `releases/{environment}/{app}/`; deploying it again \
             finds its data. To delete that for good: `kubectl delete namespace {namespace}`, and `git rm -r \
             releases/{environment}/{app}` here."
        );
    }
    for file in &removal.files {
        let _ = writeln!(words, "- `{file}` is deleted.");
    }
    words.push('\n');
    let title = format!("cupaas: {}", escaped(&removal.subject()));
    Page { title: &title, words: &words, plan, makes: &[], diffs: &[] }.write(longest)
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

fn rerendered_page(done: &Rerendered, words: &str, longest: usize) -> String {
    let title = format!("cupaas: {}", escaped(&cut(&done.subject)));
    let (plan, makes, diffs) = (&done.plan, &done.makes, &done.diffs);
    Page { title: &title, words, plan, makes, diffs }.write(longest)
}
