//! A folder on this machine → the recipes in it: a GitOps repository, its `catalog/`, or one recipe.
#![allow(clippy::disallowed_methods)] // This is where such a folder is read.

use std::path::{Path, PathBuf};

use crate::diagnostic::{Code, Failure, Source, Span};
use crate::load::catalog::{Catalog, RecipeKind};
use crate::load::gitops::{Backend, Gitops};
use crate::run::catalog::{KINDS, folder_of};
use crate::tree::{Files, RepoPath};

/// Recipes in a folder.
pub(super) struct Chosen {
    /// All of them.
    pub(super) catalog: Catalog,
    /// Each, with its folder.
    pub(super) recipes: Vec<(RecipeKind, String, PathBuf)>,
}

/// Reads the recipes in a folder.
///
/// # Errors
/// A folder that is not there or has none, or files that cannot be read.
pub(super) fn read(folder: &Path) -> Result<Chosen, Failure> {
    let whole =
        folder.canonicalize().ok().filter(|whole| whole.is_dir()).ok_or_else(|| {
            Failure::new(Code::FolderNotFound, format!("{} is not a folder", folder.display()))
        })?;
    chosen_in(folder, &whole).map_err(|failure| as_typed(failure, folder, &whole))
}

fn chosen_in(folder: &Path, whole: &Path) -> Result<Chosen, Failure> {
    let above = whole.parent().and_then(Path::file_name);
    let is_of_kind = above.is_some_and(|name| KINDS.iter().any(|kind| name == folder_of(*kind)));
    if is_of_kind || whole.join("recipe.yaml").is_file() {
        return one(folder, whole);
    }
    if KINDS.iter().any(|kind| whole.join(folder_of(*kind)).is_dir()) {
        let files = moved(whole, "catalog/")?;
        return Ok(chosen(Catalog::new(files).shown_as("catalog/", &shown(folder)), folder));
    }
    let files = Gitops::from(Backend::Folder(whole.to_owned())).read(&Catalog::paths())?;
    if files.is_empty() && !whole.join("cupaas.yaml").is_file() {
        let message = format!("{} has no recipes", folder.display());
        return Err(Failure::new(Code::FolderNotFound, message)
            .hint("name a GitOps repository's folder, its catalog/, or the folder of one recipe")
            .hint("to begin a recipe: cupaas catalog new service NAME"));
    }
    Ok(chosen(Catalog::new(files).shown_as("", &shown(folder)), &folder.join("catalog")))
}

/// A failure whose places begin with the folder as it was typed.
fn as_typed(mut failure: Failure, folder: &Path, whole: &Path) -> Failure {
    for found in &mut failure.diagnostics {
        if let Ok(rest) = Path::new(&found.span.source.name).strip_prefix(whole) {
            let name = format!("{}{}", shown(folder), rest.display());
            let source = Source::new(name, found.span.source.text.clone());
            found.span = Span::new(&source, found.span.range.clone());
        }
    }
    failure
}

/// One recipe's folder.
fn one(folder: &Path, whole: &Path) -> Result<Chosen, Failure> {
    let name = |path: Option<&Path>| {
        path.and_then(Path::file_name).and_then(|name| name.to_str()).map(str::to_owned)
    };
    let own = name(Some(whole)).unwrap_or_default();
    let above = name(whole.parent()).unwrap_or_default();
    let text = std::fs::read_to_string(whole.join("recipe.yaml")).unwrap_or_default();
    // A recipe that stands anywhere says by its keys what it is for.
    let of_runtime =
        |line: &str| ["facts:", "start:", "dockerfile:", "markers:"].iter().any(|key| line.starts_with(key));
    let kind = match above.as_str() {
        "runtimes" => RecipeKind::Runtime,
        "services" => RecipeKind::Service,
        _ if text.lines().any(of_runtime) => RecipeKind::Runtime,
        _ => RecipeKind::Service,
    };
    let place = format!("catalog/{}/{own}/", folder_of(kind));
    let catalog = Catalog::new(moved(whole, &place)?).shown_as(&place, &shown(folder));
    Ok(Chosen { catalog, recipes: vec![(kind, own, folder.to_owned())] })
}

/// All files below a folder, as if they stood at `place`.
fn moved(whole: &Path, place: &str) -> Result<Files, Failure> {
    let not_there = || Failure::new(Code::FolderNotFound, format!("{} has no name", whole.display()));
    let (root, name) =
        whole.parent().zip(whole.file_name().and_then(|name| name.to_str())).ok_or_else(not_there)?;
    let path = |text: &str| {
        RepoPath::new(text).map_err(|error| Failure::new(Code::InvalidArgument, error.to_string()))
    };
    let files = Gitops::from(Backend::Folder(root.to_owned())).read(&[path(name)?])?;
    let before = format!("{name}/");
    let moved = files.into_iter().filter_map(|(file, text)| {
        let rest = file.as_str().strip_prefix(&before)?;
        Some(path(&format!("{place}{rest}")).map(|path| (path, text)))
    });
    moved.collect()
}

fn chosen(catalog: Catalog, folder: &Path) -> Chosen {
    let of_kind = |kind: &RecipeKind| {
        let kind = *kind;
        let place = move |name: String| (kind, name.clone(), folder.join(folder_of(kind)).join(name));
        catalog.own_names(kind).into_iter().map(place).collect::<Vec<_>>()
    };
    let recipes = KINDS.iter().flat_map(of_kind).collect();
    Chosen { catalog, recipes }
}

/// What paths in the folder begin with, as it was typed.
fn shown(folder: &Path) -> String {
    match folder.display().to_string().trim_end_matches('/') {
        "." | "" => String::new(),
        folder => format!("{}/", folder.strip_prefix("./").unwrap_or(folder)),
    }
}
