//! Everything that a release is decided from, read in one go, with all problems of all files together.

use crate::diagnostic::Code;
use crate::layout::path;
use crate::load::query::ReleaseQuery;
use crate::load::release_file::previous;
use crate::yaml::document::keep;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Failure, Source};
use crate::load::app_file::{AppFile, SERVICE_SETTINGS};
use crate::load::app_files::{self, AppFiles, Patterns};
use crate::load::app_name::{app_name, app_of};
use crate::load::catalog::{Catalog, Recipe, RecipeKind};
use crate::load::gitops::Gitops;
use crate::load::known_runtimes::{self, WITHOUT_RECIPE};
use crate::load::platform::{PlatformFile, RegistrationFile};
use crate::load::requires::read_platform_leniently;
use crate::load::scalars::Named;
use crate::load::{app_folder, environments, external, needed_facts, registered, used_recipes};
use crate::tree::RepoPath;
use crate::yaml::document::{self, Document};

/// What a release is decided from.
#[derive(Debug)]
pub struct Inputs {
    /// What was asked for.
    pub query: ReleaseQuery,
    /// The app's name.
    pub name: String,
    /// `.cupaas`.
    pub app: Document<AppFile>,
    /// The Procfile.
    pub procfile: Option<Arc<Source>>,
    /// The app's files that the runtime's recipe looks at.
    pub files: AppFiles,
    /// The app's own Dockerfile.
    pub dockerfile: Option<String>,
    /// A fingerprint of the app's files, where no commit names them.
    pub fingerprint: Option<String>,
    /// What the last deploy found in the app's files, where they are not at hand.
    pub recorded: Option<Recorded>,
    /// `cupaas.yaml`.
    pub platform: Document<PlatformFile>,
    /// `apps/<app>.yaml`.
    pub registration: Option<Document<RegistrationFile>>,
    /// The runtime's recipe; nothing for `image` and `dockerfile`, which need none.
    pub runtime: Option<Arc<Recipe>>,
    /// The recipes that the runtime's uses, by name.
    pub used: BTreeMap<String, Arc<Recipe>>,
    /// The services' recipes, by name.
    pub services: BTreeMap<String, Arc<Recipe>>,
    /// What every app is made of.
    pub shared: Arc<Recipe>,
    /// The commit of the GitOps repository that all of this was read from, where it has one.
    pub gitops_commit: Option<String>,
    /// Further JSON Schemas, by path.
    pub schemas: BTreeMap<String, String>,
    /// What is wrong with recipes and registrations, and what there is to warn of: said together with what deciding finds.
    pub problems: Vec<Diagnostic>,
}

impl Inputs {
    /// Leaves of the recipes that are used what is asked of them.
    pub(super) fn trim_used(&mut self) {
        if let Some(recipe) = &self.runtime {
            self.used.values_mut().for_each(|used| *used = needed_facts::trimmed(recipe, used));
        }
    }

    /// The files in a folder that the app's recipes look at. `called`: what messages call it.
    pub(super) fn files_in(&self, folder: &Path, called: &str) -> AppFiles {
        let mut patterns = Patterns::of_dockerfile();
        if let Some(recipe) = &self.runtime {
            add_all(&mut patterns, recipe, &self.used);
        }
        app_files::read(folder, called, &patterns)
    }
}

/// What the last deploy found in an app's files: it stands for them where they are not at hand.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// The file that says so.
    pub place: String,
    /// Facts by name.
    pub facts: Named<String>,
    /// The runtime with its version.
    pub runtime: String,
}

/// Reads everything.
///
/// # Errors
/// All problems of all files in one failure; or when the GitOps repository cannot be read.
pub fn load(query: &ReleaseQuery, gitops: &mut Gitops) -> Result<Inputs, Failure> {
    let folder = app_folder::read(&query.folder, query.called.as_deref())?;
    let mut problems = Vec::new();
    let app = keep(document::read_leniently::<AppFile>(&folder.app_file), &mut problems);
    let name = app_name(query, app.as_ref(), &folder, gitops)?;
    let mut inputs = gather(query, name, app, problems, gitops)?;
    inputs.trim_used();
    let called = query.called.clone().unwrap_or_else(|| query.folder.display().to_string());
    let files = inputs.files_in(&query.folder, &called);
    let unnamed = query.source.commit.is_none() && query.image.is_none() && query.needs_image;
    Ok(Inputs {
        dockerfile: files.own_dockerfile(),
        files,
        procfile: folder.procfile,
        fingerprint: if unnamed { Some(app_folder::fingerprint(&query.folder)?) } else { None },
        ..inputs
    })
}

