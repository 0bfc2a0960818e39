//! What was typed of a command that runs once → an edit like any other.

use std::time::Duration;

use crate::calendar::Lapse;
use crate::cli::{HandedOver, Run, RunOnce};
use crate::clock::{now, rfc3339};
use crate::diagnostic::{Code, Failure, typed};
use crate::request::environment::Environment;
use crate::request::forge;
use crate::request::registered::about;
use crate::resolve::task::Wanted;
use crate::run::action::Action;
use crate::run::edit::command::EditCommand;
use crate::run::spec::Selection;

/// How many seconds a command may run where nothing else is said: what the cluster gives a rollout.
const TIME: u32 = 900;
/// The most.
const MOST: i64 = 86_400;
/// How many seconds the cluster may take to hear of it, and to say how it ended.
const AROUND: u32 = 300;

/// # Errors
/// `Usage`: flags that are for kubectl, a time that is none, nothing to wait for.
pub(super) fn run(asked: Run, env: &Environment) -> Result<Action, Failure> {
    let HandedOver { print, context, target } = asked.handed;
    if print || context.is_some_and(|name| !name.is_empty()) {
        let message = "--print and --context are for kubectl, and the GitOps repository is asked here";
        return Err(Failure::new(Code::ConflictingArguments, message)
            .hint("to see what would change: --dry-run; for kubectl, leave out --via git"));
    }
    let RunOnce { time_limit, wait, wait_timeout, dry_run, proposed } = asked.once;
    let time_limit = seconds(time_limit.as_deref())?;
    let process = asked.process.filter(|name| !name.is_empty());
    let asked_at = rfc3339(now()).unwrap_or_default();
    let wanted = Wanted { command: asked.command, process, asked: asked_at, time_limit };
    let mut spec = about(target, Selection::Edited(EditCommand::Run(wanted)), dry_run, env)?;
    if wait {
        forge::shared(true, "--wait", &spec)?;
        if proposed.pull_request || dry_run {
            let message = "--wait does not go with --pull-request or --dry-run: nothing runs yet";
            return Err(Failure::new(Code::ConflictingArguments, message)
                .hint("how it ended is a status of the app's commit; the run says which"));
        }
        let time = wait_timeout.unwrap_or_else(|| time_limit.saturating_add(AROUND));
        spec.wait = Some(Duration::from_secs(time.into()));
    }
    spec.forge = forge::propose(proposed, &spec, env)?;
    Ok(Action::along(spec))
}

/// # Errors
/// `Usage`: what only a Job of its own can do was asked of a container that runs.
pub(super) fn not_by_kubectl(given: &RunOnce) -> Result<(), Failure> {
    if given.time_limit.is_none() && !given.wait && !given.dry_run {
        return Ok(());
    }
    let message = "--time-limit, --wait and --dry-run are for a Job of its own";
    Err(Failure::new(Code::ConflictingArguments, message)
        .hint("add --via git; in a container that runs, the command is waited for, and --print shows it"))
}

/// # Errors
/// `Usage`: no time, none at all, or more than a day.
fn seconds(text: Option<&str>) -> Result<u32, Failure> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(TIME) };
    let hint = "such as 90s, 30m or 2h, and a day at the most";
    let wrong = || typed(Code::InvalidArgument, "--time-limit", text, "is not a time that fits", hint);
    let given = Lapse::parse(text).map(Lapse::seconds).filter(|given| (1..=MOST).contains(given));
    u32::try_from(given.ok_or_else(wrong)?).map_err(|_| wrong())
}
