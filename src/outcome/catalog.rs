//! What is known of recipes, and what became of their checks and cases.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::diagnostic::Diagnostic;

/// What a recipe is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RecipeUse {
    /// A language runtime.
    Runtime,
    /// A backing service.
    Service,
}

/// Where a recipe comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RecipeOrigin {
    /// It comes with cupaas.
    BuiltIn,
    /// It is in the GitOps repository's catalog.
    Catalog,
    /// It is there too, and takes the place of the one that comes with cupaas.
    Shadows,
}

/// One recipe.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct RecipeFacts {
    /// Its name, as apps write it.
    pub name: String,
    /// What it is for.
    pub kind: RecipeUse,
    /// Where it comes from.
    pub origin: RecipeOrigin,
    /// How many mistakes it has; it can be used once there are none.
    pub problems: usize,
    /// One line that says what it is.
    pub summary: String,
    /// The version that a new app gets.
    pub default_version: Option<String>,
    /// All versions, oldest first.
    pub versions: Vec<String>,
    /// What an app may set.
    pub parameters: Vec<ParameterFacts>,
    /// The size of its disk where an app says nothing; nothing without a disk.
    pub storage: Option<String>,
    /// Its further disks.
    pub disks: Vec<DiskFacts>,
    /// How much memory a service gets where an app says nothing; nothing where the app cannot set it.
    pub memory: Option<String>,
    /// The same of CPU.
    pub cpu: Option<String>,
    /// Whether an app may ask for a host name of its own (`public: true`).
    pub route: bool,
    /// Variables that an app gets, where it calls the service by the recipe's name; `…_PUBLIC_URL` with `public: true` alone.
    pub variables: Vec<String>,
    /// Patterns of files that tell that an app is of this runtime.
    pub markers: Vec<String>,
    /// Patterns of further files that are looked at.
    pub files: Vec<String>,
    /// A `.cupaas` that uses it.
    pub example: String,
}

/// A disk of a service beside its first.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct DiskFacts {
    /// Its name.
    pub name: String,
    /// Its size where an app says nothing.
    pub storage: String,
    /// What it is for.
    pub doc: String,
}

/// What an app may set on a service.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ParameterFacts {
    /// Its name.
    pub name: String,
    /// `boolean`, `integer` or `text`.
    #[serde(rename = "type")]
    pub kind: crate::load::recipe::ParameterKind,
    /// What holds where nothing is set.
    pub default: Value,
    /// The only values that are allowed; empty for any.
    pub choices: Vec<Value>,
    /// One line about it.
    pub doc: String,
}

/// `catalog list` and `catalog show`.
#[derive(Debug)]
pub struct Recipes {
    /// The recipes, runtimes first.
    pub recipes: Vec<RecipeFacts>,
    /// Whether all that is known is shown of each.
    pub whole: bool,
}

/// `catalog check`, which found nothing wrong.
#[derive(Debug)]
pub struct CatalogChecked {
    /// The recipes that were looked at: `services/redis`.
    pub recipes: Vec<String>,
    /// What there is to warn of.
    pub warnings: Vec<Diagnostic>,
}

/// `catalog test`.
#[derive(Debug)]
pub struct CatalogTested {
    /// Each case that was run.
    pub cases: Vec<CaseResult>,
    /// Recipes without a case.
    pub untested: Vec<String>,
    /// Whether what is expected was written again.
    pub updated: bool,
}

/// What became of a case.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CaseResult {
    /// Its recipe and its folder's name: `services/redis/default`.
    pub name: String,
    /// What is not as expected, line by line; with `--update`, what could not be written.
    pub difference: Option<String>,
    /// Whether writing what came out mends nothing: it could not be run, or says itself what cannot be.
    #[serde(skip)]
    pub unrun: bool,
}

impl CatalogTested {
    /// Whether every case came out as expected.
    pub(crate) fn is_as_expected(&self) -> bool {
        self.cases.iter().all(|case| case.difference.is_none())
    }
}
