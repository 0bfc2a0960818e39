//! From what is asked for to the command that does it, and nothing else.

use crate::diagnostic::Failure;
use crate::outcome::{Outcome, Report, Wrote};
use crate::publish::Job;
use crate::run::action::{Action, Request};
use crate::run::context::Context;
use crate::run::{
    catalog, deploy, files, inventory, promote, remove, rerender, rollback, scaffold, secrets, sync, view,
    wait,
};

/// Does what `request` asks for; `progress` is told what takes long.
///
/// # Errors
/// A [`Failure`] whose kind is the exit code. Nothing was written then.
pub fn run(request: &Request, progress: &dyn Fn(&str)) -> Result<Outcome, Failure> {
    let ended = act(request, progress);
    match request.action.writes() {
        true => ended.map_err(Failure::of_writing),
        false => ended,
    }
}

fn act(request: &Request, progress: &dyn Fn(&str)) -> Result<Outcome, Failure> {
    let job = Job { url: request.run_url.as_deref(), actor: request.actor.as_deref() };
    let context = Context { home: &request.home, author: &request.author, job, progress };
    match &request.action {
        Action::Deploy(spec) => deploy::run(context, spec),
        Action::Rerender(spec) => rerender::run(context, spec),
        Action::Promote(promotion, spec) => promote::run(context, promotion, spec),
        Action::Remove(extent, spec) => remove::run(context, spec, *extent),
        Action::Rollback(wish, spec) => rollback::run(context, wish, spec),
        Action::Sync(options, spec) => sync::run(context, options, spec),
        Action::View(look, spec) => inventory::run(context, look, spec),
        Action::Status(look, spec) => view::status(context, look, spec),
        Action::HandOver(to, how, spec) => view::hand_over(context, to, how, spec),
        Action::Wait(waits, spec) => wait::run(context, spec, waits),
        Action::Secret(asked) => secrets::run(context, asked),
        Action::New(options) => {
            let catalog = scaffold::catalog(&context, options)?;
            Ok(Report::Wrote(scaffold::new(options, &catalog)?).into())
        }
        Action::Init(options) => {
            let wrote = scaffold::init(options, request.home.folder()?)?;
            Ok(Report::Wrote(wrote).into())
        }
        Action::Catalog(command) => catalog::run(&context, command),
        Action::Write { folder, files } => {
            files::write_files(folder, files)?;
            let written = files.keys().map(|path| folder.join(path.as_str())).collect();
            Ok(Report::Wrote(Wrote { written, ..Wrote::default() }).into())
        }
        Action::Print(text) => Ok(Report::Text(text.clone()).into()),
    }
}
