//! What was typed of `status` and `history` → what is looked at.

use std::time::Duration;

use crate::cli::{History, StatusOf};
use crate::clock::seconds;
use crate::diagnostic::{Code, Failure, typed};
use crate::report::Format;
use crate::request::environment::{Environment, given, text};
use crate::request::registered::{about, nothing, spec};
use crate::request::{forge, sync};
use crate::run::action::Action;
use crate::run::rollback::target::Target;
use crate::run::spec::{RunSpec, Stage, View};
use crate::run::sync::Options;
use crate::run::view::Look;

/// How many repositories are asked at once, and how long one may take to answer.
const AT_ONCE: usize = 16;
const TIMEOUT: Duration = Duration::from_secs(30);

pub(super) fn status(asked: StatusOf, format: Format, env: &Environment) -> Result<Action, Failure> {
    let out = asked.out.filter(|out| !out.as_os_str().is_empty());
    if out.is_some() && format != Format::Html {
        let failure = Failure::new(Code::ConflictingArguments, "--out works only with --format html");
        return Err(
            failure.hint("for another format, write what is printed to a file: `cupaas status > FILE`")
        );
    }
    let at = moment(asked.at)?;
    let mut spec = spec(asked.repository, nothing(), true, env)?;
    spec.query.app = given(asked.app).or_else(|| text("CUPAAS_APP"));
    spec.query.environment = given(asked.env);
    if asked.health {
        spec.forge = forge::wishes(&spec, env)?;
    }
    let look = Look {
        page: (format == Format::Html).then_some(out),
        health: asked.health,
        remote: asked.remote.then(|| remote(&spec)).transpose()?,
        at,
    };
    Ok(Action::Status(Box::new(look), Box::new(spec)))
}

/// The same words as those of `rollback --to`.
fn moment(text: Option<String>) -> Result<Option<i64>, Failure> {
    let Some(text) = text else { return Ok(None) };
    match seconds(&text) {
        Some(moment) => Ok(Some(moment)),
        None => {
            let hint = "such as --at 2026-11-23T10:39 (UTC), or with its zone: 2026-11-23T10:39:00-05:00";
            Err(typed(Code::InvalidArgument, "--at", &text, "is not a time", hint))
        }
    }
}

/// How apps' repositories are asked, as `sync` asks them.
fn remote(spec: &RunSpec) -> Result<Options, Failure> {
    Ok(Options {
        apps: Default::default(),
        environment: spec.query.environment.clone(),
        image: None,
        one_commit: false,
        at_once: AT_ONCE,
        timeout: TIMEOUT,
        token: sync::token(&spec.gitops)?,
        registry: sync::registry(TIMEOUT),
    })
}

pub(super) fn history(asked: History, env: &Environment) -> Result<Action, Failure> {
    let mut target = asked.target;
    target.app = asked.named.or(target.app);
    let released = |text: &String| Target::parse("--diff", text);
    let mut diff = asked.diff.iter().map(released).collect::<Result<Vec<_>, _>>()?.into_iter();
    let spec = about(target, nothing(), true, env)?;
    let (look, spec) = match diff.next() {
        None => (View::History { limit: asked.limit as usize }, spec),
        // What a pod lacks is for a deploy to say.
        Some(from) => (View::Between { from, to: diff.next() }, RunSpec { stage: Stage::Explain, ..spec }),
    };
    Ok(Action::View(look, Box::new(spec)))
}
