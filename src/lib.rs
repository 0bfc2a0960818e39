//! cupaas reads a `.cupaas` file from an app's repository and the platform's settings from a GitOps repository,
//! renders final Kubernetes YAML, and commits it there in one safe commit.
//!
//! [`run`] does what a [`Request`] asks for. Effects are at both ends, the middle is pure; `ARCHITECTURE.md` has the rooms.

pub mod backoff;
pub mod cli;
pub mod clock;
pub mod diagnostic;
pub mod expression;
pub mod forge;
pub mod git;
pub mod http;
pub(crate) mod image_name;
pub mod layout;
pub mod load;
pub mod names;
pub mod outcome;
pub mod plan;
pub mod publish;
mod quantity;
pub mod registry;
pub mod render;
pub mod report;
pub mod repository;
pub mod request;
pub mod resolve;
pub mod run;
pub mod runner;
pub mod schema;
pub mod seal;
pub mod token;
pub mod tree;
pub mod yaml;

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
