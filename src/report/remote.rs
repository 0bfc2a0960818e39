//! How far a release is behind its branch → text.

use crate::outcome::remote::{RemoteStanding, RemoteState};
use crate::report::style::{BAD, CHANGED, GOOD, STRONG, paint, tame};

/// How a release stands to its branch.
pub(super) fn remote(standing: &RemoteStanding) -> String {
    let words = remote_words(standing);
    let why = standing.why.as_ref().map(|why| format!(" ({})", tame(why))).unwrap_or_default();
    match standing.state {
        RemoteState::UpToDate => format!("  {}", paint(GOOD, words)),
        RemoteState::Behind => format!("  {}{why}", paint(STRONG, words)),
        RemoteState::Ahead | RemoteState::Diverged => format!("  {}{why}", paint(CHANGED, words)),
        RemoteState::NotFollowed => format!("  {words}{why}"),
        RemoteState::Unknown => format!("  {}{why}", paint(BAD, words)),
    }
}

/// The same without the reason.
pub(super) fn remote_words(standing: &RemoteStanding) -> String {
    let branch = tame(standing.branch.as_deref().unwrap_or("its branch"));
    match (standing.state, standing.commits) {
        (RemoteState::UpToDate, _) => format!("up to date with {branch}"),
        (RemoteState::Behind, Some(1)) => format!("1 commit behind {branch}"),
        (RemoteState::Behind, Some(count)) => format!("{count} commits behind {branch}"),
        (RemoteState::Behind, None) => format!("behind {branch}"),
        (RemoteState::Ahead, _) => format!("ahead of {branch}"),
        (RemoteState::Diverged, Some(1)) => format!("diverged from {branch}, which has 1 other commit"),
        (RemoteState::Diverged, Some(count)) => {
            format!("diverged from {branch}, which has {count} other commits")
        }
        (RemoteState::Diverged, None) => format!("diverged from {branch}"),
        (RemoteState::NotFollowed, _) => "follows no branch".to_owned(),
        (RemoteState::Unknown, _) => format!("{branch}: unknown"),
    }
}
