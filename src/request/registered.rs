//! What was typed of registrations → steps of the same pipeline.
#![allow(clippy::disallowed_methods)] // The environment is read here.

use crate::request::environment::text;
use crate::run::step::Extent;
use std::path::PathBuf;

use crate::cli::{AppCommand, EnvCommand, Pin, Proposed, Repository, SetEnv, Shared, Target, Unpin};
use crate::diagnostic::{Failure, Source as Text, Span, typed};
use crate::git::Source;
use crate::load::app_folder::{read_input, read_text};
use crate::load::dotenv;
use crate::load::records::Scope;
use crate::load::release_file::SourceFacts;
use crate::request::assigned::assigned;
use crate::request::environment::Around;
use crate::request::job::shared_one;
use crate::request::step::{folder_name, named};
use crate::request::{forge, standing};
use crate::run::action::Action;
use crate::run::edit::deed::{AddApp, Deed, EnvChange};
use crate::run::step::{Look, Stage, Step, Subject};

/// A step that is about what the GitOps repository knows, and no folder of this machine.
pub(super) fn step(
    repository: Repository,
    subject: Subject,
    dry_run: bool,
    around: &Around,
) -> Result<Step, Failure> {
    let shared = Shared {
        folder: None,
        env: None,
        image: None,
        repository: standing::here(repository),
        app: None,
        set: Vec::new(),
        source_repository: None,
        source_commit: None,
        source_branch: None,
    };
    let stage = if dry_run { Stage::Diff } else { Stage::Deploy };
    let step = Step::about(stage, subject, shared, around)?;
    shared_one(&step.gitops, around)?;
    Ok(step)
}

/// The repository whose catalog `new` reads; nothing where none is named, since an app may begin without one.
pub(super) fn catalog(repository: &Repository, around: &Around) -> Result<Option<Box<Step>>, Failure> {
    match &repository.gitops {
        Some(named) if !named.is_empty() => {
            step(repository.clone(), nothing(), true, around).map(|step| Some(Box::new(step)))
        }
        _ => Ok(None),
    }
}

/// The same, about one app: `--app`, else the one in this folder.
fn about(target: Target, subject: Subject, dry_run: bool, around: &Around) -> Result<Step, Failure> {
    let mut step = step(target.repository, subject, dry_run, around)?;
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    step.asked.environment = given(target.env);
    step.asked.app = given(target.app).or_else(|| text("CUPAAS_APP"));
    if step.asked.app.is_none() {
        let here = PathBuf::from(".");
        let found = Source::read(&here)?;
        step.asked.folder_name = folder_name(&here);
        step.asked.folder = here;
        step.asked.source =
            SourceFacts { repository: found.repository, path: found.path, ..SourceFacts::default() };
    }
    Ok(step)
}

fn edit(step: Step, proposed: Proposed, around: &Around) -> Result<Action, Failure> {
    let tells = forge::propose(proposed, &step, around)?;
    Ok(Action::along(Step { tells, ..step }))
}

pub(super) fn app(command: AppCommand, around: &Around) -> Result<Action, Failure> {
    match command {
        AppCommand::Add(add) => {
            let branch = |text: &String| match text.split_once('=') {
                Some((branch, environment)) => Ok((branch.to_owned(), environment.to_owned())),
                None => Err(typed("--branch", text, "has no `=`", "--branch main=production")),
            };
            let branches = add.branch.iter().map(branch).collect::<Result<_, _>>()?;
            let deed = Deed::AddApp(AddApp { url: add.url, path: add.path, branches, name: add.name });
            edit(step(add.repository, Subject::Edited(deed), add.dry_run, around)?, add.proposed, around)
        }
        AppCommand::List(repository) => Ok(look(Look::Apps, step(repository, nothing(), true, around)?)),
        AppCommand::Show(show) => {
            let mut step = step(show.repository, nothing(), true, around)?;
            step.asked.app = Some(show.name);
            Ok(look(Look::App, step))
        }
        AppCommand::Remove(remove) => {
            let mut step = step(remove.repository, nothing(), false, around)?;
            step.asked.app = Some(remove.name);
            step.allow_data_loss = named(remove.allow_data_loss);
            step.tells = forge::propose(remove.proposed, &step, around)?;
            Ok(Action::Remove(Extent::Everywhere, Box::new(step)))
        }
    }
}

fn look(look: Look, step: Step) -> Action {
    Action::Look(look, Box::new(step))
}

/// Neither a folder nor a change.
fn nothing() -> Subject {
    Subject::Released(Scope::default())
}

pub(super) fn env(command: EnvCommand, around: &Around) -> Result<Action, Failure> {
    match command {
        EnvCommand::Set(set) => {
            let deed = Deed::Env(EnvChange { set: variables(&set)?, ..EnvChange::default() });
            edit(about(set.target, Subject::Edited(deed), set.dry_run, around)?, set.proposed, around)
        }
        EnvCommand::Unset(unset) => {
            let names = unset.names.into_iter().collect();
            let deed = Deed::Env(EnvChange { unset: names, ..EnvChange::default() });
            edit(about(unset.target, Subject::Edited(deed), unset.dry_run, around)?, unset.proposed, around)
        }
        EnvCommand::List(list) => {
            let step = about(list.target, nothing(), true, around)?;
            Ok(look(Look::Variables { origin: list.origin }, step))
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
            let problem = crate::diagnostic::Diagnostic::error(span, "sets no variable");
            return Err(Failure::invalid(vec![problem.hint("a line is NAME=VALUE")]));
        }
        all.extend(read.into_iter().map(|(name, (value, span))| (name, (value, Some(span)))));
    }
    let typed = assigned(&set.variables, "cupaas env set NAME=VALUE")?;
    all.extend(typed.into_iter().map(|(name, value)| (name, (value, None))));
    Ok(all)
}

pub(super) fn pin(pin: Pin, around: &Around) -> Result<Action, Failure> {
    let mut step = about(pin.target, Subject::Edited(Deed::Pin), pin.dry_run, around)?;
    step.asked.image = pin.image.filter(|image| !image.is_empty());
    edit(step, pin.proposed, around)
}

pub(super) fn unpin(unpin: Unpin, around: &Around) -> Result<Action, Failure> {
    edit(about(unpin.target, Subject::Edited(Deed::Unpin), unpin.dry_run, around)?, unpin.proposed, around)
}
