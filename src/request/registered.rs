//! What was typed of registrations → steps of the same pipeline.
#![allow(clippy::disallowed_methods)] // The environment is read here.

use crate::request::environment::{given, text};
use crate::run::spec::Extent;
use std::path::PathBuf;

use crate::cli::{AppCommand, AppSelector, Editing, EnvCommand, Pin, Proposed, Repository, SetEnv, Shared};
use crate::diagnostic::{Code, Diagnostic, Failure, Source as Text, Span, typed};
use crate::git::Source;
use crate::load::app_folder::{read_input, read_text};
use crate::load::dotenv;
use crate::load::records::Scope;
use crate::load::release_file::SourceFacts;
use crate::request::assignments::assigned;
use crate::request::ci_guard::shared_one;
use crate::request::environment::Environment;
use crate::request::spec::folder_name;
use crate::request::{forge, gates, gitops_from_cwd};
use crate::run::action::Action;
use crate::run::edit::command::{AddApp, EditCommand, EnvChange};
use crate::run::spec::{RunSpec, Selection, Stage, View};

/// A step that is about what the GitOps repository knows, and no folder of this machine.
pub(super) fn spec(
    repository: Repository,
    subject: Selection,
    dry_run: bool,
    env: &Environment,
) -> Result<RunSpec, Failure> {
    let shared = Shared {
        folder: None,
        env: None,
        image: None,
        repository: gitops_from_cwd::here(repository),
        app: None,
        set: Vec::new(),
        source_repository: None,
        source_commit: None,
        source_branch: None,
    };
    let stage = if dry_run { Stage::Diff } else { Stage::Deploy };
    let spec = RunSpec::about(stage, subject, shared, env)?;
    shared_one(&spec.gitops, env)?;
    Ok(spec)
}

/// The repository whose catalog `new` reads; nothing where none is named, since an app may begin without one.
pub(super) fn catalog(repository: &Repository, env: &Environment) -> Result<Option<Box<RunSpec>>, Failure> {
    match &repository.gitops {
        Some(named) if !named.is_empty() => {
            spec(repository.clone(), nothing(), true, env).map(|spec| Some(Box::new(spec)))
        }
        _ => Ok(None),
    }
}

/// The same, about one app: `--app`, else the one in this folder.
pub(super) fn about(
    target: AppSelector,
    subject: Selection,
    dry_run: bool,
    env: &Environment,
) -> Result<RunSpec, Failure> {
    let mut spec = spec(target.repository, subject, dry_run, env)?;
    spec.query.environment = given(target.env);
    spec.query.app = given(target.app).or_else(|| text("CUPAAS_APP"));
    if spec.query.app.is_none() {
        let here = PathBuf::from(".");
        let found = Source::read(&here)?;
        spec.query.folder_name = folder_name(&here);
        spec.query.folder = here;
        spec.query.source =
            SourceFacts { repository: found.repository, path: found.path, ..SourceFacts::default() };
    }
    Ok(spec)
}

fn edit(spec: RunSpec, proposed: Proposed, env: &Environment) -> Result<Action, Failure> {
    let tells = forge::propose(proposed, &spec, env)?;
    Ok(Action::along(RunSpec { forge: tells, ..spec }))
}

/// What a command edits of one app.
pub(super) fn edited(command: EditCommand, given: Editing, env: &Environment) -> Result<Action, Failure> {
    let mut spec = about(given.target, Selection::Edited(command), given.dry_run, env)?;
    spec.gates = gates::options(given.gates)?;
    edit(spec, given.proposed, env)
}

