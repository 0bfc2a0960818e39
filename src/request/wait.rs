//! What was typed of a wait for a rollout → an [`Action`], or what a deploy does at its end.

use std::time::Duration;

use crate::cli::{Via, Wait, Waiting};
use crate::diagnostic::{Code, Failure};
use crate::kubectl::Kubectl;
use crate::request::environment::Environment;
use crate::request::{forge, registered};
use crate::run::action::Action;
use crate::run::spec::{RunSpec, Selection};
use crate::run::wait::Waits;

/// The least that one look at a cluster may take.
const LOOK: Duration = Duration::from_secs(5);

/// # Errors
/// `Usage` where there is no shared repository.
pub(super) fn wait(given: Wait, env: &Environment) -> Result<Action, Failure> {
    let mut spec = registered::view(given.target, env)?;
    spec.query.source.commit = given.source_commit.filter(|commit| !commit.is_empty());
    spec.forge = forge::wishes(&spec, env)?;
    let time = Duration::from_secs(given.timeout.into());
    let via = match given.via {
        Via::Forge if given.context.is_some() => {
            let message = "--context is for kubectl, and the forge is asked here";
            return Err(Failure::new(Code::ConflictingArguments, message)
                .hint("to ask the cluster: --via cluster --context NAME"));
        }
        Via::Forge => {
            forge::shared(true, "wait", &spec)?;
            None
        }
        Via::Cluster => {
            // One answer takes no longer than all of the wait, which may be a single look.
            let timeout = spec.forge.timeout.min(time.max(LOOK));
            Some(Kubectl { context: given.context, timeout })
        }
    };
    Ok(Action::Wait(Waits { time, via }, Box::new(spec)))
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
