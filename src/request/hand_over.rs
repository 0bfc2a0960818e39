//! What was typed of a person's own programs → what is handed over to them.

use std::io::{IsTerminal, stdin, stdout};

use crate::cli::{AppSelector, Console, HandedOver, Logs, Open, Ps, Run, Runs};
use crate::diagnostic::Failure;
use crate::request::environment::{Environment, given};
use crate::request::registered::view;
use crate::request::task;
use crate::run::action::Action;
use crate::run::view::{HandOverTo, Handing, LogLines};

pub(super) fn open(asked: Open, env: &Environment) -> Result<Action, Failure> {
    let target = of(asked.named, asked.target);
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let how = Handing { print: asked.print, context: None, terminal: false };
    action(HandOverTo::Browser(opener), how, target, env)
}

pub(super) fn ps(asked: Ps, env: &Environment) -> Result<Action, Failure> {
    let HandedOver { print, context, target } = asked.handed;
    action(HandOverTo::Pods, handing(print, context), of(asked.named, target), env)
}

pub(super) fn logs(asked: Logs, env: &Environment) -> Result<Action, Failure> {
    let HandedOver { print, context, target } = asked.handed;
    let lines = LogLines {
        part: given(asked.part),
        follow: asked.follow,
        tail: asked.tail,
        since: given(asked.since),
        previous: asked.previous,
    };
    action(HandOverTo::Logs(lines), handing(print, context), target, env)
}

pub(super) fn run(asked: Run, env: &Environment) -> Result<Action, Failure> {
    if asked.via == Runs::Git {
        return task::run(asked, env);
    }
    task::not_by_kubectl(&asked.once)?;
    let HandedOver { print, context, target } = asked.handed;
    let to = HandOverTo::Command { part: given(asked.process), command: asked.command };
    action(to, handing(print, context), target, env)
}

pub(super) fn console(asked: Console, env: &Environment) -> Result<Action, Failure> {
    let HandedOver { print, context, target } = asked.handed;
    action(HandOverTo::Console(given(asked.service)), handing(print, context), target, env)
}

fn action(to: HandOverTo, how: Handing, target: AppSelector, env: &Environment) -> Result<Action, Failure> {
    Ok(Action::HandOver(Box::new(to), how, Box::new(view(target, env)?)))
}

/// The app by its name, wherever that was written.
fn of(named: Option<String>, mut target: AppSelector) -> AppSelector {
    target.app = named.or(target.app);
    target
}

fn handing(print: bool, context: Option<String>) -> Handing {
    // A line that is shown is for a terminal.
    let terminal = print || (stdin().is_terminal() && stdout().is_terminal());
    Handing { print, context: given(context), terminal }
}
