//! What was typed of going back and going on → steps of the same pipeline.

use crate::cli::{Editing, EditingOf, Rollback as Asked};
use crate::diagnostic::Failure;
use crate::load::hold::HoldUntil;
use crate::request::environment::Environment;
use crate::request::registered::{about, edited, nothing};
use crate::request::{forge, gates};
use crate::run::action::Action;
use crate::run::edit::command::EditCommand;
use crate::run::rollback::{Rollback, Target};

/// The app by its name, wherever that was written.
pub(super) fn of(EditingOf { named, mut editing }: EditingOf) -> Editing {
    editing.target.app = named.or(editing.target.app);
    editing
}

pub(super) fn rollback(asked: Asked, env: &Environment) -> Result<Action, Failure> {
    let wish = Rollback {
        to: Target::parse("--to", &asked.to)?,
        until: if asked.hold { HoldUntil::Resume } else { HoldUntil::Newer },
        why: asked.why.map(|why| why.trim().to_owned()).filter(|why| !why.is_empty()),
    };
    let Editing { dry_run, proposed, gates: given, target } = of(asked.of);
    let mut spec = about(target, nothing(), dry_run, env)?;
    // A freeze lets it go through anyway.
    spec.gates = gates::options(given)?;
    spec.allow_data_loss = asked.losses.names();
    spec.forge = forge::propose(proposed, &spec, env)?;
    Ok(Action::Rollback(Box::new(wish), Box::new(spec)))
}

pub(super) fn resume(asked: EditingOf, env: &Environment) -> Result<Action, Failure> {
    edited(EditCommand::Resume, of(asked), env)
}
