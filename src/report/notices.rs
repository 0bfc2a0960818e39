//! What forges were told of a run → text.

use crate::forge::{CommentAction, Ending, PullAction, PullRequest};
use crate::outcome::Notices;
use std::fmt::Write;

use crate::report::rollout;
use crate::report::style::{CHANGED, FAINT, STRONG, paint, tame};

/// What the forge has now, one line each.
pub(super) fn words(notices: &Notices) -> String {
    let mut text = String::new();
    if let Some(request) = &notices.pull_request {
        let _ = writeln!(text, "  pull request {}: {}", done(request), paint(STRONG, &request.url));
    } else if let Some(branch) = &notices.branch
        && branch.commit.is_none()
    {
        let _ = writeln!(text, "  no pull request is open for {}", branch.name);
    }
    if let Some(comment) = &notices.comment {
        let url = comment.url.as_ref().map(|url| format!(": {url}")).unwrap_or_default();
        let _ = writeln!(text, "  comment {}{url}", action(comment.action));
    }
    if let Some(Ok(rolled_out)) = &notices.rollout {
        let _ = writeln!(text, "  {}", rollout::line(rolled_out));
    }
    for what in &notices.sent {
        let _ = writeln!(text, "  {} {what}", paint(FAINT, "·"));
    }
    text
}

/// What could not be told, as warnings.
pub(super) fn warnings(notices: &Notices) -> String {
    notices.warnings().map(|note| format!("{} {}\n", paint(CHANGED, "warning:"), tame(note))).collect()
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