/// What the platform has for an app: its settings, the app's registration, and the recipes that it is made of.
///
/// # Errors
/// The same as [`load`], with the `problems` that were found before.
pub(super) fn gather(
    query: &ReleaseQuery,
    name: String,
    app: Option<Document<AppFile>>,
    mut problems: Vec<Diagnostic>,
    gitops: &mut Gitops,
) -> Result<Inputs, Failure> {
    let files = gitops.read(&platform_paths(&name))?;
    let (platform, wrong) = read_platform_leniently(&files);
    problems.extend(gitops.told(wrong));
    let (registration, wrong) = registered::of(&name, &files, query.ci)?;
    problems.extend(wrong);
    let mut catalog = Catalog::new(files);
    problems.extend(catalog.take_wrong_schemas());
    if let Some(app) = &app {
        known_runtimes::offer(&catalog, app, &mut problems);
    }
    let runtime = app.as_ref().and_then(|app| keep(runtime_recipe(&catalog, app), &mut problems));
    let used = runtime.as_ref().map(|recipe| used_recipes::of(&catalog, recipe));
    let (used, wrong) = used.unwrap_or_default();
    problems.extend(wrong);
    let services = app.as_ref().map(|app| service_recipes(&catalog, app, &mut problems)).unwrap_or_default();
    let of_services = app.iter().flat_map(|app| &app.value.services).map(|entry| entry.recipe.as_str());
    let of_runtime = app.iter().map(|app| app.value.runtime.name.as_str());
    let of_all = std::iter::once("shared");
    let names = of_all.chain(of_runtime).chain(used.keys().map(String::as_str)).chain(of_services).collect();
    problems.extend(catalog.misplaced_for(&names));
    let shared = keep(catalog.get_leniently(RecipeKind::Shared, "shared"), &mut problems);
    let (Some(mut app), Some(platform), Some(shared)) = (app, platform, shared) else {
        return Err(Failure::invalid(problems));
    };
    let of_external = external::secrets(&app.value, registration.as_ref().map(|file| &file.value), &services);
    app.value.secrets.extend(of_external);
    Ok(Inputs {
        query: query.clone(),
        name,
        app,
        procfile: None,
        files: AppFiles::default(),
        dockerfile: None,
        fingerprint: None,
        recorded: None,
        platform,
        registration,
        runtime,
        used,
        services,
        shared,
        gitops_commit: gitops.head(),
        schemas: catalog.schemas().map(|(path, text)| (path.to_owned(), text.to_owned())).collect(),
        problems,
    })
}

/// App and environment of a run that needs no `.cupaas`.
#[derive(Debug)]
pub(crate) struct NamedApp {
    /// The app.
    pub app: String,
    /// The environment.
    pub environment: String,
    /// The cluster that it is on.
    pub cluster: String,
    /// The platform.
    pub platform: Arc<Document<PlatformFile>>,
}

/// App, environment and cluster of a run that needs no `.cupaas`: `--app` and `--env`, else what the folder says.
///
/// # Errors
/// When the platform is invalid or has no such environment, or when nothing names an app.
pub(crate) fn named(query: &ReleaseQuery, gitops: &mut Gitops) -> Result<NamedApp, Failure> {
    let app = app_of(query, gitops)?;
    let platform = gitops.platform()?;
    let environments = &platform.value.environments;
    let environment = match (&query.environment, environments.keys().next()) {
        (Some(environment), _) => environment.clone(),
        (None, Some(only)) if environments.len() == 1 => only.clone(),
        _ => return Err(environments::required(&platform.value)),
    };
    if let Some(settings) = environments.get(&environment) {
        let cluster = settings.cluster.0.clone();
        return Ok(NamedApp { app, environment, cluster, platform });
    }
    // An environment that the platform has given up still has what was deployed to it.
    let record = path(&format!("releases/{environment}/{app}/release.yaml"))?;
    match previous(&gitops.read(std::slice::from_ref(&record))?, &record)? {
        Some(release) => Ok(NamedApp { app, environment, cluster: release.cluster, platform }),
        None => Err(environments::unknown(&environment, &platform.value)),
    }
}

