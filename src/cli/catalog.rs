//! `cupaas catalog …`, as people type it.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum, ValueHint};

use crate::cli::Repository;

/// What to do with recipes.
#[derive(Debug, Clone, Subcommand)]
pub enum CatalogCommand {
    /// Begins a recipe: a folder with comments of what to fill in, which passes `check` and `test` as it is.
    New(CatalogNew),
    /// All runtimes and services that are known: built in, and those of a GitOps repository's catalog.
    List(Repository),
    /// What one recipe offers to apps, with an example `.cupaas`.
    Show(CatalogShow),
    /// Whether recipes are right, each rendered with its defaults and with each of its choices.
    Check(CatalogFolder),
    /// Runs the cases of recipes: `cases/<case>/` in each one's folder.
    Test(CatalogTest),
}

/// What a recipe is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RecipeFor {
    /// A language runtime, which apps are built and started with.
    Runtime,
    /// A backing service.
    Service,
}

/// `catalog new`.
#[derive(Debug, Clone, Args)]
pub struct CatalogNew {
    /// What it is for.
    #[arg(value_enum, value_name = "KIND")]
    pub kind: RecipeFor,
    /// The recipe's name, as apps write it in .cupaas.
    #[arg(value_name = "NAME")]
    pub recipe: String,
    /// The catalog's folder: the recipe gets a folder of its own below `runtimes/` or `services/` there.
    #[arg(long, default_value = "catalog", value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub folder: PathBuf,
}

/// `catalog show`.
#[derive(Debug, Clone, Args)]
pub struct CatalogShow {
    /// The recipe's name.
    #[arg(value_name = "NAME")]
    pub known_recipe: String,
    /// The GitOps repository.
    #[command(flatten)]
    pub repository: Repository,
}

/// Recipes on this machine.
#[derive(Debug, Clone, Args)]
pub struct CatalogFolder {
    /// A GitOps repository's folder, its `catalog/`, or one recipe's folder.
    #[arg(default_value = ".", value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub folder: PathBuf,
    /// What other commands take, so that whoever types it is told what to type here.
    #[arg(long = "gitops", hide = true, value_name = "FOLDER")]
    pub not_here: Option<PathBuf>,
}

/// `catalog test`.
#[derive(Debug, Clone, Args)]
pub struct CatalogTest {
    /// Which recipes.
    #[command(flatten)]
    pub of: CatalogFolder,
    /// Writes what comes out as what is expected, and says which cases changed; look at the difference.
    #[arg(long)]
    pub update: bool,
}
