//! A command line → the [`Request`] that it means.

use crate::cli::{self, CiForge, Cli, Command, Deploy, Diff, Remove, Shared, Status, Waiting};
use crate::diagnostic::{Code, Failure};
use crate::git::Author;
use crate::report::Format;
use crate::request::ci::Ci;
use crate::request::ci_guard::means_another;
use crate::request::environment::{Environment, text};
use crate::request::spec::wide;
use crate::request::{
    catalog, completion, forge, gates, gitops_from_cwd, hand_over, history, look, operate, print, promote,
    registered, rollback, scaffold, secret, sync, wait,
};
use crate::run::action::{Action, Request};
use crate::run::edit::command::Operate;
use crate::run::home::Home;
use crate::run::spec::{Extent, RunSpec, Stage};

impl Request {
    /// Reads the environment and the app's checkout. `ci` is the CI job that runs this, if one does.
    ///
    /// # Errors
    /// What no run could be made of; kind `Usage`.
    pub fn new(cli: Cli, ci: Option<Ci>) -> Result<Self, Failure> {
        let of_one = match (cli.format, &cli.command) {
            (Format::Matrix, Command::Sync(_)) | (Format::Html, Command::Status(_)) => None,
            (Format::Matrix, _) => Some("--format matrix works only with `cupaas sync`"),
            (Format::Html, _) => Some("--format html works only with `cupaas status`"),
            _ => None,
        };
        if let Some(message) = of_one {
            return Err(Failure::new(Code::ConflictingArguments, message));
        }
        let run_url = cli.ci.run_url.clone().filter(|url| !url.is_empty());
        let job = ci.is_some() || (cli.ci.ci != Some(CiForge::None) && means_another());
        let env = Environment { home: Home::read()?, job, ci };
        let action = action(cli.command, cli.format, &env)?;
        let Environment { home, ci, job: _ } = env;
        let run_url = run_url.or_else(|| ci.as_ref()?.run_url.clone());
        let actor = ci.as_ref().and_then(|ci| ci.actor.clone());
        Ok(Self { action, author: author(), run_url, actor, home })
    }
}

/// What one command means.
fn action(command: Command, format: Format, env: &Environment) -> Result<Action, Failure> {
    let spec = |stage, shared: Shared| RunSpec::new(stage, shared, env);
    Ok(match command {
        Command::New(new) => Action::New(scaffold::new(new, env)?),
        Command::Init(init) => Action::Init(scaffold::init(init)),
        Command::Catalog(command) => Action::Catalog(catalog::asked(command, env)?),
        Command::Schema(schema) => Action::Print(print::schema(schema.file)?),
        Command::Completions(completions) => Action::Print(completion::script(completions.shell)?),
        Command::Environment => Action::Print(cli::variables(&cli::read::command())),
        Command::Man(asked) => print::man(asked)?,
        Command::Check(check) => {
            let spec = spec(Stage::Check, gitops_from_cwd::on(check.shared, &check.wide))?;
            Action::along(wide(spec, check.wide, env)?)
        }
        Command::Explain(shared) => match shared.folder.as_deref().map_or(Ok(None), print::code)? {
            Some(page) => Action::Print(page),
            None => Action::along(spec(Stage::Explain, shared)?),
        },
        Command::Dockerfile(shared) => Action::along(spec(Stage::Dockerfile, shared)?),
        Command::Render(render) => Action::along(RunSpec {
            out: render.out.filter(|out| !out.as_os_str().is_empty()),
            ..spec(Stage::Render, render.shared)?
        }),
        Command::Promote(asked) => promote::promote(asked, env)?,
        Command::Diff(diff) => match diff.to.clone().filter(|name| !name.is_empty()) {
            Some(to) => promote::compare(diff, to, env)?,
            None => Action::along(diff_step(diff, env)?),
        },
        Command::Deploy(deploy) => Action::along(deploy_step(deploy, env)?),
        Command::App(command) => registered::app(command, env)?,
        Command::Env(command) => registered::env(command, env)?,
        Command::Secret(secret) => secret::asked(secret, env)?,
        Command::Pin(pin) => registered::pin(pin, env)?,
        Command::Unpin(unpin) => registered::unpin(unpin, env)?,
        Command::Rollback(asked) => rollback::rollback(asked, env)?,
        Command::Resume(asked) => rollback::resume(asked, env)?,
        Command::Restart(asked) => operate::restart(asked, env)?,
        Command::Scale(asked) => operate::scale(asked, env)?,
        Command::Stop(asked) => operate::operate(asked, Operate::Stop, env)?,
        Command::Start(asked) => operate::operate(asked, Operate::Start, env)?,
        Command::Maintenance(asked) => operate::maintenance(asked, env)?,
        Command::Status(asked) => look::status(asked, format, env)?,
        Command::Wait(given) => wait::wait(given, env)?,
        Command::History(asked) => look::history(asked, env)?,
        Command::Open(asked) => hand_over::open(asked, env)?,
        Command::Logs(asked) => hand_over::logs(asked, env)?,
        Command::Run(asked) => hand_over::run(asked, env)?,
        Command::Console(asked) => hand_over::console(asked, env)?,
        Command::Ps(asked) => hand_over::ps(asked, env)?,
        Command::Sync(given) => sync::sync(given, format, env)?,
        Command::Remove(remove) => remove_step(remove, env)?,
    })
}

