//! Which recipes are the platform's own, and which come with cupaas.

use std::collections::BTreeMap;

use include_dir::Dir;

use super::{BUILT_IN, Catalog, RecipeKind};
use crate::tree::{Files, RepoPath};

impl Catalog {
    /// The same catalog, whose files below `catalog/` people know by other names: `from` at the beginning of a path
    /// is shown as `to`.
    #[must_use]
    pub(crate) fn shown_as(mut self, from: &str, to: &str) -> Self {
        self.shown = Some((from.to_owned(), to.to_owned()));
        self
    }

    /// The name under which a person knows a file.
    pub(super) fn shown(&self, path: &str) -> String {
        match &self.shown {
            Some((from, to)) => {
                path.strip_prefix(from.as_str()).map_or(path.to_owned(), |rest| format!("{to}{rest}"))
            }
            None => path.to_owned(),
        }
    }

    /// The names of the platform's own recipes of a kind, sorted.
    pub(crate) fn own_names(&self, kind: RecipeKind) -> Vec<String> {
        let prefix = format!("catalog/{}/", kind.folder());
        let own = self.own.keys().filter_map(|path| path.as_str().strip_prefix(&prefix)?.split_once('/'));
        let mut names: BTreeMap<&str, (bool, bool)> = BTreeMap::new();
        for (name, rest) in own {
            let (is_recipe, holds_recipes) = names.entry(name).or_default();
            *is_recipe |= rest == "recipe.yaml";
            *holds_recipes |= rest.ends_with("/recipe.yaml") && !rest.starts_with("cases/");
        }
        // A folder of recipes is none itself; that they are too deep is said of them.
        let own = names.into_iter().filter(|(_, (is_recipe, holds_recipes))| *is_recipe || !holds_recipes);
        own.map(|(name, _)| name.to_owned()).collect()
    }

    /// Whether cupaas brings a recipe of this name.
    pub(crate) fn is_built_in(kind: RecipeKind, name: &str) -> bool {
        let folders = BUILT_IN.get_dir(kind.folder()).into_iter().flat_map(Dir::dirs);
        folders.filter_map(|folder| folder.path().file_name()).any(|folder| folder == name)
    }

    /// The files that a trial of one recipe needs: its own and the platform's schemas.
    pub(crate) fn alone(&self, kind: RecipeKind, name: &str) -> Files {
        let folder = format!("catalog/{}/{name}/", kind.folder());
        let belongs = |path: &RepoPath| {
            path.as_str().starts_with(&folder) || path.as_str().starts_with("catalog/schemas/")
        };
        self.own
            .iter()
            .filter(|(path, _)| belongs(path))
            .map(|(path, text)| (path.clone(), text.clone()))
            .collect()
    }

    /// All files.
    pub(crate) fn files(&self) -> &Files {
        &self.own
    }
}
