//! Recipes by name: the platform's own in the GitOps repository's `catalog/`, else those in the binary. A folder of
//! the platform's shadows a built-in one as a whole.

mod misplaced;
mod own;
mod schemas;

use crate::diagnostic::Code;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use include_dir::{Dir, include_dir};

use crate::diagnostic::{Diagnostic, Severity, Source, Span};
use crate::load::encoding;
use crate::load::recipe::RecipeFile;
use crate::load::recipe_checks;
pub(crate) use crate::load::recipe_folder::{Recipe, RecipeKind, SHARED};
use crate::schema::suggest;
use crate::tree::{Files, RepoPath};
use crate::yaml::document::{self, Document};

static BUILT_IN: Dir<'_> = include_dir!("$OUT_DIR/templates");

/// All recipes at hand; each is read when it is asked for.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    own: Files,
    /// How the beginning of a path is shown, where people know it by another name.
    shown: Option<(String, String)>,
}

impl Catalog {
    /// A catalog over the GitOps repository's files below `catalog/`.
    pub fn new(own: Files) -> Self {
        Self { own, shown: None }
    }

    /// The names of all recipes of a kind, sorted.
    pub fn names(&self, kind: RecipeKind) -> Vec<String> {
        let built_in = BUILT_IN.get_dir(kind.folder()).into_iter().flat_map(Dir::dirs);
        let mut names = self.own_names(kind);
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
            return checked(read(kind, name, own));
        }
        lenient(built_in(kind, name))
    }

    /// Further JSON Schemas of the platform's, from `catalog/schemas/`.
    pub fn schemas(&self) -> impl Iterator<Item = (&str, &str)> {
        self.own
            .iter()
            .filter(|(path, _)| path.as_str().starts_with(schemas::FOLDER))
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// What stands where nobody looks for it, and so would be passed over without a word.
    pub fn misplaced(&self) -> Vec<Diagnostic> {
        misplaced::find(&self.own, &|path| self.shown(path)).into_iter().map(|found| found.problem).collect()
    }

    /// The same for an app that is made of these recipes: what stands in the wrong place is a mistake where one of them may
    /// be meant, and else a warning, or it would stop the deploys of all other apps.
    pub(crate) fn misplaced_for(&self, used: &BTreeSet<&str>) -> Vec<Diagnostic> {
        let concerns = |path: &str| path.rsplit('/').nth(1).is_some_and(|name| used.contains(name));
        let shown = |path: &str| self.shown(path);
        let all = misplaced::find(&self.own, &shown).into_iter();
        all.map(|found| {
            match self
                .own
                .keys()
                .any(|path| path.as_str().starts_with(&found.below) && concerns(path.as_str()))
            {
                true => found.problem,
                false => Diagnostic { severity: Severity::Warning, ..found.problem },
            }
        })
        .collect()
    }

    /// Cases of recipes in folders where nobody looks for them.
    pub(crate) fn misplaced_cases(&self) -> Vec<Diagnostic> {
        misplaced::cases(&self.own, &|path| self.shown(path))
    }

    /// Where a GitOps repository has its catalog, and where people put it by a slip.
    pub(crate) fn paths() -> Vec<RepoPath> {
        let slips =
            misplaced::SLIPS.iter().flat_map(|top| [format!("{top}/runtimes"), format!("{top}/services")]);
        let paths = std::iter::once("catalog".to_owned()).chain(slips);
        paths.filter_map(|path| RepoPath::new(path).ok()).collect()
    }

    fn own_texts(&self, kind: RecipeKind, name: &str) -> BTreeMap<String, Arc<Source>> {
        let folder = format!("catalog/{}/{name}/", kind.folder());
        let texts = self.own.iter().filter_map(|(path, text)| {
            let rest = path.as_str().strip_prefix(&folder).filter(|rest| !rest.starts_with("cases/"))?;
            Some((rest.to_owned(), Source::new(self.shown(path.as_str()), encoding::plain(text))))
        });
        texts.collect()
    }
}

