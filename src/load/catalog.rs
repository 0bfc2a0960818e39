//! Recipes by name: the platform's own in the GitOps repository's `catalog/`, else those in the binary. A folder of
//! the platform's shadows a built-in one as a whole.

use crate::diagnostic::Code;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use include_dir::{Dir, include_dir};

use crate::diagnostic::{Diagnostic, Source, Span};
use crate::load::recipe::RecipeFile;
use crate::load::service_rules;
use crate::tree::Files;
use crate::yaml::document::{self, Document};

static BUILT_IN: Dir<'_> = include_dir!("$OUT_DIR/templates");

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
    /// Templates and other texts, by name: those beside `recipe.yaml`, and the [shared parts](SHARED).
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
    /// # Errors
    /// Everything that is wrong with the recipe's own files.
    pub fn get(&self, kind: RecipeKind, name: &str) -> Result<Option<Arc<Recipe>>, Vec<Diagnostic>> {
        match self.get_leniently(kind, name) {
            (recipe, problems) if problems.is_empty() => Ok(recipe),
            (_, problems) => Err(problems),
        }
    }

    /// As [`Self::get`], but of a recipe that is wrong as much as can be read, beside what is wrong with it.
    pub fn get_leniently(&self, kind: RecipeKind, name: &str) -> (Option<Arc<Recipe>>, Vec<Diagnostic>) {
        if kind == RecipeKind::Shared {
            // There is one, and it is cupaas's: where a platform's differs is said in `cupaas.yaml`.
            return lenient(built_in(kind, name));
        }
        let own = self.own_texts(kind, name);
        if !own.is_empty() {
            return read(kind, name, own);
        }
        lenient(built_in(kind, name))
    }

    /// Further JSON Schemas of the platform's, from `catalog/schemas/`.
    pub fn schemas(&self) -> impl Iterator<Item = (&str, &str)> {
        self.own
            .iter()
            .filter(|(path, _)| path.as_str().starts_with("catalog/schemas/"))
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// What stands where nobody looks for it, and so would be passed over without a word.
    pub fn misplaced(&self) -> Vec<Diagnostic> {
        let problems = self.own.iter().filter_map(|(path, text)| {
            let parts: Vec<&str> = path.as_str().split('/').collect();
            let (message, hint) = match parts.as_slice() {
                ["catalog", "runtimes" | "services", _, _, ..] => return None,
                ["catalog", "shared", ..] => (
                    "a catalog cannot replace the shared recipe",
                    "put recipes in catalog/services/<name>/ or catalog/runtimes/<name>/; they may have files of their own",
                ),
                ["catalog", .., "recipe.yaml"] => (
                    "this recipe is ignored: it is in neither catalog/services/ nor catalog/runtimes/",
                    "move it to catalog/services/<name>/ or catalog/runtimes/<name>/",
                ),
                _ => return None,
            };
            let place = Span::file(&Source::new(path.as_str(), text.as_str()));
            Some(Diagnostic::error(Code::MisplacedFile, place, message).hint(hint))
        });
        problems.collect()
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

fn lenient(read: Result<Option<Arc<Recipe>>, Vec<Diagnostic>>) -> (Option<Arc<Recipe>>, Vec<Diagnostic>) {
    read.map_or_else(|problems| (None, problems), |recipe| (recipe, Vec::new()))
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
    mut texts: BTreeMap<String, Arc<Source>>,
) -> (Option<Arc<Recipe>>, Vec<Diagnostic>) {
    let (description, mut problems) = match texts.get("recipe.yaml") {
        Some(source) => document::read_leniently(source),
        None => {
            let place = Source::new(format!("catalog/{}/{name}/recipe.yaml", kind.folder()), "");
            let problem = Diagnostic::error(
                Code::IncompleteRecipe,
                Span::file(&place),
                "this recipe has no recipe.yaml",
            );
            document::unread(&place, vec![problem.hint("add the file, or delete the folder")])
        }
    };
    problems
        .extend(texts.iter().filter(|(name, _)| name.starts_with(SHARED)).map(|(_, source)| hidden(source)));
    problems.extend(description.iter().flat_map(service_rules::check));
    texts.extend(shared_parts().map(|(name, source)| (name.clone(), Arc::clone(source))));
    let recipe = description.map(|description| Recipe { name: name.to_owned(), kind, description, texts });
    (recipe.map(Arc::new), problems)
}

/// A file of a recipe's own under a name that is a shared part's.
fn hidden(source: &Arc<Source>) -> Diagnostic {
    Diagnostic::error(
        Code::MisplacedFile,
        Span::file(source),
        format!("names that begin with {SHARED} are reserved for built-in parts"),
    )
    .hint("move the file next to recipe.yaml, or rename its folder")
}

/// The parts that any recipe can use, by name.
fn shared_parts() -> impl Iterator<Item = (&'static String, &'static Arc<Source>)> {
    static PARTS: OnceLock<BTreeMap<String, Arc<Source>>> = OnceLock::new();
    let parts = || {
        let folders = BUILT_IN.get_dir(RecipeKind::Shared.folder()).into_iter().flat_map(Dir::dirs);
        let named = folders.flat_map(Dir::files).filter_map(|file| {
            let name = file.path().to_str()?.to_owned();
            Some((name.clone(), Source::new(format!("templates/{name}"), file.contents_utf8()?)))
        });
        named.collect()
    };
    PARTS.get_or_init(parts).iter()
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
