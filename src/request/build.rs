//! A command line → the [`Request`] that it means.

use crate::cli::{CiForge, Cli, Command, Deploy, Diff, Shared};
use crate::diagnostic::{Failure, Kind};
use crate::git::Identity;
use crate::report::Format;
use crate::request::ci::Ci;
use crate::request::environment::{Around, text};
use crate::request::job::means_another;
use crate::request::step::{named, wide};
use crate::request::{forge, print, registered, scaffold, secret, standing, sync};
use crate::run::action::{Action, Request};
use crate::run::home::Home;
use crate::run::step::{Extent, Stage, Step};

impl Request {
    /// Reads the environment and the app's checkout. `ci` is what [`here`] gave.
    ///
    /// Errors: what no run could be made of; kind `Usage`.
    pub fn new(cli: Cli, ci: Option<Ci>) -> Result<Self, Failure> {
        if cli.format == Format::Matrix && !matches!(cli.command, Command::Sync(_)) {
            return Err(Failure::new(Kind::Usage, "--format matrix is for `cupaas sync` alone"));
        }
        let run_url = cli.ci.run_url.clone().filter(|url| !url.is_empty());
        let job = ci.is_some() || (cli.ci.ci != Some(CiForge::None) && means_another());
        let around = Around { home: Home::read()?, job, ci };
        let step = |stage, shared: Shared| Step::new(stage, shared, &around);
        let action = match cli.command {
            Command::New(new) => Action::New(scaffold::new(new, &around)?),
            Command::Init(init) => Action::Init(scaffold::init(init)),
            Command::Schema(schema) => Action::Print(print::schema(schema.file)?),
            Command::Completions(completions) => Action::Print(print::completions(completions.shell)),
            Command::Man => Action::Print(print::man()?),
            Command::Check(check) => {
                let step = step(Stage::Check, standing::on(check.shared, &check.wide))?;
                Action::along(wide(step, check.wide, &around)?)
            }
            Command::Explain(shared) => Action::along(step(Stage::Explain, shared)?),
            Command::Dockerfile(shared) => Action::along(step(Stage::Dockerfile, shared)?),
            Command::Render(render) => Action::along(Step {
                out: render.out.filter(|out| !out.as_os_str().is_empty()),
                ..step(Stage::Render, render.shared)?
            }),
            Command::Diff(diff) => Action::along(diff_step(diff, &around)?),
            Command::Deploy(deploy) => Action::along(deploy_step(deploy, &around)?),
            Command::App(command) => registered::app(command, &around)?,
            Command::Env(command) => registered::env(command, &around)?,
            Command::Secret(secret) => secret::asked(secret, &around)?,
            Command::Pin(pin) => registered::pin(pin, &around)?,
            Command::Unpin(unpin) => registered::unpin(unpin, &around)?,
            Command::Sync(given) => sync::sync(given, cli.format, &around)?,
            Command::Remove(remove) => {
                let step = step(Stage::Remove, remove.shared)?;
                Action::Remove(
                    Extent::Environment,
                    Box::new(Step {
                        allow_data_loss: named(remove.allow_data_loss),
                        tells: forge::propose(remove.proposed, &step, &around)?,
                        ..step
                    }),
                )
            }
        };
        let Around { home, ci, job: _ } = around;
        let run_url = run_url.or_else(|| ci.as_ref()?.run_url.clone());
        let actor = ci.as_ref().and_then(|ci| ci.actor.clone());
        Ok(Self { action, author: author(), run_url, actor, home })
    }
}

fn diff_step(diff: Diff, around: &Around) -> Result<Step, Failure> {
    let stated = diff.shared.source_commit.as_ref().is_some_and(|commit| !commit.is_empty());
    let step = Step::new(Stage::Diff, standing::on(diff.shared, &diff.wide), around)?;
    let step = wide(step, diff.wide, around)?;
    Ok(Step {
        allow_data_loss: named(diff.allow_data_loss),
        exit_code: diff.exit_code,
        tells: forge::comment(diff.commenting, stated, &step, around)?,
        ..step
    })
}

fn deploy_step(deploy: Deploy, around: &Around) -> Result<Step, Failure> {
    let step = Step::new(Stage::Deploy, standing::on(deploy.shared, &deploy.wide), around)?;
    let step = wide(step, deploy.wide, around)?;
    Ok(Step {
        allow_data_loss: named(deploy.allow_data_loss),
        allow_older: deploy.allow_older,
        tells: forge::deploy(deploy.proposed, deploy.status, &step, around)?,
        ..step
    })
}

fn author() -> Identity {
    Identity {
        name: text("GIT_AUTHOR_NAME").unwrap_or_else(|| "cupaas".to_owned()),
        email: text("GIT_AUTHOR_EMAIL").unwrap_or_else(|| "cupaas@localhost".to_owned()),
    }
}
