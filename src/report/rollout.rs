//! What the cluster has said of a release → text.

use crate::outcome::rollout::RolledOut;
use crate::report::style::{GOOD, paint, tame};
use crate::repository::short;

/// One line, and the contexts that say so.
pub(super) fn text(rolled_out: &RolledOut) -> String {
    let RolledOut { app, environment, .. } = rolled_out;
    format!("{} {} in {}: {}\n", paint(GOOD, "healthy"), tame(app), tame(environment), words(rolled_out))
}

/// What has become of it, beside other lines.
pub(super) fn line(rolled_out: &RolledOut) -> String {
    match &rolled_out.task {
        Some(task) => format!("{}: run-{}", paint(GOOD, "succeeded"), tame(task)),
        None => format!("{}: {}", paint(GOOD, "healthy"), words(rolled_out)),
    }
}

/// What is healthy.
fn words(rolled_out: &RolledOut) -> String {
    // An app need not come from a commit.
    let commit = match rolled_out.source_commit.as_str() {
        "" => tame(&rolled_out.release),
        commit => tame(short(commit)),
    };
    match rolled_out.later {
        true => format!("{commit}, a later release, which holds it"),
        false => commit,
    }
}
