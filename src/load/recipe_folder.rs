//! A recipe as it is read: its `recipe.yaml` and the texts beside it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Source};
use crate::load::recipe::RecipeFile;
use crate::yaml::document::Document;

/// Names that begin so are those of parts that any recipe can use, and of nothing else: what stands in the folders of
/// `templates/shared/`. What stands beside those folders is the base's own.
pub(crate) const SHARED: &str = "shared/";

/// What a recipe is for: its folder's parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecipeKind {
    /// What every app is made of.
    Shared,
    /// A language runtime.
    Runtime,
    /// A backing service.
    Service,
}

impl RecipeKind {
    pub(super) fn folder(self) -> &'static str {
        match self {
            Self::Shared => "shared",
            Self::Runtime => "runtimes",
            Self::Service => "services",
        }
    }
}

/// A recipe: its description and the files beside it.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// Its folder's name.
    pub name: String,
    /// What it is for.
    pub kind: RecipeKind,
    /// `recipe.yaml`.
    pub description: Document<RecipeFile>,
    /// What there is to warn of.
    pub warnings: Vec<Diagnostic>,
    /// Templates and other texts, by name: those beside `recipe.yaml`, and the shared parts.
    pub texts: BTreeMap<String, Arc<Source>>,
}

impl Recipe {
    /// A recipe of which nothing is to warn.
    pub(super) fn new(
        kind: RecipeKind,
        name: &str,
        description: Document<RecipeFile>,
        texts: BTreeMap<String, Arc<Source>>,
    ) -> Self {
        Self { name: name.to_owned(), kind, description, warnings: Vec::new(), texts }
    }
}