pub(super) fn app(command: AppCommand, env: &Environment) -> Result<Action, Failure> {
    match command {
        AppCommand::Add(add) => {
            let branch = |text: &String| match text.split_once('=') {
                Some((branch, environment)) => Ok((branch.to_owned(), environment.to_owned())),
                None => Err(typed(
                    Code::InvalidArgument,
                    "--branch",
                    text,
                    "has no `=`",
                    "such as --branch main=production",
                )),
            };
            let branches = add.branch.iter().map(branch).collect::<Result<_, _>>()?;
            let command =
                EditCommand::AddApp(AddApp { url: add.url, path: add.path, branches, name: add.name });
            edit(spec(add.repository, Selection::Edited(command), add.dry_run, env)?, add.proposed, env)
        }
        AppCommand::List(repository) => Ok(look(View::Apps, spec(repository, nothing(), true, env)?)),
        AppCommand::Show(show) => {
            let mut spec = spec(show.repository, nothing(), true, env)?;
            spec.query.app = Some(show.name);
            Ok(look(View::App, spec))
        }
        AppCommand::Remove(remove) => {
            let mut spec = spec(remove.repository, nothing(), remove.dry_run, env)?;
            spec.query.app = Some(remove.name);
            spec.allow_data_loss = remove.losses.names();
            spec.forge = forge::propose(remove.proposed, &spec, env)?;
            Ok(Action::Remove(Extent::Everywhere, Box::new(spec)))
        }
    }
}

/// The same, which changes nothing.
///
/// # Errors
/// As [`about`].
pub(super) fn view(target: AppSelector, env: &Environment) -> Result<RunSpec, Failure> {
    about(target, nothing(), true, env)
}

fn look(look: View, spec: RunSpec) -> Action {
    Action::View(look, Box::new(spec))
}

/// Neither a folder nor a change.
pub(super) fn nothing() -> Selection {
    Selection::Released(Scope::default())
}

pub(super) fn env(command: EnvCommand, env: &Environment) -> Result<Action, Failure> {
    match command {
        EnvCommand::Set(set) => {
            let plain = set.plain.iter().cloned().collect();
            let change = EnvChange { set: variables(&set)?, plain, ..EnvChange::default() };
            let command = EditCommand::Env(change);
            edited(command, set.editing, env)
        }
        EnvCommand::Unset(unset) => {
            let names = unset.names.into_iter().collect();
            let command = EditCommand::Env(EnvChange { unset: names, ..EnvChange::default() });
            edited(command, unset.editing, env)
        }
        EnvCommand::List(list) => {
            let spec = about(list.target, nothing(), true, env)?;
            Ok(look(View::Variables { origin: list.origin }, spec))
        }
    }
}

/// Those of the file, then those that were typed.
fn variables(set: &SetEnv) -> Result<std::collections::BTreeMap<String, (String, Option<Span>)>, Failure> {
    let mut all = std::collections::BTreeMap::new();
    if let Some(file) = &set.file {
        let text = match file.as_os_str() == "-" {
            true => read_input()?,
            false => read_text(file, &file.display().to_string())?,
        };
        let read = dotenv::read(&text).map_err(Failure::invalid)?;
        if read.is_empty() && set.variables.is_empty() {
            let span = Span::file(&Text::new(text.name.clone(), ""));
            let problem = Diagnostic::error(Code::EmptyEnvFile, span, "sets no variable");
            return Err(Failure::invalid(vec![problem.hint("each line is NAME=VALUE")]));
        }
        all.extend(read.into_iter().map(|(name, (value, span))| (name, (value, Some(span)))));
    }
    let typed = assigned(&set.variables, "cupaas env set NAME=VALUE")?;
    all.extend(typed.into_iter().map(|(name, value)| (name, (value, None))));
    Ok(all)
}

pub(super) fn pin(pin: Pin, env: &Environment) -> Result<Action, Failure> {
    let Editing { dry_run, proposed, gates: given, target } = pin.editing;
    let mut spec = about(target, Selection::Edited(EditCommand::Pin), dry_run, env)?;
    spec.gates = gates::options(given)?;
    spec.query.image = pin.image.filter(|image| !image.is_empty());
    edit(spec, proposed, env)
}

pub(super) fn unpin(given: Editing, env: &Environment) -> Result<Action, Failure> {
    edited(EditCommand::Unpin, given, env)
}