fn remove_step(remove: Remove, env: &Environment) -> Result<Action, Failure> {
    let spec = RunSpec::new(Stage::Remove, remove.shared, env)?;
    let spec = RunSpec {
        stage: if remove.dry_run { Stage::Diff } else { spec.stage },
        allow_data_loss: remove.losses.names(),
        forge: forge::propose(remove.proposed, &spec, env)?,
        ..spec
    };
    Ok(Action::Remove(Extent::Environment, Box::new(spec)))
}

fn diff_step(diff: Diff, env: &Environment) -> Result<RunSpec, Failure> {
    let stated = diff.shared.source_commit.as_ref().is_some_and(|commit| !commit.is_empty());
    let spec = RunSpec::new(Stage::Diff, gitops_from_cwd::on(diff.shared, &diff.wide), env)?;
    let spec = wide(spec, diff.wide, env)?;
    Ok(RunSpec {
        allow_data_loss: diff.losses.names(),
        exit_code: diff.exit_code,
        forge: forge::comment(diff.commenting, stated, &spec, env)?,
        ..spec
    })
}

fn deploy_step(deploy: Deploy, env: &Environment) -> Result<RunSpec, Failure> {
    let stage = if deploy.dry_run { Stage::Diff } else { Stage::Deploy };
    let spec = RunSpec::new(stage, gitops_from_cwd::on(deploy.shared, &deploy.wide), env)?;
    // Nothing is told of a commit that is not made.
    let status = Status { status: deploy.status.status && !deploy.dry_run };
    let spec = wide(spec, deploy.wide, env)?;
    let waits = Waiting { wait: deploy.waiting.wait && !deploy.dry_run, ..deploy.waiting };
    Ok(RunSpec {
        allow_data_loss: deploy.losses.names(),
        allow_older: deploy.allow_older,
        gates: gates::options(deploy.gates)?,
        wait: wait::deploy(&waits, deploy.proposed.pull_request, &spec)?,
        app_remotes: history::app_remotes(&spec, env)?,
        forge: forge::deploy(deploy.proposed, status, &spec, env)?,
        ..spec
    })
}

fn author() -> Author {
    Author {
        name: text("GIT_AUTHOR_NAME").unwrap_or_else(|| "cupaas".to_owned()),
        email: text("GIT_AUTHOR_EMAIL").unwrap_or_else(|| "cupaas@localhost".to_owned()),
    }
}
