//! Recipes by name: the platform's own in the GitOps repository's `catalog/`, else those in the binary. A folder of
//! the platform's shadows a built-in one as a whole.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use include_dir::{Dir, include_dir};

use crate::diagnostic::{Diagnostic, Source, Span};
use crate::load::recipe::RecipeFile;
use crate::tree::Files;
use crate::yaml::document::{self, Document};

static BUILT_IN: Dir<'_> = include_dir!("$OUT_DIR/templates");

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
    fn folder(self) -> &'static str {
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
    /// Templates and other texts, by name.
    pub texts: BTreeMap<String, Arc<Source>>,
}

/// All recipes at hand; each is read when it is asked for.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    own: Files,
}

impl Catalog {
    /// A catalog over the GitOps repository's files below `catalog/`.
    pub fn new(own: Files) -> Self {
        Self { own }
    }

    /// The names of all recipes of a kind, sorted.
    pub fn names(&self, kind: RecipeKind) -> Vec<String> {
        let prefix = format!("catalog/{}/", kind.folder());
        let own = self.own.keys().filter_map(|path| path.as_str().strip_prefix(&prefix)?.split_once('/'));
        let built_in = BUILT_IN.get_dir(kind.folder()).into_iter().flat_map(Dir::dirs);
        let mut names: Vec<String> = own.map(|(name, _)| name.to_owned()).collect();
        names.extend(built_in.filter_map(|dir| Some(dir.path().file_name()?.to_str()?.to_owned())));
        names.sort();
        names.dedup();
        names
    }

    /// The recipe of this name, or nothing where there is none.
    ///
    /// Errors: what is wrong with the recipe's own files.
    pub fn get(&self, kind: RecipeKind, name: &str) -> Result<Option<Arc<Recipe>>, Vec<Diagnostic>> {
        match self.get_leniently(kind, name) {
            (recipe, problems) if problems.is_empty() => Ok(recipe),
            (_, problems) => Err(problems),
        }
    }

    /// As [`Self::get`], but of a recipe that is wrong as much as can be read, beside what is wrong with it.
    pub fn get_leniently(&self, kind: RecipeKind, name: &str) -> (Option<Arc<Recipe>>, Vec<Diagnostic>) {
        let own = self.own_texts(kind, name);
        if !own.is_empty() {
            return read(kind, name, own);
        }
        match built_in(kind, name) {
            Ok(recipe) => (recipe, Vec::new()),
            Err(problems) => (None, problems),
        }
    }

    /// Further JSON Schemas of the platform's, from `catalog/schemas/`.
    pub fn schemas(&self) -> impl Iterator<Item = (&str, &str)> {
        self.own
            .iter()
            .filter(|(path, _)| path.as_str().starts_with("catalog/schemas/"))
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    fn own_texts(&self, kind: RecipeKind, name: &str) -> BTreeMap<String, Arc<Source>> {
        let folder = format!("catalog/{}/{name}/", kind.folder());
        let texts = self.own.iter().filter_map(|(path, text)| {
            let rest = path.as_str().strip_prefix(&folder)?;
            Some((rest.to_owned(), Source::new(path.as_str(), text.clone())))
        });
        texts.collect()
    }
}

/// A built-in recipe, read once in a process: a thousand apps are made of it.
fn built_in(kind: RecipeKind, name: &str) -> Result<Option<Arc<Recipe>>, Vec<Diagnostic>> {
    static READ: Mutex<BTreeMap<(RecipeKind, String), Arc<Recipe>>> = Mutex::new(BTreeMap::new());
    let mut known = READ.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(recipe) = known.get(&(kind, name.to_owned())) {
        return Ok(Some(Arc::clone(recipe)));
    }
    let texts = built_in_texts(kind, name);
    if texts.is_empty() {
        return Ok(None);
    }
    match read(kind, name, texts) {
        (Some(recipe), problems) if problems.is_empty() => {
            known.insert((kind, name.to_owned()), Arc::clone(&recipe));
            Ok(Some(recipe))
        }
        (_, problems) => Err(problems),
    }
}

fn read(
    kind: RecipeKind,
    name: &str,
    texts: BTreeMap<String, Arc<Source>>,
) -> (Option<Arc<Recipe>>, Vec<Diagnostic>) {
    let (description, problems) = match texts.get("recipe.yaml") {
        Some(source) => document::read_leniently(source),
        None => {
            let place = Source::new(format!("catalog/{}/{name}/recipe.yaml", kind.folder()), "");
            let problem = Diagnostic::error(Span::file(&place), "a recipe's folder without its recipe.yaml");
            document::unread(&place, vec![problem])
        }
    };
    let recipe = description.map(|description| Recipe { name: name.to_owned(), kind, description, texts });
    (recipe.map(Arc::new), problems)
}

fn built_in_texts(kind: RecipeKind, name: &str) -> BTreeMap<String, Arc<Source>> {
    let path = match kind {
        RecipeKind::Shared => kind.folder().to_owned(),
        _ => format!("{}/{name}", kind.folder()),
    };
    let files = BUILT_IN.get_dir(&path).into_iter().flat_map(Dir::files);
    let texts = files.filter_map(|file| {
        let shown = format!("templates/{}", file.path().display());
        let name = file.path().file_name()?.to_str()?.to_owned();
        Some((name, Source::new(shown, file.contents_utf8()?)))
    });
    texts.collect()
}