fn lenient(read: Result<Option<Arc<Recipe>>, Vec<Diagnostic>>) -> (Option<Arc<Recipe>>, Vec<Diagnostic>) {
    read.map_or_else(|problems| (None, problems), |recipe| (recipe, Vec::new()))
}

/// A built-in recipe, read once in a process: a thousand apps are made of it. Its description is held against the
/// schema by a test, which costs about as much as reading it.
fn built_in(kind: RecipeKind, name: &str) -> Result<Option<Arc<Recipe>>, Vec<Diagnostic>> {
    static READ: Mutex<BTreeMap<(RecipeKind, String), Arc<Recipe>>> = Mutex::new(BTreeMap::new());
    let mut known = READ.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(recipe) = known.get(&(kind, name.to_owned())) {
        return Ok(Some(Arc::clone(recipe)));
    }
    let texts = built_in_texts(kind, name);
    let Some(source) = texts.get("recipe.yaml") else { return Ok(None) };
    let description = document::read_proven(source)?;
    let recipe = Arc::new(Recipe::new(kind, name, description, with_shared_parts(texts)));
    known.insert((kind, name.to_owned()), Arc::clone(&recipe));
    Ok(Some(recipe))
}

fn read(
    kind: RecipeKind,
    name: &str,
    texts: BTreeMap<String, Arc<Source>>,
) -> (Option<Recipe>, Vec<Diagnostic>) {
    let (description, mut problems) = match texts.get("recipe.yaml") {
        Some(source) => document::read_leniently(source),
        None => without_description(kind, name, &texts),
    };
    problems
        .extend(texts.iter().filter(|(name, _)| name.starts_with(SHARED)).map(|(_, source)| hidden(source)));
    let texts = with_shared_parts(texts);
    (description.map(|description| Recipe::new(kind, name, description, texts)), problems)
}

fn with_shared_parts(mut texts: BTreeMap<String, Arc<Source>>) -> BTreeMap<String, Arc<Source>> {
    texts.extend(shared_parts().map(|(name, source)| (name.clone(), Arc::clone(source))));
    texts
}

/// A folder without a `recipe.yaml`, which may be there under a name that is nearly right.
fn without_description(
    kind: RecipeKind,
    name: &str,
    texts: &BTreeMap<String, Arc<Source>>,
) -> (Option<Document<RecipeFile>>, Vec<Diagnostic>) {
    let is_near = |file: &str| {
        let stem = file.split('.').next().unwrap_or(file);
        !file.contains('/') && suggest(stem, std::iter::once("recipe")).is_some()
    };
    let of_yaml =
        |file: &str| [".yaml", ".yml", ".json"].iter().any(|end| file.to_lowercase().ends_with(end));
    let misnamed = texts.iter().find(|(file, _)| is_near(file) && of_yaml(file));
    let place = misnamed.map_or_else(
        || Source::new(format!("catalog/{}/{name}/recipe.yaml", kind.folder()), ""),
        |(_, source)| Arc::clone(source),
    );
    let (message, hint) = match misnamed {
        Some((file, _)) => (
            format!("{file} is not read: a recipe's description is called recipe.yaml"),
            format!("rename {file} to recipe.yaml"),
        ),
        None => {
            ("this recipe has no recipe.yaml".to_owned(), "add the file, or delete the folder".to_owned())
        }
    };
    let problem = Diagnostic::error(Code::IncompleteRecipe, Span::file(&place), message).hint(hint);
    document::unread(&place, vec![problem])
}

/// A recipe of the platform's with all that is wrong with it. Those that come with cupaas have been through the same
/// checks in its tests, and are not looked at again by every deploy.
fn checked(
    (recipe, mut problems): (Option<Recipe>, Vec<Diagnostic>),
) -> (Option<Arc<Recipe>>, Vec<Diagnostic>) {
    let Some(mut recipe) = recipe else { return (None, problems) };
    let (errors, warnings): (Vec<_>, Vec<_>) =
        recipe_checks::check(&recipe).into_iter().partition(Diagnostic::is_error);
    problems.extend(errors);
    recipe.warnings = warnings;
    (Some(Arc::new(recipe)), problems)
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
