//! cupaas reads a `.cupaas` file from an app's repository and the platform's settings from a GitOps repository,
//! renders final Kubernetes YAML, and commits it there in one safe commit.
//!
//! [`main`] is the program, and [`run`] does what one request asks for. Nothing else is public but [`parts`]. Effects are at
//! both ends, the middle is pure; `ARCHITECTURE.md` has the rooms.

mod backoff;
mod cli;
mod clock;
mod diagnostic;
mod expression;
mod forge;
mod git;
mod http;
mod image_name;
mod layout;
mod load;
mod names;
mod outcome;
pub mod parts;
mod plan;
mod program;
mod publish;
mod quantity;
mod registry;
mod render;
mod report;
mod repository;
mod request;
mod resolve;
mod run;
mod runner;
mod schema;
mod seal;
mod token;
mod tree;
mod yaml;

pub use program::main;

use diagnostic::Failure;
use outcome::{Outcome, Report, Wrote};
use publish::Job;
use run::action::{Action, Request};
use run::context::Context;
use run::{deploy, files, inventory, remove, rerender, scaffold, secrets, sync};

/// Does what `request` asks for; `progress` is told what takes long.
///
/// # Errors
/// A [`Failure`] whose kind is the exit code. Nothing was written then.
pub fn run(request: &Request, progress: &dyn Fn(&str)) -> Result<Outcome, Failure> {
    let job = Job { url: request.run_url.as_deref(), actor: request.actor.as_deref() };
    let context = Context { home: &request.home, author: &request.author, job, progress };
    match &request.action {
        Action::Deploy(spec) => deploy::run(context, spec),
        Action::Rerender(spec) => rerender::run(context, spec),
        Action::Remove(extent, spec) => remove::run(context, spec, *extent),
        Action::Sync(options, spec) => sync::run(context, options, spec),
        Action::View(look, spec) => inventory::run(context, *look, spec),
        Action::Secret(asked) => secrets::run(context, asked),
        Action::New(options) => {
            let catalog = scaffold::catalog(&context, options)?;
            Ok(Report::Wrote(scaffold::new(options, &catalog)?).into())
        }
        Action::Init(options) => {
            let wrote = scaffold::init(options, request.home.folder()?)?;
            Ok(Report::Wrote(wrote).into())
        }
        Action::Write { folder, files } => {
            files::write_files(folder, files)?;
            let written = files.keys().map(|path| folder.join(path.as_str())).collect();
            Ok(Report::Wrote(Wrote { written, ..Wrote::default() }).into())
        }
        Action::Print(text) => Ok(Report::Text(text.clone()).into()),
    }
}
