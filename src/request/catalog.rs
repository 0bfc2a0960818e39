//! What was typed of recipes, and command lines of cases.
#![allow(clippy::disallowed_methods)] // The working directory is looked at here.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anstream::adapter::strip_str;

use crate::cli::{self, CatalogFolder, Cli, RecipeFor, Repository};
use crate::diagnostic::{Code, Failure};
use crate::load::catalog::RecipeKind;
use crate::outcome::Report;
use crate::report::{self, Detail, Format};
use crate::request::environment::Environment;
use crate::request::{gitops_from_cwd, registered};
use crate::run::action::{Action, Request};
use crate::run::catalog::cases::Ran;
use crate::run::catalog::{CatalogCommand, Known, NewRecipe};
use crate::run::dispatch;

pub(super) fn asked(command: cli::CatalogCommand, env: &Environment) -> Result<CatalogCommand, Failure> {
    Ok(match command {
        cli::CatalogCommand::New(new) => {
            let kind = match new.kind {
                RecipeFor::Runtime => RecipeKind::Runtime,
                RecipeFor::Service => RecipeKind::Service,
            };
            CatalogCommand::New(NewRecipe { kind, name: new.recipe, folder: new.folder })
        }
        cli::CatalogCommand::List(repository) => CatalogCommand::List(known(repository, env)?),
        cli::CatalogCommand::Show(show) => {
            CatalogCommand::Show(known(show.repository, env)?, show.known_recipe)
        }
        cli::CatalogCommand::Check(check) => CatalogCommand::Check(folder(check, "check")?),
        cli::CatalogCommand::Test(test) => {
            CatalogCommand::Test { folder: folder(test.of, "test")?, update: test.update, run: typed }
        }
    })
}

/// The folder that is named, which is on this machine.
fn folder(asked: CatalogFolder, command: &str) -> Result<PathBuf, Failure> {
    let Some(named) = asked.not_here else { return Ok(asked.folder) };
    let message = format!("`catalog {command}` takes a folder on this machine, and no --gitops");
    let hint = match named.is_dir() {
        true => format!("cupaas catalog {command} {}", named.display()),
        false => format!("clone the repository, and there: cupaas catalog {command}"),
    };
    Err(Failure::new(Code::InvalidArgument, message).hint(hint))
}

/// The repository that is named; else the work tree that one stands in, as `check`, `test` and `new` take it, or the catalog
/// in the working directory. A branch that is named is one that was committed.
fn known(repository: Repository, env: &Environment) -> Result<Known, Failure> {
    let is_named = |word: &Option<String>| word.as_ref().is_some_and(|word| !word.is_empty());
    let around = gitops_from_cwd::root();
    if let (Some(root), false) =
        (&around, is_named(&repository.gitops) || is_named(&repository.gitops_branch))
    {
        return Ok(Known::Folder(root.clone()));
    }
    if let Some(spec) = registered::catalog(&gitops_from_cwd::here(repository), env)? {
        return Ok(Known::Repository(spec));
    }
    let here =
        ["catalog/runtimes", "catalog/services", "cupaas.yaml"].iter().any(|path| Path::new(path).exists());
    Ok(if here { Known::Folder(PathBuf::from(".")) } else { Known::BuiltIn })
}

/// Runs the words of a command line in this process, as if no variable stood for a flag and no CI job ran it.
///
/// # Errors
/// Words that are none of cupaas's.
pub fn typed(words: &[String]) -> Result<Ran, String> {
    let words: Vec<OsString> = words.iter().map(OsString::from).collect();
    let cli = Cli::read(words, &|_| true).map_err(|error| error.to_string())?;
    let format = cli.format;
    let request = Request::new(cli, None).map(|mut request| {
        if let Action::Deploy(spec) | Action::Rerender(spec) = &mut request.action {
            spec.query.ci = false;
        }
        request
    });
    let plain = |text: String| strip_str(&text).to_string();
    Ok(match request.and_then(|request| dispatch::run(&request, &|_| {})) {
        Ok(done) => Ran {
            exit: done.report.exit_code(),
            stderr: plain(report::warnings(&done, format)),
            stdout: plain(report::of(&done, format, Detail::Folded)),
            files: match done.report {
                Report::Rendered { files, .. } => Some(files),
                _ => None,
            },
        },
        Err(failure) => {
            let text = plain(report::failure(&failure, format));
            // What is for machines is printed where they read.
            let (stdout, stderr) = match format {
                Format::Text => (String::new(), text),
                _ => (text, String::new()),
            };
            Ran { exit: failure.kind().exit_code(), stdout, stderr, files: None }
        }
    })
}
