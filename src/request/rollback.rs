//! What was typed of going back and going on → steps of the same pipeline.

use crate::cli::{AppSelector, Resume, Rollback as Asked};
use crate::diagnostic::Failure;
use crate::load::hold::HoldUntil;
use crate::request::environment::Environment;
use crate::request::forge;
use crate::request::registered::{about, edit, nothing};
use crate::run::action::Action;
use crate::run::edit::command::EditCommand;
use crate::run::rollback::{Rollback, Target};
use crate::run::spec::Selection;

/// The app by its name, wherever that was written.
pub(super) fn named(target: AppSelector, named: Option<String>) -> AppSelector {
    AppSelector { app: named.or(target.app), ..target }
}

pub(super) fn rollback(asked: Asked, env: &Environment) -> Result<Action, Failure> {
    let wish = Rollback {
        to: Target::parse(&asked.to)?,
        until: if asked.hold { HoldUntil::Resume } else { HoldUntil::Newer },
        why: asked.why.map(|why| why.trim().to_owned()).filter(|why| !why.is_empty()),
    };
    let mut spec = about(named(asked.target, asked.named), nothing(), asked.dry_run, env)?;
    spec.allow_data_loss = asked.losses.names();
    spec.forge = forge::propose(asked.proposed, &spec, env)?;
    Ok(Action::Rollback(Box::new(wish), Box::new(spec)))
}

pub(super) fn resume(asked: Resume, env: &Environment) -> Result<Action, Failure> {
    let target = named(asked.target, asked.named);
    edit(about(target, Selection::Edited(EditCommand::Resume), asked.dry_run, env)?, asked.proposed, env)
}
