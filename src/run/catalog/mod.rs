//! `catalog …`: recipes as their authors see them. Writes nothing but a new recipe's folder, and what cases expect.

pub(crate) mod cases;
mod check;
mod facts;
mod folder;
mod new;
mod test;
mod trial;

use std::path::PathBuf;

use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::load::catalog::{Catalog, RecipeKind};
use crate::outcome::catalog::Recipes;
use crate::outcome::{Outcome, Report};
use crate::run::catalog::cases::Ran;
use crate::run::context::Context;
use crate::run::open::open;
use crate::run::spec::RunSpec;

/// Kinds of recipes that a catalog has.
const KINDS: [RecipeKind; 2] = [RecipeKind::Runtime, RecipeKind::Service];

/// What is asked of recipes.
#[derive(Debug)]
pub enum CatalogCommand {
    /// `new`.
    New(NewRecipe),
    /// `list`.
    List(Known),
    /// `show`, of the recipes of this name.
    Show(Known, String),
    /// `check`, of the recipes in this folder.
    Check(PathBuf),
    /// `test`.
    Test {
        /// Where the recipes are.
        folder: PathBuf,
        /// Whether what comes out becomes what is expected.
        update: bool,
        /// Runs the words of a command line.
        run: fn(&[String]) -> Result<Ran, String>,
    },
}

/// A recipe that begins.
#[derive(Debug)]
pub struct NewRecipe {
    /// What it is for.
    pub kind: RecipeKind,
    /// Its name.
    pub name: String,
    /// The catalog's folder.
    pub folder: PathBuf,
}

/// Whose recipes are known beside the built-in ones.
#[derive(Debug)]
pub enum Known {
    /// Nobody's.
    BuiltIn,
    /// Those in this folder.
    Folder(PathBuf),
    /// Those of this GitOps repository.
    Repository(Box<RunSpec>),
}

/// Does what is asked.
///
/// # Errors
/// Recipes that are wrong, and folders and repositories that cannot be read.
pub(super) fn run(context: &Context<'_>, command: &CatalogCommand) -> Result<Outcome, Failure> {
    let report = match command {
        CatalogCommand::New(asked) => Report::Wrote(new::new(asked)?),
        CatalogCommand::List(known) => {
            Report::Recipes(Recipes { recipes: facts::all(&catalog(context, known)?), whole: false })
        }
        CatalogCommand::Show(known, name) => {
            Report::Recipes(Recipes { recipes: facts::of(&catalog(context, known)?, name)?, whole: true })
        }
        CatalogCommand::Check(folder) => Report::CatalogChecked(check::check(folder)?),
        CatalogCommand::Test { folder, update, run } => {
            Report::CatalogTested(test::test(context, folder, *update, *run)?)
        }
    };
    Ok(report.into())
}

fn catalog(context: &Context<'_>, known: &Known) -> Result<Catalog, Failure> {
    match known {
        Known::BuiltIn => Ok(Catalog::default()),
        Known::Folder(folder) => Ok(folder::read(folder)?.catalog),
        Known::Repository(spec) => Ok(Catalog::new(open(context, spec)?.read(&Catalog::paths())?)),
    }
}

/// What is wrong with a catalog and the recipes in it, whoever uses them.
///
/// # Errors
/// A bug, or a machine that is full.
pub(super) fn problems(catalog: Catalog) -> Result<Vec<Diagnostic>, Failure> {
    let of_kind = |kind: &RecipeKind| -> Vec<_> {
        catalog.own_names(*kind).into_iter().map(|name| (*kind, name)).collect()
    };
    let recipes: Vec<_> = KINDS.iter().flat_map(of_kind).collect();
    Ok(check::all(catalog, &recipes)?.into_iter().filter(Diagnostic::is_error).collect())
}

/// The word for a kind in paths.
fn folder_of(kind: RecipeKind) -> &'static str {
    if kind == RecipeKind::Runtime { "runtimes" } else { "services" }
}

/// A recipe that nobody knows.
fn unknown(name: &str, known: &[String]) -> Failure {
    let failure = Failure::new(Code::UnknownRecipe, format!("unknown recipe {name:?}"));
    match crate::schema::suggest(name, known.iter().map(String::as_str)) {
        Some(close) => failure.hint(format!("did you mean {close:?}?")),
        None => failure.hint(format!("available: {}", known.join(", "))),
    }
}

#[cfg(test)]
mod tests;