/// The files that concern all apps, and this one's registration: nothing that grows with the number of apps.
fn platform_paths(name: &str) -> Vec<RepoPath> {
    let own = ["cupaas.yaml", &format!("apps/{name}.yaml"), &format!("apps/{name}.yml")];
    own.into_iter().filter_map(|p| RepoPath::new(p).ok()).chain(Catalog::paths()).collect()
}

fn runtime_recipe(catalog: &Catalog, app: &Document<AppFile>) -> (Option<Arc<Recipe>>, Vec<Diagnostic>) {
    let name = app.value.runtime.name.as_str();
    if WITHOUT_RECIPE.contains(&name) || !app.is_sound(&["runtime"]) {
        return (None, Vec::new());
    }
    match catalog.get_leniently(RecipeKind::Runtime, name) {
        (None, problems) if problems.is_empty() => {
            (None, vec![unknown(app, &["runtime"], "runtime", name, &known_runtimes::known(catalog))])
        }
        read => read,
    }
}

fn service_recipes(
    catalog: &Catalog,
    app: &Document<AppFile>,
    problems: &mut Vec<Diagnostic>,
) -> BTreeMap<String, Arc<Recipe>> {
    let mut recipes = BTreeMap::new();
    for (index, entry) in app.value.services.iter().enumerate() {
        match catalog.get_leniently(RecipeKind::Service, &entry.recipe) {
            (None, found) if found.is_empty() => {
                let place = ["services", &index.to_string()];
                let known = catalog.names(RecipeKind::Service);
                let problem = unknown(app, &place, "service", &entry.recipe, &known);
                let is_setting = index > 0 && SERVICE_SETTINGS.contains(&entry.recipe.as_str());
                problems.push(if is_setting { problem.hint(SETTING) } else { problem });
            }
            read => {
                if let Some(recipe) = keep(read, problems) {
                    recipes.insert(entry.recipe.clone(), recipe);
                }
            }
        }
    }
    recipes
}

/// Of a setting that begins an item of its own.
const SETTING: &str =
    "it is a setting of the service above: write it without `- `, indented further than the service's name";

fn unknown(app: &Document<AppFile>, at: &[&str], what: &str, name: &str, known: &[String]) -> Diagnostic {
    let problem = Diagnostic::error(Code::RecipeNotFound, app.at(at), format!("unknown {what} {name:?}"));
    match schema_suggestion(name, known) {
        Some(close) => problem.hint(format!("did you mean {close:?}?")),
        None => problem.hint(format!("available: {}", known.join(", "))),
    }
}

fn schema_suggestion(name: &str, known: &[String]) -> Option<String> {
    crate::schema::suggest(name, known.iter().map(String::as_str)).map(str::to_owned)
}

/// The patterns of all files that some runtime's recipe looks at; a recipe that is wrong is said by whoever uses it.
pub(crate) fn looked_at_by_any(catalog: &Catalog) -> Patterns {
    let names = catalog.names(RecipeKind::Runtime);
    let mut patterns = Patterns::of_dockerfile();
    for recipe in names.iter().filter_map(|name| catalog.get(RecipeKind::Runtime, name).ok().flatten()) {
        let used = used_recipes::of(catalog, &recipe).0.into_iter();
        let trimmed = used.map(|(name, used)| (name, needed_facts::trimmed(&recipe, &used)));
        add_all(&mut patterns, &recipe, &trimmed.collect());
    }
    patterns
}

/// Adds the patterns of a recipe, and of those that it uses in the folders where it does.
fn add_all(patterns: &mut Patterns, recipe: &Recipe, used: &BTreeMap<String, Arc<Recipe>>) {
    let recipe = &recipe.description.value;
    patterns.add(recipe);
    for (name, rule) in &recipe.uses {
        let Some(other) = used.get(name) else { continue };
        patterns.add(&other.description.value);
        for folder in used_recipes::folders(recipe, &rule.below) {
            patterns.add_in(&folder, &other.description.value);
        }
    }
}
