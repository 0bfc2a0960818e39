//! A time → the GitOps repository as it stood then.

use std::ops::ControlFlow;

use crate::clock::rfc3339;
use crate::diagnostic::{Code, Failure};
use crate::layout::path;
use crate::load::gitops::Gitops;
use crate::outcome::history::Change;
use crate::run::history::change;

/// Goes back to the commit that was the branch's newest one at `time`, by the clocks of those who committed or merged.
///
/// # Errors
/// A time before the first commit, or before the platform's file; or the repository's own.
pub(super) fn go_to(time: i64, gitops: &mut Gitops) -> Result<Change, Failure> {
    let (mut found, mut first) = (None, None);
    gitops.log(|commit| {
        if commit.landed <= time {
            found = Some(change(&commit));
            return Ok(ControlFlow::Break(()));
        }
        first = Some(commit.landed);
        Ok(ControlFlow::Continue(()))
    })?;
    let shown = |time: i64| rfc3339(time).unwrap_or_else(|| "that time".to_owned());
    let Some(found) = found else {
        if let Some(cut_off) = gitops.cut_off() {
            return Err(cut_off);
        }
        let message = format!("the GitOps repository had no commit at {}", shown(time));
        let failure = Failure::new(Code::ReleaseNotFound, message);
        return Err(match first {
            Some(first) => failure.hint(format!("its history begins at {}", shown(first))),
            None => failure.hint("it has none until the first deploy"),
        });
    };
    gitops.go_back(&found.commit)?;
    let platform = path("cupaas.yaml")?;
    if gitops.read(std::slice::from_ref(&platform))?.is_empty() {
        let message =
            format!("the GitOps repository had no cupaas.yaml at {}, and no release either", shown(time));
        return Err(Failure::new(Code::ReleaseNotFound, message).hint("name a later time with --at"));
    }
    Ok(found)
}
