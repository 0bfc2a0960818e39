//! What was typed of a wait for a rollout → an [`Action`], or what a deploy does at its end.

use std::time::Duration;

use crate::cli::{Wait, Waiting};
use crate::diagnostic::{Code, Failure};
use crate::request::environment::Environment;
use crate::request::{forge, registered};
use crate::run::action::Action;
use crate::run::spec::{RunSpec, Selection};

/// # Errors
/// `Usage` where there is no shared repository.
pub(super) fn wait(given: Wait, env: &Environment) -> Result<Action, Failure> {
    let mut spec = registered::view(given.target, env)?;
    forge::shared(true, "wait", &spec)?;
    spec.query.source.commit = given.source_commit.filter(|commit| !commit.is_empty());
    spec.forge = forge::wishes(&spec, env)?;
    Ok(Action::Wait(Duration::from_secs(given.timeout.into()), Box::new(spec)))
}

/// For how long a deploy waits at its end; nothing where it does not.
///
/// # Errors
/// `Usage` where there would be nothing to wait for.
pub(super) fn deploy(given: &Waiting, proposes: bool, spec: &RunSpec) -> Result<Option<Duration>, Failure> {
    if !given.wait {
        return Ok(None);
    }
    forge::shared(true, "--wait", spec)?;
    if proposes {
        let message = "--wait does not go with --pull-request: nothing is rolled out before it is merged";
        return Err(Failure::new(Code::ConflictingArguments, message)
            .hint("after the merge: `cupaas wait --app NAME --env ENV`"));
    }
    if spec.selection != Selection::Folder {
        let message = "--wait is for the deploy of an app's folder";
        return Err(Failure::new(Code::ConflictingArguments, message)
            .hint("after a deploy of others, for each: `cupaas wait --app NAME --env ENV`"));
    }
    Ok(Some(Duration::from_secs(given.wait_timeout.into())))
}
