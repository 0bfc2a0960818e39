//! What was typed of an app's operation → steps of the same pipeline.

use std::collections::BTreeMap;

use crate::cli::{Operate as Asked, ScaleTo};
use crate::clock::{now, rfc3339};
use crate::diagnostic::{Code, Failure, typed};
use crate::request::environment::Environment;
use crate::request::registered::{about, edit};
use crate::request::rollback::named;
use crate::run::action::Action;
use crate::run::edit::command::{EditCommand, Operate, Scales};
use crate::run::spec::Selection;

/// The most of one process.
const MOST: u32 = 1000;

pub(super) fn restart(asked: Asked, env: &Environment) -> Result<Action, Failure> {
    operate(asked, Operate::Restart(rfc3339(now()).unwrap_or_default()), env)
}

pub(super) fn operate(asked: Asked, what: Operate, env: &Environment) -> Result<Action, Failure> {
    let command = Selection::Edited(EditCommand::Operate(what));
    edit(about(named(asked.target, asked.named), command, asked.dry_run, env)?, asked.proposed, env)
}

pub(super) fn scale(asked: ScaleTo, env: &Environment) -> Result<Action, Failure> {
    let set = asked.scales.iter().map(|text| one(text)).collect::<Result<BTreeMap<_, _>, _>>()?;
    let command = EditCommand::Operate(Operate::Scale(Scales { set, reset: asked.reset }));
    edit(about(asked.target, Selection::Edited(command), asked.dry_run, env)?, asked.proposed, env)
}

/// `web=3`, or `web=-` for what the app says itself.
fn one(text: &str) -> Result<(String, Option<u32>), Failure> {
    let hint = "such as `cupaas scale web=3 worker=0`, or `web=-` for what .cupaas says";
    let wrong = |message: &str| Err(typed(Code::InvalidArgument, "scale", text, message, hint));
    match text.split_once('=') {
        Some((name, "-")) if !name.is_empty() => Ok((name.to_owned(), None)),
        Some((name, count)) if !name.is_empty() => match count.parse() {
            Ok(count @ ..=MOST) => Ok((name.to_owned(), Some(count))),
            _ => wrong("is no number from 0 to 1000"),
        },
        _ => wrong("is not PROCESS=N"),
    }
}
