//! What was typed of an app's operation → steps of the same pipeline.

use std::collections::BTreeMap;

use crate::cli::{EditingOf, Maintenance, ScaleTo};
use crate::clock::{now, rfc3339};
use crate::diagnostic::{Code, Failure, typed};
use crate::request::environment::Environment;
use crate::request::registered::edited;
use crate::request::rollback::of;
use crate::run::action::Action;
use crate::run::edit::command::{EditCommand, Operate, Scales};

/// The most of one process.
const MOST: u32 = 1000;

pub(super) fn restart(asked: EditingOf, env: &Environment) -> Result<Action, Failure> {
    operate(asked, Operate::Restart(rfc3339(now()).unwrap_or_default()), env)
}

pub(super) fn operate(asked: EditingOf, what: Operate, env: &Environment) -> Result<Action, Failure> {
    edited(EditCommand::Operate(what), of(asked), env)
}

pub(super) fn maintenance(asked: Maintenance, env: &Environment) -> Result<Action, Failure> {
    match asked {
        Maintenance::On(asked) => operate(asked, Operate::MaintenanceOn, env),
        Maintenance::Off(asked) => operate(asked, Operate::MaintenanceOff, env),
    }
}

pub(super) fn scale(asked: ScaleTo, env: &Environment) -> Result<Action, Failure> {
    let set = asked.scales.iter().map(|text| one(text)).collect::<Result<BTreeMap<_, _>, _>>()?;
    let command = EditCommand::Operate(Operate::Scale(Scales { set, reset: asked.reset }));
    edited(command, asked.editing, env)
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
